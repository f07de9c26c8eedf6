"""Failed tries by network address: of signing in, of a till's key, of a manager's confirmation.

The account's own lock counts whoever knocks; this keeps one address from knocking at many doors.
Failures only are counted, because a whole office signs in from one address in the morning.
"""

from __future__ import annotations

from flask import current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from huimin.core.refusals import Refusal

FAILURES_PER_ADDRESS = RateLimitItemPerMinute(20)


def require_few_failures() -> None:
    """Pass unless this request's address failed too often. Raises Refusal `too_many_requests`."""
    if not _tries().test(FAILURES_PER_ADDRESS, request.remote_addr or ""):
        raise Refusal("too_many_requests")


def note_failed_try() -> None:
    """Count a failure of this request's address."""
    _tries().hit(FAILURES_PER_ADDRESS, request.remote_addr or "")


def _tries() -> FixedWindowRateLimiter:
    """The counter of this application; another one in the same process counts for itself."""
    counter: FixedWindowRateLimiter | None = current_app.extensions.get("sign_in_tries")
    if counter is None:
        counter = FixedWindowRateLimiter(MemoryStorage())
        counter = current_app.extensions.setdefault("sign_in_tries", counter)
    return counter
