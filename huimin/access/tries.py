"""Failed attempts per network address: signing in, a till's key, a manager's confirmation.

The lock on an account stops guessing at one account; this stops one address from trying many.
Only failures count, because a whole office signs in from one address in the morning.
"""

from __future__ import annotations

from flask import current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from huimin.core.refusals import Refusal

FAILURES_PER_ADDRESS = RateLimitItemPerMinute(20)


def require_few_failures() -> None:
    """Raise Refusal `too_many_requests` when this request's address has failed too often."""
    if not _tries().test(FAILURES_PER_ADDRESS, request.remote_addr or ""):
        raise Refusal("too_many_requests")


def note_failed_try() -> None:
    """Count a failure of this request's address."""
    _tries().hit(FAILURES_PER_ADDRESS, request.remote_addr or "")


def _tries() -> FixedWindowRateLimiter:
    """The counter of this application; each application in a process has its own."""
    counter: FixedWindowRateLimiter | None = current_app.extensions.get("sign_in_tries")
    if counter is None:
        counter = FixedWindowRateLimiter(MemoryStorage())
        counter = current_app.extensions.setdefault("sign_in_tries", counter)
    return counter
