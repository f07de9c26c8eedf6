"""The contract between a use case and the engine that runs it.

A use case is a function of an open transaction; `Engine.write` commits it as a whole or not at all,
and nothing inside commits. Which database answers is known to this room only.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from huimin.core.catalogue import Text, sentence

T = TypeVar("T")


def nothing() -> None:
    """What an engine does before a write unless it is told otherwise."""


# A row as the engine gives it: every column by its name.
Row = dict[str, Any]


# Writes the values that several use cases have left for later, in one transaction with them.
LaterWrite = Callable[["Transaction", list[Any]], None]


@dataclass(frozen=True, slots=True)
class Transaction:
    """An open transaction: `engine` is "sqlite" or "postgresql", `connection` the driver's own.

    `origin` is the network address of the request, for the audit record; None outside a request.
    """

    engine: str
    connection: Any
    origin: str | None = None
    # What is to be written once for all use cases of its group, where the engine has groups and
    # the use case may leave it for later (`Engine.write`).
    later: list[tuple[LaterWrite, Any]] | None = None

    @property
    def is_alone(self) -> bool:
        """Whether nobody else writes until this transaction ends: then what is read needs no lock
        to stay as it is. Only of one that writes."""
        return self.engine == "sqlite"

    def coming_from(self, origin: str | None) -> Transaction:
        """The same transaction on behalf of that address."""
        return replace(self, origin=origin)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a statement answered: its rows, and how many rows it was about."""

    rows: list[Row]
    count: int


class PipelinedConnection(ABC):
    """A connection on which statements can be on their way before the last one is answered."""

    @abstractmethod
    def ask(self, sql: str, parameters: Mapping[str, Any]) -> Answered:
        """The answer of a statement with `:name`s, after all that were only told before.

        Raises the driver's error: the first among them.
        """

    @abstractmethod
    def tell(self, sql: str, parameters: Mapping[str, Any]) -> None:
        """Run a statement whose answer nobody waits for; its error is raised by a later one."""

    @abstractmethod
    def settle(self) -> None:
        """Wait for all that was told, if anything was. Raises the first error."""


# Called after each commit with the number of use cases in it, the number of those that wait, and
# the seconds that the commit took.
OnCommit = Callable[[int, int, float], None]


class Engine(Protocol):
    """What every database engine offers."""

    # Called by `write` before anything is written, in the caller's thread; it may refuse the write.
    before_write: Callable[[], None]
    # Who counts the commits, if anybody does.
    on_commit: OnCommit | None

    @property
    def name(self) -> str:
        """ "sqlite" or "postgresql"."""
        ...

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` over one consistent snapshot; it can't write."""
        ...

    def write(self, work: Callable[[Transaction], T], *, adds_up: bool = False) -> T:
        """Run `work` in one transaction and return its result once that is durable.

        With `adds_up` it may leave sums in `Transaction.later`, which are written before the commit
        together with those of others: it must then read no such sum itself. Whoever may read one
        finds everything written.

        `work` may be run again from the start (PostgreSQL, after a serialization failure), so it
        must have no effect but on the database. What it raises is raised here, with nothing kept.
        Raises WritesHeld where nothing may be written (held_writes.py).
        """
        ...

    def close(self) -> None:
        """Finish queued work, then close every connection."""
        ...


def tell_commit(on_commit: OnCommit | None, group: int, waiting: int, began: float) -> None:
    """Say that a commit which began then (time.perf_counter) is over, to whoever counts them.

    What was committed must be answered so, whatever becomes of the counting.
    """
    if on_commit is not None:
        with suppress(Exception):
            on_commit(group, waiting, time.perf_counter() - began)


class StorageProblem(Exception):
    """The database can't be used: one sentence for the operator, in Chinese and in English."""

    def __init__(self, source: str, /, **params: Any) -> None:
        self.text = Text(source, params)
        super().__init__(f"{self.text.say()} / {self.text.say('en')}")


STANDBY = sentence("这里是只读的（HUIMIN_READ_ONLY=1），什么也不能写，请到主服务上办理。")


class ReadOnly(StorageProblem):
    """Something was to be written where HUIMIN_READ_ONLY, or what the source says, allows no
    writing."""

    def __init__(self, source: str = STANDBY, /, **params: Any) -> None:
        super().__init__(source, **params)
