"""Add a terminal with a key to an outlet, renew its key, and disable it at once.

A key is returned once, when it is made, and only its SHA-256 is stored. A lost or leaked key is
renewed, which ends the old one; tills that joined by a code go on, those that were once set up by
the key do not. Disabling is final.
"""

from __future__ import annotations

from typing import Unpack

from huimin.access.terminal_keys import hash_key, new_key
from huimin.access.till_devices import end_devices_of_the_key
from huimin.audit.record import checked_reason, record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.merchants import queries
from huimin.merchants.field_checks import FieldChecks, searchable
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

CODE_MAX = 999_999


def add_terminal(
    tx: Transaction, *, outlet_id: str, label: str, **by: Unpack[By]
) -> tuple[Row, str]:
    """Add a terminal to an outlet that has not ended; returns its row and, only here, its key.

    Raises FieldProblems on `outlet` or `label`.
    """
    checks = FieldChecks()
    outlet = queries.lock_outlet(tx, id=outlet_id)
    if outlet is None:
        checks.refuse("outlet", "没有这个示范点，请先添加示范点。")
    elif outlet["state"] == "ended":
        checks.refuse("outlet", "这个示范点已终止，不能再添加收银终端。")
    label = checks.text("label", label)
    checks.finish()
    key = new_key()
    row = None
    while row is None:
        row = queries.insert_terminal(
            tx,
            id=new_id(),
            outlet_id=outlet_id,
            code=_next_code(tx),
            label=label,
            key_hash=hash_key(key),
            created_at=instant_text(by["now"]),
        )
    record(tx, "terminal.added", row["id"], new=row, **by)
    return row, key


def find_terminal(tx: Transaction, id_or_code: str) -> Row:
    """A terminal by its id or its six-digit code. Raises FieldProblems."""
    text = searchable(id_or_code)
    row: Row | None = queries.terminal_by_id(tx, id=text)
    if row is None:
        row = queries.terminal_by_code(tx, code=text)
    if row is None:
        raise field_problem("terminal", "没有这个收银终端，请用 huimin terminals list 查看编号。")
    return row


def list_terminals(
    tx: Transaction,
    *,
    outlet_id: str | None = None,
    merchant_id: str | None = None,
    state: str | None = None,
) -> list[Row]:
    """Terminals with their outlet's and merchant's names and states, without the key's hash."""
    return list(
        queries.list_terminals(tx, outlet_id=outlet_id, merchant_id=merchant_id, state=state)
    )


def renew_key(
    tx: Transaction, *, terminal_id: str, reason: str, **by: Unpack[By]
) -> tuple[Row, str]:
    """Replace an active terminal's key; returns its row and, only here, the new key.

    The old key is refused from the moment this commits. Raises FieldProblems on `reason` or
    `terminal`.
    """
    reason = checked_reason(reason)
    old = find_terminal(tx, terminal_id)
    key = new_key()
    row: Row | None = queries.renew_terminal_key(tx, id=old["id"], key_hash=hash_key(key))
    if row is None:
        raise field_problem("terminal", "这个收银终端已经停用，不能更换密钥；请另加一台。")
    end_devices_of_the_key(tx, row["id"], **by)
    record(tx, "terminal.rekeyed", row["id"], reason=reason, old=old, new=row, **by)
    return row, key


def disable_terminal(tx: Transaction, *, terminal_id: str, reason: str, **by: Unpack[By]) -> Row:
    """Disable a terminal: its key is refused from the moment this commits."""
    reason = checked_reason(reason)
    old = find_terminal(tx, terminal_id)
    row: Row | None = queries.disable_terminal(
        tx, id=old["id"], disabled_at=instant_text(by["now"])
    )
    if row is None:
        raise field_problem("terminal", "这个收银终端已经停用。")
    record(tx, "terminal.disabled", row["id"], reason=reason, old=old, new=row, **by)
    return row


def _next_code(tx: Transaction) -> str:
    number = int(queries.last_terminal_code(tx)) + 1
    if number > CODE_MAX:
        raise field_problem("outlet", "收银终端编号已用完（999999），请联系系统维护人员。")
    return f"{number:06d}"


def terminal_of_outlet(tx: Transaction, outlet_id: str, terminal_id: str) -> Row:
    """A terminal of that outlet. Raises Refusal `not_found`."""
    row: Row | None = queries.terminal_by_id(tx, id=terminal_id)
    if row is None or row["outlet_id"] != outlet_id:
        raise Refusal("not_found")
    return row
