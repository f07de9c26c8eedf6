"""Enrol merchants, and suspend, resume or end them.

A merchant is a legal entity with a checked 统一社会信用代码. Unless it is active, none of its
outlets can redeem; ending it is final and ends its outlets and terminals in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.merchants import queries
from huimin.merchants.field_checks import (
    FieldChecks,
    searchable,
)
from huimin.merchants.outlets import end_outlets_of_merchant
from huimin.merchants.states import MISSING, change_state
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.list_query import ListQuery, like_pattern


@dataclass(frozen=True, slots=True)
class MerchantCriteria:
    """What to list; None does not filter. `text` is part of a name or of a credit code."""

    text: str | None = None
    state: str | None = None


def add_merchant(
    tx: Transaction,
    *,
    name: str,
    credit_code: str,
    contact_name: str | None = None,
    contact_phone: str | None = None,
    **by: Unpack[By],
) -> Row:
    """Enrol a merchant and return its row. Raises FieldProblems for each wrong field."""
    checks = FieldChecks()
    name = checks.text("name", name, "merchant_name")
    credit_code = checks.credit_code(credit_code)
    contact = checks.contact(contact_name, contact_phone)
    checks.finish()
    row: Row | None = queries.insert_merchant(
        tx,
        id=new_id(),
        name=name,
        credit_code=credit_code,
        **contact,
        created_at=instant_text(by["now"]),
    )
    if row is None:
        raise _enrolled_already(tx, credit_code)
    record(tx, "merchant.added", row["id"], new=row, **by)
    return row


def change_merchant(
    tx: Transaction,
    *,
    merchant_id: str,
    name: str,
    contact_name: str | None,
    contact_phone: str | None,
    **by: Unpack[By],
) -> Row:
    """Change a merchant's name and contact; returns its row. Raises FieldProblems, `not_found`."""
    old: Row | None = queries.lock_merchant(tx, id=merchant_id)
    if old is None or old["state"] == "ended":
        raise Refusal("not_found")
    checks = FieldChecks()
    name = checks.text("name", name, "merchant_name")
    contact = checks.contact(contact_name, contact_phone)
    checks.finish()
    row: Row = queries.change_merchant(tx, id=merchant_id, name=name, **contact)
    record(tx, "merchant.changed", row["id"], old=old, new=row, **by)
    return row


def find_merchant(tx: Transaction, id_or_credit_code: str) -> Row:
    """A merchant by its id or its credit code. Raises FieldProblems."""
    text = searchable(id_or_credit_code)
    row: Row | None = queries.merchant_by_id(tx, id=text)
    if row is None:
        row = queries.merchant_by_credit_code(tx, credit_code=text.upper())
    if row is None:
        raise field_problem("merchant", MISSING["merchant"])
    return row


def list_merchants(tx: Transaction, *, state: str | None = None) -> list[Row]:
    """Every merchant, or those in one state; `outlets` counts the ones that have not ended."""
    return list(queries.list_merchants(tx, state=state))


def suspend_merchant(tx: Transaction, *, merchant_id: str, reason: str, **by: Unpack[By]) -> Row:
    """Suspend a merchant and thereby all its outlets. Returns the changed row."""
    return change_state(tx, "merchant", merchant_id, "suspended", reason=reason, **by)


def resume_merchant(tx: Transaction, *, merchant_id: str, reason: str, **by: Unpack[By]) -> Row:
    """Reactivate a suspended merchant. Returns the changed row."""
    return change_state(tx, "merchant", merchant_id, "resumed", reason=reason, **by)


def end_merchant(tx: Transaction, *, merchant_id: str, reason: str, **by: Unpack[By]) -> Row:
    """End a merchant, its outlets and terminals for good. Returns the changed row."""
    row = change_state(tx, "merchant", merchant_id, "ended", reason=reason, **by)
    end_outlets_of_merchant(tx, merchant_id, reason=reason, **by)
    return row


def _enrolled_already(tx: Transaction, credit_code: str) -> Exception:
    other = queries.merchant_by_credit_code(tx, credit_code=credit_code)
    name = other["name"] if other else credit_code
    return field_problem(
        "credit_code", "这个统一社会信用代码已登记为“{name}”，请直接为它添加示范点。", name=name
    )


def _parameters(criteria: MerchantCriteria) -> Row:
    return {
        "state": criteria.state,
        "pattern": like_pattern(criteria.text),
    }


merchants_after = ListQuery[MerchantCriteria](queries, "merchants_after", _parameters)


def merchant_by_id(tx: Transaction, merchant_id: str) -> Row:
    """The merchant. Raises Refusal `not_found`."""
    row: Row | None = queries.merchant_by_id(tx, id=merchant_id)
    if row is None:
        raise Refusal("not_found")
    return row
