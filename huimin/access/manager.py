"""A manager confirms at a cashier's till: name, password and second factor, without a session.

The account's lock and count of failures are those of signing in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from huimin.access.second_factor import pass_second_step
from huimin.access.sign_in import StaffMember, sign_in
from huimin.core.permissions import MERCHANT_MANAGER
from huimin.core.refusals import Refusal
from huimin.storage.engine import Engine


def check_manager(
    engine: Engine,
    *,
    merchant_id: str,
    username: str,
    password: str,
    code: str,
    unsealed: Callable[[str], str | None],
    now: datetime,
    origin: str | None,
) -> StaffMember:
    """The merchant's own manager, if name, password and code are right.

    `unsealed` opens the second factor's secret, None where no key does. Raises Refusal:
    sign_in_failed, sign_in_locked, manager_unfit, password_change_needed, code_needed, code_wrong,
    code_unreadable.
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

    passed = engine.write(
        lambda tx: pass_second_step(
            tx.coming_from(origin), manager.id, code, unsealed=unsealed, now=now
        )
    )
    if isinstance(passed, Refusal):
        raise passed
    return manager
