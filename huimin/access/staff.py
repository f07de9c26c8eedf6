"""Staff accounts: who they are, their role, and the place it is limited to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Unpack

from huimin.access import queries
from huimin.access.sign_in import USERNAME
from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.permissions import ROLES
from huimin.core.refusals import field_problem
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

# The column that limits a role to one place, and so is required with it.
PLACES = {"registrar": "division_code", "merchant_manager": "merchant_id", "cashier": "outlet_id"}
PLACE_TABLES = {"division_code": "division", "merchant_id": "merchant", "outlet_id": "outlet"}


def add_staff_with_hash(
    tx: Transaction,
    *,
    username: str,
    name: str,
    role: str,
    password_hash: str,
    now: datetime,
    actor: str = "system",
    division_code: str | None = None,
    merchant_id: str | None = None,
    outlet_id: str | None = None,
    must_change_password: int = 0,
) -> Row:
    """Add an account. A registrar needs a division, a manager a merchant, a cashier an outlet.

    The hash is slow, so it is made before the transaction. Raises FieldProblems naming the field.
    """
    places = {"division_code": division_code, "merchant_id": merchant_id, "outlet_id": outlet_id}
    require_fit(tx, username, name, role, places)
    row: Row | None = queries.insert_staff(
        tx,
        id=new_id(),
        username=username,
        name=name,
        role=role,
        password_hash=password_hash,
        must_change_password=must_change_password,
        created_at=instant_text(now),
        **places,
    )
    if row is None:
        raise field_problem("username", "这个用户名已有人使用，请换一个。")
    recorded = ("username", "role", *places)
    record(tx, "staff.add", row["id"], now=now, actor=actor, new=row, only=recorded)
    return row


def set_password(tx: Transaction, username: str, password_hash: str, **by: Unpack[By]) -> Row:
    """Give an account another password, unlock it and end its sessions. Raises FieldProblems.

    The hash is slow, so it is made before the transaction.
    """
    row: Row | None = queries.set_password(
        tx, username=username, password_hash=password_hash, must_change_password=0
    )
    return _changed(tx, row, "staff.password", **by)


def disable_staff(tx: Transaction, username: str, **by: Unpack[By]) -> Row:
    """Switch an account off and end its sessions at once. Raises FieldProblems."""
    row: Row | None = queries.disable_staff(tx, username=username)
    return _changed(tx, row, "staff.disable", **by)


def list_staff(tx: Transaction) -> list[Row]:
    """Every account without its password hash, by user name."""
    return list(queries.list_staff(tx))


def _changed(tx: Transaction, row: Row | None, action: str, **by: Unpack[By]) -> Row:
    if row is None:
        raise field_problem("username", "没有这个在用的账号。")
    queries.end_sessions_of(tx, staff_id=row["id"], now=instant_text(by["now"]))
    record(tx, action, row["id"], **by)
    return row


def require_fit(
    tx: Transaction, username: str, name: str, role: str, places: Mapping[str, str | None]
) -> None:
    """Raise FieldProblems for an invalid user name, name or role, or a missing or unknown place."""
    if not USERNAME.fullmatch(username):
        raise field_problem("username", "用户名为 3 到 32 个小写字母、数字或 . _ -。")
    if not name.strip() or len(name) > 60 or not name.isprintable():
        raise field_problem("name", "姓名须为 1 到 60 个字。")
    if role not in ROLES:
        raise field_problem("role", "岗位应为 {roles} 之一。", roles=ROLES)
    needed = PLACES.get(role)
    if needed and not places[needed]:
        raise field_problem(needed, "这个岗位需要填写所属单位。")
    for field, value in places.items():
        if value and getattr(queries, f"{PLACE_TABLES[field]}_exists")(tx, key=value) is None:
            raise field_problem(field, "没有这个单位，请核对。")
