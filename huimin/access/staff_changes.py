"""Change an account: role and place, lock, state, password. Each change is recorded.

Administrators cannot remove their own role, and the county always keeps one administrator.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack

from huimin.access import queries
from huimin.access.password_rules import require_good_password
from huimin.access.passwords import hash_password
from huimin.access.sign_in import check_own_password
from huimin.access.staff import PLACES, require_fit
from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.permissions import ADMINISTRATOR, COUNTY_SIDE, Side
from huimin.core.refusals import Refusal, field_problem
from huimin.storage.engine import Engine, Row, Transaction

RECORDED_FIELDS = ("name", "role", "division_code", "merchant_id", "outlet_id", "state")


def staff_by_id(tx: Transaction, staff_id: str) -> Row:
    """The account without its password hash. Raises Refusal `not_found`."""
    row = queries.staff_by_id(tx, id=staff_id)
    if row is None:
        raise Refusal("not_found")
    return {name: value for name, value in row.items() if name != "password_hash"}


def change_staff(
    tx: Transaction,
    staff_id: str,
    *,
    name: str,
    role: str,
    place: str | None,
    reason: str,
    **by: Unpack[By],
) -> None:
    """Change name, role or place; the sessions end when role or place changes.

    `place` is the division, merchant or outlet that the role needs. Raises FieldProblems.
    """
    reason = checked_reason(reason)
    old = staff_by_id(tx, staff_id)
    if old["role"] == ADMINISTRATOR and role != ADMINISTRATOR:
        _require_other_administrator(tx, old, by["actor"], "role")
    places: dict[str, str | None] = dict.fromkeys(PLACES.values())
    if role in PLACES:
        places[PLACES[role]] = place
    require_fit(tx, old["username"], name, role, places)
    queries.change_staff(tx, id=staff_id, name=name, role=role, **places)
    new = {"name": name, "role": role, **places}
    if any(old[field] != new[field] for field in ("role", *places)):
        queries.end_sessions_of(tx, staff_id=staff_id, now=instant_text(by["now"]))
    record(
        tx,
        "staff.changed",
        staff_id,
        reason=reason,
        old=old,
        new={**old, **new},
        only=RECORDED_FIELDS,
        **by,
    )


def switch_staff(
    tx: Transaction, staff_id: str, *, state: str, reason: str, side: Side, **by: Unpack[By]
) -> None:
    """Switch an account off (its sessions end at once) or on again.

    `side` is whose act it is: what the county switched off, the merchant can't change. Raises
    FieldProblems.
    """
    reason = checked_reason(reason)
    old = staff_by_id(tx, staff_id)
    if old["state"] == "disabled" and side != COUNTY_SIDE and old["disabled_side"] != side:
        raise field_problem("reason", "这个账号是县里停用的，只能由县里恢复。")
    if state == "disabled" and old["role"] == ADMINISTRATOR:
        _require_other_administrator(tx, old, by["actor"], "reason")
    disabled_side = side if state == "disabled" else None
    queries.set_staff_state(tx, id=staff_id, state=state, disabled_side=disabled_side)
    if state == "disabled":
        queries.end_sessions_of(tx, staff_id=staff_id, now=instant_text(by["now"]))
    record(
        tx,
        "staff.disable" if state == "disabled" else "staff.enabled",
        staff_id,
        reason=reason,
        old=old,
        new={**old, "state": state},
        only=RECORDED_FIELDS,
        **by,
    )


def unlock_staff(tx: Transaction, staff_id: str, **by: Unpack[By]) -> None:
    """Clear an account's failed sign-ins and lock. Raises Refusal `not_found`."""
    staff_by_id(tx, staff_id)
    queries.forget_failed_sign_ins(tx, id=staff_id)
    record(tx, "staff.unlocked", staff_id, **by)


def reset_password(tx: Transaction, staff_id: str, password_hash: str, **by: Unpack[By]) -> None:
    """Set a password that must be changed at the next sign-in; sessions end."""
    old = staff_by_id(tx, staff_id)
    queries.set_password(
        tx, username=old["username"], password_hash=password_hash, must_change_password=1
    )
    queries.end_sessions_of(tx, staff_id=staff_id, now=instant_text(by["now"]))
    record(tx, "staff.password", staff_id, **by)


def change_own_password(
    engine: Engine,
    staff_id: str,
    *,
    old: str,
    new: str,
    again: str,
    now: datetime,
    keep: str,
    origin: str | None = None,
) -> None:
    """Change one's own password; every session except the one whose hash is `keep` ends.

    The slow hashes are computed outside of the transaction. Raises FieldProblems on old_password,
    new_password or new_again.
    """
    row = check_own_password(engine, staff_id, old, field="old_password", now=now, origin=origin)
    require_good_password("new_password", new, row["username"])
    if new == old:
        raise field_problem("new_password", "新密码不能和现在的一样。")
    if new != again:
        raise field_problem("new_again", "两次输入的不一样。")
    password_hash = hash_password(new)

    def work(tx: Transaction) -> None:
        queries.set_password(
            tx, username=row["username"], password_hash=password_hash, must_change_password=0
        )
        queries.end_other_sessions(tx, staff_id=staff_id, id_hash=keep, now=instant_text(now))
        record(tx, "staff.own_password", staff_id, now=now, actor=row["username"])

    engine.write(work)


def _require_other_administrator(
    tx: Transaction, old: Mapping[str, Any], actor: str, field: str
) -> None:
    if old["username"] == actor:
        raise field_problem(
            field, "不能停用自己，也不能取消自己的管理员岗位，请由另一位管理员办理。"
        )
    if int(queries.count_administrators(tx)) <= 1 and old["state"] == "active":
        raise field_problem(field, "这是最后一位在用的管理员，请先增加另一位。")
