"""Rate limits: one counter per kind of action and name.

Counters are in the application's memory; each application in a process has its own.
"""

from __future__ import annotations

from flask import current_app
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from huimin.core.refusals import Refusal


class Throttle:
    """Allows what stays within the limit, over a moving window."""

    def __init__(self, kind: str, limit: RateLimitItem) -> None:
        self._kind, self._limit = kind, limit

    def note(self, name: str | None) -> bool:
        """Count one for that name; above the limit, return False and count nothing."""
        return self._counter().hit(self._limit, name or "")

    def count(self, name: str | None) -> None:
        """Count one for that name. Raises Refusal `too_many_requests` above the limit."""
        if not self.note(name):
            raise Refusal("too_many_requests")

    def require_room(self, name: str | None) -> None:
        """Raise Refusal `too_many_requests` if one more would be too many; counts nothing."""
        if not self._counter().test(self._limit, name or ""):
            raise Refusal("too_many_requests")

    def _counter(self) -> MovingWindowRateLimiter:
        counters = current_app.extensions.setdefault("throttles", {})
        counter: MovingWindowRateLimiter | None = counters.get(self._kind)
        if counter is None:
            counter = counters.setdefault(self._kind, MovingWindowRateLimiter(MemoryStorage()))
        return counter
