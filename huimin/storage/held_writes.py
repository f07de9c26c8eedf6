"""Nothing is written while a form is only shown once more, whichever way its page would write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_held: ContextVar[bool] = ContextVar("writes_held", default=False)


class WritesHeld(Exception):
    """Something was to be written in a block that must write nothing."""


@contextmanager
def hold_writes() -> Iterator[None]:
    """In this block `Engine.write` raises WritesHeld; other threads write as ever."""
    token = _held.set(True)
    try:
        yield
    finally:
        _held.reset(token)


def require_not_held() -> None:
    """Raise WritesHeld in a block that must write nothing."""
    if _held.get():
        raise WritesHeld
