"""A merchant applies to join by the public form, and the county decides.

Approval adds the merchant (unless its credit code is already enrolled) and the outlet in one
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Unpack

from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.merchants import queries
from huimin.merchants.field_checks import (
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
    row: Row = {
        "merchant_name": checks.text("merchant_name", form.get("merchant_name")),
        "contact_name": checks.text("contact_name", form.get("contact_name")),
        "contact_phone": checks.phone("contact_phone", form.get("contact_phone")),
        "outlet_name": checks.text("outlet_name", form.get("outlet_name"), "shop_name"),
        "address": checks.text("address", form.get("address")),
        "opening_hours": checks.optional_text("opening_hours", form.get("opening_hours")),
        "outlet_kind": form.get("outlet_kind", ""),
        "division_code": form.get("division_code", ""),
    }
    if row["contact_phone"] is None:
        checks.refuse("contact_phone", "请填写联系电话。")
    row["credit_code"] = checks.credit_code(form.get("credit_code", ""))
    check_place(tx, checks, row["outlet_kind"], row["division_code"], "outlet_kind")
    checks.finish()
    application: Row | None = queries.insert_application(
        tx, id=new_id(), submitted_at=instant_text(now), **row
    )
    if application is None:
        raise field_problem("credit_code", "这家门店的申请已经收到，正在审核，不用再提交。")
    _record(tx, application, "submitted", now=now, actor="public")
    return application


def approve_joining(tx: Transaction, application_id: str, **by: Unpack[By]) -> tuple[str, str]:
    """Enrol merchant and outlet; returns their ids. Raises FieldProblems, or `not_found`."""
    application = _open(tx, application_id)
    contact = {name: application[name] for name in ("contact_name", "contact_phone")}
    place = {name: application[name] for name in ("division_code", "address", "opening_hours")}
    code, name = application["credit_code"], application["merchant_name"]
    merchant = queries.merchant_by_credit_code(tx, credit_code=code)
    if merchant is None:
        merchant = add_merchant(tx, name=name, credit_code=code, **contact, **by)
    outlet = add_outlet(
        tx,
        merchant_id=merchant["id"],
        name=application["outlet_name"],
        kind=application["outlet_kind"],
        **place,
        **contact,
        **by,
    )
    _decide(tx, application_id, "approved", merchant_id=merchant["id"], **by)
    return merchant["id"], outlet["id"]


def reject_joining(tx: Transaction, application_id: str, *, reason: str, **by: Unpack[By]) -> None:
    """Reject an application with a reason for the merchant. Raises FieldProblems."""
    reason = checked_reason(reason)
    _open(tx, application_id)
    _decide(tx, application_id, "rejected", reason=reason, **by)


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
    *,
    reason: str | None = None,
    merchant_id: str | None = None,
    **by: Unpack[By],
) -> None:
    row = queries.decide_application(
        tx,
        id=application_id,
        state=state,
        reason=reason,
        merchant_id=merchant_id,
        decided_at=instant_text(by["now"]),
        decided_by=by["actor"],
    )
    _record(tx, row, state, reason=reason, **by)


def _record(
    tx: Transaction, row: Row, event: str, *, reason: str | None = None, **by: Unpack[By]
) -> None:
    action, recorded = f"merchant_application.{event}", ("credit_code", "state")
    record(tx, action, row["id"], reason=reason, new=row, only=recorded, **by)
