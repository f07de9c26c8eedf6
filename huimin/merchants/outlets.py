"""Add outlets (惠民示范点) to a merchant, and suspend, resume or end them.

An outlet has one of five kinds, a town or village of the county and an address. Unless it is
active, its terminals can't redeem; ending it is final and disables its terminals.
"""

from __future__ import annotations

from typing import Any, NotRequired, Unpack

from huimin.audit.record import checked_reason, record
from huimin.core.acting import By, by_of
from huimin.core.catalogue import text
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.core.words import OUTLET_KINDS
from huimin.merchants import queries
from huimin.merchants.field_checks import (
    FieldChecks,
    searchable,
)
from huimin.merchants.location import check_location
from huimin.merchants.states import MISSING, change_state
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id


class OutletDetails(By):
    """An outlet's details as they are typed, and who types them.

    `division_code` is the 12-digit code of a town or village, the coordinates are decimal degrees.
    """

    name: str
    kind: str
    division_code: str
    address: str
    opening_hours: NotRequired[str | None]
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    latitude: NotRequired[str | None]
    longitude: NotRequired[str | None]


def add_outlet(tx: Transaction, *, merchant_id: str, **typed: Unpack[OutletDetails]) -> Row:
    """Add an outlet to a merchant that has not ended, and return its row. Raises FieldProblems."""
    checks = FieldChecks()
    merchant = queries.lock_merchant(tx, id=merchant_id)
    if merchant is None:
        checks.refuse("merchant", "没有这个商户，请先登记商户。")
    elif merchant["state"] == "ended":
        checks.refuse("merchant", "这个商户已终止，不能再添加示范点。")
    details = _checked(tx, checks, typed)
    checks.finish()
    created_at = instant_text(typed["now"])
    row: Row | None = queries.insert_outlet(
        tx, id=new_id(), merchant_id=merchant_id, created_at=created_at, **details
    )
    if row is None:
        name = details["name"]
        raise field_problem("name", "这个商户已有名为“{name}”的示范点，请加上店名区别。", name=name)
    record(tx, "outlet.added", row["id"], new=row, **by_of(typed))
    return row


def change_outlet(tx: Transaction, *, outlet_id: str, **typed: Unpack[OutletDetails]) -> Row:
    """Change an outlet's details and return its row. Raises FieldProblems, or `not_found`."""
    checks = FieldChecks()
    old: Row | None = queries.lock_outlet(tx, id=outlet_id)
    if old is None or old["state"] == "ended":
        raise Refusal("not_found")
    details = _checked(tx, checks, typed)
    same = {"merchant_id": old["merchant_id"], "name": details["name"], "id": outlet_id}
    if queries.outlet_of_that_name(tx, **same) is not None:
        checks.refuse("name", "这个商户已有同名的示范点。")
    checks.finish()
    row: Row = queries.change_outlet(tx, id=outlet_id, **details)
    record(tx, "outlet.changed", row["id"], old=old, new=row, **by_of(typed))
    return row


def outlet_by_id(tx: Transaction, outlet_id: str) -> Row | None:
    """An outlet with `merchant_name` and `merchant_state`, or None."""
    row: Row | None = queries.outlet_by_id(tx, id=outlet_id)
    return row


def required_outlet(tx: Transaction, outlet_id: str) -> Row:
    """The same. Raises Refusal `not_found`."""
    row = outlet_by_id(tx, outlet_id)
    if row is None:
        raise Refusal("not_found")
    return row


def find_outlet(tx: Transaction, id_or_name: str) -> Row:
    """An outlet by its id or its name. Raises FieldProblems if none, or several, have that name."""
    text = searchable(id_or_name)
    row = outlet_by_id(tx, text)
    if row is not None:
        return row
    named = list(queries.outlets_by_name(tx, name=text))
    if len(named) > 1:
        zh = "；".join(f"{one['merchant_name']} {one['id']}" for one in named)
        raise field_problem(
            "outlet", "有 {count} 个示范点叫这个名字，请改用编号：{zh}", count=len(named), zh=zh
        )
    row = outlet_by_id(tx, named[0]["id"]) if named else None
    if row is None:
        raise field_problem("outlet", MISSING["outlet"])
    return row


def list_outlets(
    tx: Transaction,
    *,
    merchant_id: str | None = None,
    kind: str | None = None,
    state: str | None = None,
) -> list[Row]:
    """Outlets with merchant and division names; `terminals` counts the active ones."""
    return list(queries.list_outlets(tx, merchant_id=merchant_id, kind=kind, state=state))


def suspend_outlet(tx: Transaction, *, outlet_id: str, reason: str, **by: Unpack[By]) -> Row:
    """Suspend an outlet: it can't redeem from now on. Returns the changed row."""
    return change_state(tx, "outlet", outlet_id, "suspended", reason=reason, **by)


def resume_outlet(tx: Transaction, *, outlet_id: str, reason: str, **by: Unpack[By]) -> Row:
    """Reactivate a suspended outlet. Returns the changed row."""
    return change_state(tx, "outlet", outlet_id, "resumed", reason=reason, **by)


def end_outlet(tx: Transaction, *, outlet_id: str, reason: str, **by: Unpack[By]) -> Row:
    """End an outlet for good and disable its terminals. Returns the changed row."""
    row = change_state(tx, "outlet", outlet_id, "ended", reason=reason, **by)
    _disable_terminals(tx, outlet_id, reason=checked_reason(reason), **by)
    return row


def end_outlets_of_merchant(
    tx: Transaction, merchant_id: str, *, reason: str, **by: Unpack[By]
) -> None:
    """End every outlet of a merchant. The caller holds the lock on the merchant's row."""
    for old in queries.outlets_not_ended(tx, merchant_id=merchant_id):
        end_outlet(tx, outlet_id=old["id"], reason=reason, **by)


def _disable_terminals(tx: Transaction, outlet_id: str, *, reason: str, **by: Unpack[By]) -> None:
    disabled = queries.disable_terminals_of_outlet(
        tx, outlet_id=outlet_id, disabled_at=instant_text(by["now"])
    )
    for row in list(disabled):
        old = {**row, "state": "active", "disabled_at": None}
        record(tx, "terminal.disabled", row["id"], reason=reason, old=old, new=row, **by)


def _checked(tx: Transaction, checks: FieldChecks, typed: OutletDetails) -> dict[str, Any]:
    """The columns of the details; what is wrong with them is noted."""
    name, address = checks.text("name", typed["name"], "outlet_name"), typed["address"]
    check_place(tx, checks, typed["kind"], typed["division_code"])
    return {
        "name": name,
        "kind": typed["kind"],
        "division_code": typed["division_code"],
        "address": checks.text("address", address),
        "opening_hours": checks.optional_text("opening_hours", typed.get("opening_hours")),
        **checks.contact(typed.get("contact_name"), typed.get("contact_phone")),
        **check_location(checks, typed.get("latitude"), typed.get("longitude")),
    }


def _check_kind(checks: FieldChecks, kind: str, field: str = "kind") -> None:
    if kind not in OUTLET_KINDS:
        checks.refuse(
            field,
            "示范点类型只能是：{kinds}。",
            kinds=tuple(
                text("{code}（{name}）", code=one, name=OUTLET_KINDS.text(one))
                for one in OUTLET_KINDS
            ),
        )


def _check_division(tx: Transaction, checks: FieldChecks, division_code: str) -> None:
    division = None
    if len(division_code) == 12 and division_code.isascii() and division_code.isdigit():
        division = queries.division_by_code(tx, code=division_code)
    if division is None:
        checks.refuse(
            "division_code", "没有这个行政区划代码，请填 12 位的镇街或村社代码，例如 512022001000。"
        )
    elif division["level"] == "county":
        checks.refuse("division_code", "请填到镇街或村社，不能只到县。")


def check_place(
    tx: Transaction, checks: FieldChecks, kind: str, division_code: str, kind_field: str = "kind"
) -> None:
    """Check an outlet's kind and division."""
    _check_kind(checks, kind, kind_field)
    _check_division(tx, checks, division_code)
