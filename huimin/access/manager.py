"""A manager confirms at a cashier's till: name, password and second factor, without a session.

The account's lock and count of failures are those of signing in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from huimin.access.second_factor import use_code
from huimin.access.sign_in import StaffMember, forget_failures, note_failure, second_step, sign_in
from huimin.core.permissions import MERCHANT_MANAGER
from huimin.core.refusals import Refusal
from huimin.storage.engine import Engine, Transaction


def check_manager(
    engine: Engine,
    *,
    merchant_id: str,
    username: str,
    password: str,
    code: str,
    decrypt: Callable[[str], str],
    now: datetime,
    origin: str | None,
) -> StaffMember:
    """The merchant's own manager, if name, password and code are right.

    `decrypt` opens the second factor's secret. Raises Refusal: sign_in_failed, sign_in_locked,
    manager_unfit, password_change_needed, code_needed, code_wrong.
    """
    manager = sign_in(engine, username, password, now=now, origin=origin)
    if manager.role != MERCHANT_MANAGER or manager.merchant_id != merchant_id:
        raise Refusal("manager_unfit")
    if manager.must_change_password:
        raise Refusal("password_change_needed")
    if not manager.has_second_factor:
        return manager
    if not code:
        raise Refusal("code_needed")

    def work(tx: Transaction) -> bool:
        row = second_step(tx, manager.id, now)
        if use_code(tx, row["id"], decrypt(row["totp_cipher"]), code, now):
            forget_failures(tx, row, now)
            return True
        note_failure(tx.coming_from(origin), row, now)
        return False

    if not engine.write(work):
        raise Refusal("code_wrong")
    return manager
