"""Long work gives way to tills: it writes in short parts, and computes in short stretches.

All writes pass one writer, and in the server all threads share one interpreter lock. So what writes
much does it item by item, in as many transactions as it takes (`in_parts`; `write_part` for work
that finds its own items): each is over after PART_SECONDS, and the sales that came meanwhile are
written next, because the writer's queue is in order and processes take turns (write_turn.py). A
rest as long as the part leaves the disk to them.

And what computes for long inside the server does so in a block of `long_work`, where `give_way`,
called between two small steps, rests REST times as long as the steps since the last rest have
taken. A command has a process, and a lock, of its own: it computes `behind_the_tills`, with a lower
priority; so does a library that lets go of the interpreter lock and takes a processor for long.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar

from huimin.apart.limits import NICE, PROCESSORS, use_processors
from huimin.storage.engine import Engine, Transaction

T = TypeVar("T")
R = TypeVar("R")
# As long as a group of sales may take: a till does not notice that it waited for one part. Counted
# is the thread's own work, so that a busy machine does not make a part of every row; but in all no
# part takes longer than PART_SECONDS_IN_ALL.
PART_SECONDS = 0.005
PART_SECONDS_IN_ALL = 0.05
# What is computed between two rests, while a till waits for the interpreter lock.
STRETCH_SECONDS = 0.002
# A rest is so many times as long as the stretch before it.
REST = 2
# However long a part or a stretch took, the next one begins after this.
REST_SECONDS_MAX = 0.05
# A thread that waits for the interpreter lock is given it after so long where nobody gives way:
# while a library draws a page, for instance. The interpreter's own 0.005 is for quiet times.
SWITCH_SECONDS = 0.001
# Rows that one statement of a part is about.
ROWS_AT_ONCE = 100
WAKE_SECONDS = 0.5


class _Stretch:
    """When the work of a block last rested."""

    def __init__(self) -> None:
        self.since = time.thread_time()


_stretch: ContextVar[_Stretch | None] = ContextVar("stretch_of_long_work", default=None)
_stopped: ContextVar[threading.Event | None] = ContextVar("stop_of_command", default=None)


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
    """Rest if the steps since the last rest have taken STRETCH_SECONDS; call it between steps.

    Raises KeyboardInterrupt where the command that waits for the work was interrupted.
    """
    stopped = _stopped.get()
    if stopped is not None and stopped.is_set():
        raise KeyboardInterrupt
    stretch = _stretch.get()
    if stretch is None:
        return
    worked = time.thread_time() - stretch.since
    if worked >= STRETCH_SECONDS:
        time.sleep(min(REST * worked, REST_SECONDS_MAX))
        stretch.since = time.thread_time()


def behind_the_tills(work: Callable[[], T]) -> T:
    """Do it in a thread of lower priority, wherever a processor has time for it.

    On Linux priorities and processors are the threads'. Elsewhere a priority is the whole process's
    and can't be raised again: there a server would be behind everybody after its first password, so
    it stays as it is. For what a command reads and computes, and in the server for what holds no
    lock: what is written is written by the engine's own thread, whose priority stays, so that
    nobody waits for one that may not run.
    """

    stopped = threading.Event()

    def run() -> T:
        if sys.platform == "linux":
            with suppress(OSError):
                os.nice(NICE)
        use_processors(PROCESSORS)
        _stopped.set(stopped)
        return work()

    with ThreadPoolExecutor(1) as pool:
        try:
            future = pool.submit(run)
            # An interrupt that another thread is handed is noticed when this one wakes.
            while not wait([future], timeout=WAKE_SECONDS).done:
                pass
            return future.result()
        except BaseException:
            # Somebody interrupted the command, perhaps while the thread began: the work ends
            # between two of its steps.
            stopped.set()
            raise


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
        written = write_part(
            engine,
            lambda tx, first=done: _part(tx, items, first, write, items_max),  # type: ignore[misc]
        )
        done += len(written)
        yield written


def write_part(engine: Engine, work: Callable[[Transaction], T]) -> T:
    """Write one part of long work, then leave the database to others for as long."""
    began = time.perf_counter()
    result = engine.write(work)
    time.sleep(min(time.perf_counter() - began, REST_SECONDS_MAX))
    return result


def _part(
    tx: Transaction,
    items: Sequence[T],
    first: int,
    write: Callable[[Transaction, T], R],
    items_max: int,
) -> list[R]:
    began, own, written = time.perf_counter(), time.thread_time(), []
    for place in range(first, min(first + items_max, len(items))):
        written.append(write(tx, items[place]))
        if (
            time.thread_time() - own >= PART_SECONDS
            or time.perf_counter() - began >= PART_SECONDS_IN_ALL
        ):
            break
    return written
