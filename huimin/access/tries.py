"""Failed attempts per network address: signing in, a till's key, a manager's confirmation.

The lock on an account stops guessing at one account; this stops one address from trying many.
Only failures count, because a whole office signs in from one address in the morning.
"""

from __future__ import annotations

from flask import request
from limits import RateLimitItemPerMinute

from huimin.web.throttle import Throttle

failures_per_address = Throttle("failed_tries", RateLimitItemPerMinute(20))


def require_few_failures() -> None:
    """Raise Refusal `too_many_requests` when this request's address has failed too often."""
    failures_per_address.require_room(request.remote_addr)


def note_failed_try() -> None:
    """Count a failure of this request's address."""
    failures_per_address.note(request.remote_addr)
