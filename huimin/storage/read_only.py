"""An engine that only reads: over a standby of PostgreSQL, or over a copy of a SQLite county."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from huimin.storage.engine import Engine, OnCommit, ReadOnly, Transaction, nothing

T = TypeVar("T")


class ReadOnlyEngine:
    """The engine beneath, whose `write` raises ReadOnly before anything is done."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.name
        # Never called: nothing is ever written.
        self.before_write: Callable[[], None] = nothing
        self.on_commit: OnCommit | None = None

    def read(self, work: Callable[[Transaction], T]) -> T:
        return self._engine.read(work)

    def write(self, work: Callable[[Transaction], T], *, adds_up: bool = False) -> T:
        raise ReadOnly

    def close(self) -> None:
        self._engine.close()
