"""An engine for commands over a SQLite county that can't be written: a read-only disk, a copy.

It leaves no trace beside the file: each read looks at it anew, and nothing is written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from huimin.storage.engine import OnCommit, ReadOnly, Transaction, nothing
from huimin.storage.sqlite_engine import read_only_problem
from huimin.storage.sqlite_file import looking

T = TypeVar("T")


class LookingEngine:
    """Reads the file; `write` raises ReadOnly before anything is done."""

    name = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        # Never called: nothing is ever written.
        self.before_write: Callable[[], None] = nothing
        self.on_commit: OnCommit | None = None
        self._local = threading.local()

    def read(self, work: Callable[[Transaction], T]) -> T:
        open_one: Transaction | None = getattr(self._local, "transaction", None)
        if open_one is not None:  # a read inside a read shares its snapshot
            return work(open_one)
        with looking(self.path) as tx:
            self._local.transaction = tx
            try:
                return work(tx)
            finally:
                self._local.transaction = None

    def write(self, work: Callable[[Transaction], T], *, adds_up: bool = False) -> T:
        problem = read_only_problem(self.path).text
        raise ReadOnly(problem.source, **problem.params)

    def close(self) -> None:
        """Nothing is kept open between two reads."""
