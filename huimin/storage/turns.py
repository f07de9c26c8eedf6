"""Short work takes turns: the writer's group of sales, and the request that prepares the next sale.

CPython gives its interpreter lock up at every SQL statement and wakes a thread that waits for it,
mostly in vain: with thirty tills that cost a third of a sale. A thread that waits for a turn sleeps
through all of this. Turns are for speed only. Who waits too long goes on without one, so that a
long write holds nobody up, and nothing depends on who has the turn.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# As long as a large group of sales takes; longer work is not waited for.
WAIT_SECONDS_MAX = 0.05


class Turns:
    """One turn, taken by one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mine = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have the turn meanwhile, or go on without it when it does not come."""
        self._take()
        try:
            yield
        finally:
            self._give_up()

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Let others have it while this thread waits; a thread without the turn just waits."""
        had = self._give_up()
        try:
            yield
        finally:
            if had:
                self._take()

    def _take(self) -> None:
        self._mine.turn = self._lock.acquire(timeout=WAIT_SECONDS_MAX)

    def _give_up(self) -> bool:
        had: bool = getattr(self._mine, "turn", False)
        if had:
            self._mine.turn = False
            self._lock.release()
        return had


# One a process, because there is one interpreter lock, however many databases are open.
turns = Turns()
