"""Rate limits: one counter per kind of action and name, shared by all processes of a folder."""

from __future__ import annotations

from limits import RateLimitItem

from huimin.core.refusals import Refusal
from huimin.web.current import instance


class Throttle:
    """Allows what stays within the limit, over a sliding window."""

    def __init__(self, kind: str, limit: RateLimitItem) -> None:
        self._kind, self._limit, self._seconds = kind, limit.amount, limit.get_expiry()

    def note(self, name: str | None) -> bool:
        """Count one for that name; above the limit, return False and count nothing."""
        now = instance().clock().timestamp()
        return instance().counters.count(
            self._name(name), limit=self._limit, seconds=self._seconds, now=now
        )

    def count(self, name: str | None) -> None:
        """Count one for that name. Raises Refusal `too_many_requests` above the limit."""
        if not self.note(name):
            raise Refusal("too_many_requests")

    def has_room(self, name: str | None) -> bool:
        """Whether one more would be within the limit; counts nothing."""
        now = instance().clock().timestamp()
        return instance().counters.has_room(
            self._name(name), limit=self._limit, seconds=self._seconds, now=now
        )

    def require_room(self, name: str | None) -> None:
        """Raise Refusal `too_many_requests` if one more would be too many; counts nothing."""
        if not self.has_room(name):
            raise Refusal("too_many_requests")

    def _name(self, name: str | None) -> str:
        return f"{self._kind} {name or ''}"
