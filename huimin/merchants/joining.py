"""A merchant applies to join by the public form, and the county decides.

Approval adds the merchant (unless its credit code is already enrolled) and the outlet in one
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack

from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.identity import IdentityProblem, check_credit_code
from huimin.core.refusals import Refusal, field_problem
from huimin.merchants import queries
from huimin.merchants.field_checks import (
    ADDRESS_CHARACTERS_MAX,
    FIELD_NAMES,
    NAME_CHARACTERS_MAX,
    FieldChecks,
)
from huimin.merchants.merchants import add_merchant
from huimin.merchants.outlets import add_outlet, check_place
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.list_query import ListQuery

FIELDS = (
    *("merchant_name", "credit_code", "contact_name", "contact_phone", "outlet_name"),
    *("outlet_kind", "division_code", "address", "opening_hours"),
)


def ask_to_join(tx: Transaction, form: Mapping[str, str], *, now: datetime) -> Row:
    """Store an application and return its row. Raises FieldProblems for each wrong field."""
    checks = FieldChecks()
    limit = NAME_CHARACTERS_MAX
    row: Row = {
        "merchant_name": checks.text(
            "merchant_name", form.get("merchant_name"), FIELD_NAMES.text("merchant_name"), limit
        ),
        "contact_name": checks.text(
            "contact_name", form.get("contact_name"), FIELD_NAMES.text("contact_name"), limit
        ),
        "contact_phone": checks.phone("contact_phone", form.get("contact_phone")),
        "outlet_name": checks.text(
            "outlet_name", form.get("outlet_name"), FIELD_NAMES.text("shop_name"), limit
        ),
        "address": checks.text(
            "address", form.get("address"), FIELD_NAMES.text("address"), ADDRESS_CHARACTERS_MAX
        ),
        "opening_hours": checks.optional_text(
            "opening_hours", form.get("opening_hours"), FIELD_NAMES.text("opening_hours"), limit
        ),
        "outlet_kind": form.get("outlet_kind", ""),
        "division_code": form.get("division_code", ""),
        "credit_code": "",
    }
    if row["contact_phone"] is None:
        checks.refuse("contact_phone", "请填写联系电话。")
    try:
        row["credit_code"] = check_credit_code(form.get("credit_code", ""))
    except IdentityProblem as wrong:
        checks.refuse("credit_code", wrong.text)
    check_place(tx, checks, row["outlet_kind"], row["division_code"], "outlet_kind")
    checks.finish()
    application: Row | None = queries.insert_application(
        tx, id=new_id(), submitted_at=instant_text(now), **row
    )
    if application is None:
        raise field_problem("credit_code", "这家门店的申请已经收到，正在审核，不用再提交。")
    _record(tx, application, "submitted", now, "public")
    return application


def approve_joining(tx: Transaction, application_id: str, **by: Unpack[By]) -> tuple[str, str]:
    """Enrol merchant and outlet; returns their ids. Raises FieldProblems, or `not_found`."""
    application = _open(tx, application_id)
    merchant = queries.merchant_by_credit_code(tx, credit_code=application["credit_code"])
    if merchant is None:
        merchant = add_merchant(
            tx,
            name=application["merchant_name"],
            credit_code=application["credit_code"],
            contact_name=application["contact_name"],
            contact_phone=application["contact_phone"],
            **by,
        )
    outlet = add_outlet(
        tx,
        merchant_id=merchant["id"],
        name=application["outlet_name"],
        kind=application["outlet_kind"],
        division_code=application["division_code"],
        address=application["address"],
        opening_hours=application["opening_hours"],
        contact_name=application["contact_name"],
        contact_phone=application["contact_phone"],
        **by,
    )
    _decide(tx, application_id, "approved", None, merchant["id"], by["now"], by["actor"])
    return merchant["id"], outlet["id"]


def reject_joining(
    tx: Transaction, application_id: str, *, reason: str, now: datetime, actor: str
) -> None:
    """Reject an application with a reason for the merchant. Raises FieldProblems."""
    reason = checked_reason(reason)
    _open(tx, application_id)
    _decide(tx, application_id, "rejected", reason, None, now, actor)


def _parameters(state: str | None) -> Row:
    return {"state": state}


# Of one state, or of every one (None).
applications_after = ListQuery[str | None](queries, "applications_after", _parameters)


def _open(tx: Transaction, application_id: str) -> Row:
    row: Row | None = queries.lock_application(tx, id=application_id)
    if row is None:
        raise Refusal("not_found")
    if row["state"] != "submitted":
        raise field_problem("application", "这份申请已经处理过。")
    return row


def _decide(
    tx: Transaction,
    application_id: str,
    state: str,
    reason: str | None,
    merchant_id: str | None,
    now: datetime,
    actor: str,
) -> None:
    row = queries.decide_application(
        tx,
        id=application_id,
        state=state,
        reason=reason,
        merchant_id=merchant_id,
        decided_at=instant_text(now),
        decided_by=actor,
    )
    _record(tx, row, state, now, actor, reason)


def _record(
    tx: Transaction, row: Row, event: str, now: datetime, actor: str, reason: str | None = None
) -> None:
    new: dict[str, Any] = {"credit_code": row["credit_code"], "state": row["state"]}
    record(
        tx, f"merchant_application.{event}", row["id"], now=now, actor=actor, reason=reason, new=new
    )
