"""Long work gives way to tills: it writes in short parts, and computes in short stretches.

All writes pass one writer, and in the server all threads share one interpreter lock. So what writes
much does it item by item, in as many transactions as it takes (`in_parts`): each is over after
PART_SECONDS, and the sales that came meanwhile are written next, because the writer's queue is in
order and processes take turns (write_turn.py). And what computes for long does so in a block of
`long_work`, where `give_way`, called between two small steps, rests as long as the steps since the
last rest have taken: in the server because of that lock, in a command because of the processors.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from huimin.storage.engine import Engine, Transaction

T = TypeVar("T")
R = TypeVar("R")
# As long as a group of sales may take: a till does not notice that it waited for one part.
PART_SECONDS = 0.005
# What is computed between two rests, while a till waits for the interpreter lock.
STRETCH_SECONDS = 0.002
# However long a step took, the next one begins after this.
REST_SECONDS_MAX = 0.05
# A thread that waits for the interpreter lock is given it after so long where nobody gives way:
# while a library draws a page, for instance. The interpreter's own 0.005 is for quiet times.
SWITCH_SECONDS = 0.001


class _Stretch:
    """When the work of a block last rested."""

    def __init__(self) -> None:
        self.since = time.perf_counter()


_stretch: ContextVar[_Stretch | None] = ContextVar("stretch_of_long_work", default=None)


class _SwitchInterval:
    """The interpreter's switch interval: short while any block of long work runs."""

    def __init__(self) -> None:
        self._lock, self._blocks = threading.Lock(), 0
        self._usual = sys.getswitchinterval()

    def shorten(self) -> None:
        with self._lock:
            self._blocks += 1
            sys.setswitchinterval(min(SWITCH_SECONDS, self._usual))

    def restore(self) -> None:
        with self._lock:
            self._blocks -= 1
            if not self._blocks:
                sys.setswitchinterval(self._usual)


_interval = _SwitchInterval()


@contextmanager
def long_work() -> Iterator[None]:
    """In this block `give_way` rests; outside of one it costs nothing and does nothing."""
    token = _stretch.set(_Stretch())
    _interval.shorten()
    try:
        yield
    finally:
        _interval.restore()
        _stretch.reset(token)


def give_way() -> None:
    """Rest if the steps since the last rest have taken STRETCH_SECONDS; call it between steps."""
    stretch = _stretch.get()
    if stretch is None:
        return
    worked = time.perf_counter() - stretch.since
    if worked >= STRETCH_SECONDS:
        time.sleep(min(worked, REST_SECONDS_MAX))
        stretch.since = time.perf_counter()


def in_parts(
    engine: Engine,
    items: Sequence[T],
    write: Callable[[Transaction, T], R],
    *,
    items_max: int,
) -> Iterator[list[R]]:
    """Write the items in their order; after each part, what `write` returned for its items.

    Each item is written whole, in one transaction with those of its part: at most `items_max`, and
    no further one after PART_SECONDS. Whoever stops between two parts has written whole items.
    """
    done = 0
    while done < len(items):
        written = engine.write(lambda tx, first=done: _part(tx, items, first, write, items_max))  # type: ignore[misc]
        done += len(written)
        yield written


def _part(
    tx: Transaction,
    items: Sequence[T],
    first: int,
    write: Callable[[Transaction, T], R],
    items_max: int,
) -> list[R]:
    ends, written = time.perf_counter() + PART_SECONDS, []
    for place in range(first, min(first + items_max, len(items))):
        written.append(write(tx, items[place]))
        if time.perf_counter() >= ends:
            break
    return written
