"""Processes that write to one SQLite file take turns, group by group.

SQLite lets a writer that finds the file locked sleep and try again, so that whoever has just
written is mostly the next to write, and the others starve. Here the writer of each process waits in
the kernel for a lock on a file (flock), and behind a second lock, through which all must pass: who
has just written finds the next one standing there. The locks only order: without them (a file
system that has none) SQLite itself still lets one write at a time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: SQLite's own lock alone
    fcntl = None  # type: ignore[assignment]


class WriteTurn:
    """The turn to write to the database file at a path."""

    def __init__(self, path: Path) -> None:
        # None once they are closed.
        self._next: int | None = _open_lock(path.with_suffix(".next.lock"))
        self._turn: int | None = _open_lock(path.with_suffix(".writer.lock"))
        self._since: float | None = None

    @property
    def waited_seconds(self) -> float:
        """How long this process has been waiting for another one, which has the turn; else 0."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn and run the block with it."""
        with ExitStack() as held:
            self._since = time.monotonic()
            try:
                with _locked(self._next):
                    held.enter_context(_locked(self._turn))
            finally:
                self._since = None
            yield

    def close(self) -> None:
        """Close the files. May be called twice."""
        handles, self._next, self._turn = (self._next, self._turn), None, None
        for handle in handles:
            if handle is not None:
                os.close(handle)


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def _locked(handle: int | None) -> Iterator[None]:
    if fcntl is None or handle is None:
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError:
        yield
        return
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)
