"""Threads take turns: the writer with its group of sales, and a request that prepares the next.

CPython releases its interpreter lock at every SQL statement and wakes a waiting thread, mostly in
vain: with thirty tills that cost a third of a sale. A thread that waits for its turn sleeps through
all of that. Turns only save time: a thread that waits too long goes on without one, so that a long
write holds nobody up, and nothing depends on who has the turn. Who came first is next, so that none
waits much longer than the others.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

# As long as a large group of sales takes; longer work is not waited for.
WAIT_SECONDS_MAX = 0.05


class Turns:
    """One turn, which one thread has at a time, in the order in which they asked for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = False
        self._line: deque[threading.Lock] = deque()
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
        """Get in line, unless it is free; not for longer than WAIT_SECONDS_MAX."""
        with self._lock:
            self._thread.has_turn = not self._is_taken
            self._is_taken = True
            if self._thread.has_turn:
                return
            called = threading.Lock()
            called.acquire()
            self._line.append(called)
        has_turn = called.acquire(timeout=WAIT_SECONDS_MAX)
        if not has_turn:
            with self._lock:
                try:
                    self._line.remove(called)
                except ValueError:  # called just now
                    has_turn = True
        self._thread.has_turn = has_turn

    def _give_up(self) -> bool:
        had_turn: bool = getattr(self._thread, "has_turn", False)
        if had_turn:
            self._thread.has_turn = False
            with self._lock:
                if self._line:
                    self._line.popleft().release()
                else:
                    self._is_taken = False
        return had_turn


# One per process, because there is one interpreter lock, however many databases are open.
turns = Turns()
