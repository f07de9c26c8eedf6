"""How often somebody may do a thing: one counter for each kind of thing and name.

Counters live in the application's memory, so another one in the same process counts for itself.
"""

from __future__ import annotations

from flask import current_app
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from huimin.core.refusals import Refusal


class Throttle:
    """Lets through what stays within the limit, in any stretch of time as long as the limit's."""

    def __init__(self, kind: str, limit: RateLimitItem) -> None:
        self._kind, self._limit = kind, limit

    def note(self, name: str | None) -> bool:
        """Count one for that name; False above the limit, where nothing is counted."""
        return self._counter().hit(self._limit, name or "")

    def count(self, name: str | None) -> None:
        """Count one for that name. Raises Refusal `too_many_requests` above the limit."""
        if not self.note(name):
            raise Refusal("too_many_requests")

    def require_room(self, name: str | None) -> None:
        """Count nothing. Raises Refusal `too_many_requests` if one more would be too many."""
        if not self._counter().test(self._limit, name or ""):
            raise Refusal("too_many_requests")

    def _counter(self) -> MovingWindowRateLimiter:
        counters = current_app.extensions.setdefault("throttles", {})
        counter: MovingWindowRateLimiter | None = counters.get(self._kind)
        if counter is None:
            counter = counters.setdefault(self._kind, MovingWindowRateLimiter(MemoryStorage()))
        return counter
