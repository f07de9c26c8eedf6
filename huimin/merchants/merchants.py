"""Enrol merchants, and suspend, resume or end them.

A merchant is a legal entity with a checked 统一社会信用代码. Unless it is active, none of its
outlets can redeem; ending it is final and ends its outlets and terminals in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.identity import IdentityProblem, check_credit_code
from huimin.core.refusals import Refusal, field_problem
from huimin.merchants import queries
from huimin.merchants.field_checks import (
    FIELD_NAMES,
    NAME_CHARACTERS_MAX,
    FieldChecks,
    like_pattern,
    searchable,
)
from huimin.merchants.outlets import end_outlets_of_merchant
from huimin.merchants.states import next_state
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.list_query import ListQuery


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
    name = checks.text("name", name, FIELD_NAMES.text("merchant_name"), NAME_CHARACTERS_MAX)
    try:
        credit_code = check_credit_code(credit_code)
    except IdentityProblem as error:
        checks.refuse("credit_code", error.text)
    contact_name = checks.optional_text(
        "contact_name", contact_name, FIELD_NAMES.text("contact_name"), NAME_CHARACTERS_MAX
    )
    contact_phone = checks.phone("contact_phone", contact_phone)
    checks.finish()
    row: Row | None = queries.insert_merchant(
        tx,
        id=new_id(),
        name=name,
        credit_code=credit_code,
        contact_name=contact_name,
        contact_phone=contact_phone,
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
    name = checks.text("name", name, FIELD_NAMES.text("merchant_name"), NAME_CHARACTERS_MAX)
    contact_name = checks.optional_text(
        "contact_name", contact_name, FIELD_NAMES.text("contact_name"), NAME_CHARACTERS_MAX
    )
    contact_phone = checks.phone("contact_phone", contact_phone)
    checks.finish()
    row: Row = queries.change_merchant(
        tx, id=merchant_id, name=name, contact_name=contact_name, contact_phone=contact_phone
    )
    record(tx, "merchant.changed", row["id"], old=old, new=row, **by)
    return row


def find_merchant(tx: Transaction, id_or_credit_code: str) -> Row:
    """A merchant by its id or its credit code. Raises FieldProblems."""
    text = searchable(id_or_credit_code)
    row: Row | None = queries.merchant_by_id(tx, id=text)
    if row is None:
        row = queries.merchant_by_credit_code(tx, credit_code=text.upper())
    if row is None:
        raise field_problem("merchant", "没有这个商户，请用 huimin merchants list 查看编号。")
    return row


def list_merchants(tx: Transaction, *, state: str | None = None) -> list[Row]:
    """Every merchant, or those in one state; `outlets` counts the ones that have not ended."""
    return list(queries.list_merchants(tx, state=state))


def suspend_merchant(tx: Transaction, *, merchant_id: str, reason: str, **by: Unpack[By]) -> Row:
    """Suspend a merchant and thereby all its outlets. Returns the changed row."""
    return _change(tx, "suspended", merchant_id, reason=reason, **by)


def resume_merchant(tx: Transaction, *, merchant_id: str, reason: str, **by: Unpack[By]) -> Row:
    """Reactivate a suspended merchant. Returns the changed row."""
    return _change(tx, "resumed", merchant_id, reason=reason, **by)


def end_merchant(tx: Transaction, *, merchant_id: str, reason: str, **by: Unpack[By]) -> Row:
    """End a merchant, its outlets and terminals for good. Returns the changed row."""
    row = _change(tx, "ended", merchant_id, reason=reason, **by)
    end_outlets_of_merchant(tx, merchant_id, reason=reason, **by)
    return row


def _change(
    tx: Transaction, change: str, merchant_id: str, *, reason: str, **by: Unpack[By]
) -> Row:
    reason = checked_reason(reason)
    old: Row | None = queries.lock_merchant(tx, id=merchant_id)
    if old is None:
        raise field_problem("merchant", "没有这个商户，请用 huimin merchants list 查看编号。")
    new_state = next_state("merchant", change, old["state"])
    row: Row = queries.set_merchant_state(tx, id=merchant_id, state=new_state)
    record(tx, f"merchant.{change}", row["id"], reason=reason, old=old, new=row, **by)
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
        "pattern": like_pattern(criteria.text) if criteria.text else None,
    }


merchants_after = ListQuery[MerchantCriteria](queries, "merchants_after", _parameters)


def merchant_by_id(tx: Transaction, merchant_id: str) -> Row:
    """The merchant. Raises Refusal `not_found`."""
    row: Row | None = queries.merchant_by_id(tx, id=merchant_id)
    if row is None:
        raise Refusal("not_found")
    return row
