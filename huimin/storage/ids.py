"""Identifiers of rows: UUIDv7 text, which sorts by time and says nothing about anybody.

In one process each id is greater than the one before, within the millisecond too: the twelve bits
behind the milliseconds are a finer clock (RFC 9562, 6.2, method 3). A clock that was put back a
little goes on from there. One that was far ahead for a moment is forgotten once it is right again,
or every later id would be of that time; that is why no library makes them.
"""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta

from huimin.core.days import CLOCK_SLACK

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The finer clock's ticks.
TICKS_PER_MS = 4_096
NANOSECONDS_PER_MS = 1_000_000
SLACK_TICKS = CLOCK_SLACK // timedelta(milliseconds=1) * TICKS_PER_MS
VERSION, VARIANT = 7 << 76, 0b10 << 62


class _Ticks:
    """The clock in ticks since 1970, none of them twice."""

    def __init__(self) -> None:
        self._lock, self._last = threading.Lock(), 0

    def next(self) -> int:
        now = time.time_ns() * TICKS_PER_MS // NANOSECONDS_PER_MS
        with self._lock:
            is_little_ahead = now <= self._last <= now + SLACK_TICKS
            self._last = self._last + 1 if is_little_ahead else now
            return self._last


_ticks = _Ticks()


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562) as 36 characters of text."""
    ms, tick = divmod(_ticks.next(), TICKS_PER_MS)
    return str(uuid.UUID(int=ms << 80 | VERSION | tick << 64 | VARIANT | secrets.randbits(62)))


def id_of(at: datetime) -> str:
    """A fresh id that begins with that instant, to the millisecond, and not with the clock's."""
    return _beginning(at) + new_id()[13:]


def least_id(at: datetime) -> str:
    """The least id of a row that is made at that time or later."""
    return f"{_beginning(at)}-7000-8000-000000000000"


def _beginning(at: datetime) -> str:
    digits = f"{(at - EPOCH) // timedelta(milliseconds=1):012x}"
    return f"{digits[:8]}-{digits[8:]}"
