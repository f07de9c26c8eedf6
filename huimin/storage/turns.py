"""Threads take turns: the writer with its group of sales, and a request that prepares the next.

CPython releases its interpreter lock at every SQL statement and wakes a waiting thread, mostly in
vain: with thirty tills that cost a third of a sale. A thread that waits for its turn sleeps through
all of that. Turns only save time: a thread that waits too long goes on without one, so that a long
write holds nobody up, and nothing depends on who has the turn.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# As long as a large group of sales takes; longer work is not waited for.
WAIT_SECONDS_MAX = 0.05


class Turns:
    """One turn, which one thread has at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Run the block with the turn, or without it if it does not come in time."""
        self._take()
        try:
            yield
        finally:
            self._give_up()

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Run the block, which waits, without the turn; a thread that had it takes it again."""
        had_turn = self._give_up()
        try:
            yield
        finally:
            if had_turn:
                self._take()

    def _take(self) -> None:
        self._thread.has_turn = self._lock.acquire(timeout=WAIT_SECONDS_MAX)

    def _give_up(self) -> bool:
        had_turn: bool = getattr(self._thread, "has_turn", False)
        if had_turn:
            self._thread.has_turn = False
            self._lock.release()
        return had_turn


# One per process, because there is one interpreter lock, however many databases are open.
turns = Turns()
