"""A list as its room reads it: some rows after or before a key, and how many there are.

A page is found by the key of the row next to it, never by skipping rows, so that the thousandth
page costs as much as the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Generic, TypeVar

from huimin.storage.engine import Row, Transaction

W = TypeVar("W")
# Sorts after every id: a list with the latest first starts here.
LAST_ID = "~"
# Between the value and the id in the key of a row; no id has it.
VALUE_END = "."


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list other than its own: by what, and whether from the greatest.

    As text `expires` and `-expires`.
    """

    name: str
    descending: bool = False

    @classmethod
    def of_text(cls, text: str) -> Order:
        """The order that a text names."""
        return cls(text.removeprefix("-"), text.startswith("-"))

    @property
    def turned(self) -> Order:
        """The same from the other end."""
        return Order(self.name, not self.descending)

    @property
    def text(self) -> str:
        """The order in one word."""
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True, slots=True)
class Keyed:
    """A row as its reader sees it, with the key after which the next page begins."""

    key: str
    row: Any


def parameters_of(criteria: Any) -> dict[str, Any]:
    """The values of a mapping or a dataclass by name, days as 2026-10-31."""
    values = criteria
    if not isinstance(criteria, Mapping):
        values = {one.name: getattr(criteria, one.name) for one in fields(criteria)}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def key_or_end(key: str, backwards: bool) -> str:
    """The key; without one, that of the end from which a statement in ascending order reads."""
    return key or (LAST_ID if backwards else "")


def like_pattern(text: str | None) -> str | None:
    """A pattern for LIKE … ESCAPE '!' that finds the text anywhere, in lower case; or None."""
    if not text:
        return None
    escaped = "".join(f"!{letter}" if letter in "!%_" else letter for letter in text.lower())
    return f"%{escaped}%"


def _as_read(row: Row) -> Row:
    return row


@dataclass(frozen=True)
class ListQuery(Generic[W]):
    """A statement that is `read both ways`: its name, or a function that chooses among several.

    The statement's key is `:after`, or `:before` if the latest come first; its limit is
    `:row_limit`. `parameters` makes the others from the criteria, `for_reader` makes what readers
    may see from a row. A list that may be very long has a statement `whole` that counts all its
    rows, for the criteria `everything`. `sorted_from` names the statement for orders other than its
    own, where another index has them.
    """

    queries: Any
    statement: str | Callable[[W], str]
    parameters: Callable[[W], Mapping[str, Any]] = parameters_of
    for_reader: Callable[[Row], Any] = _as_read
    whole: str | None = None
    everything: W | None = None
    sorted_from: Callable[[W], str] | None = None

    def __call__(
        self, tx: Transaction, criteria: W, key: str = "", count: int = 50, backwards: bool = False
    ) -> list[Any]:
        """Up to `count` rows after the key ("": from the beginning).

        With `backwards`, those before it, nearest first.
        """
        rows = self._run(tx, criteria, "_backwards" if backwards else "", key, count)
        return self.seen(tx, rows)

    def seen(self, tx: Transaction, rows: list[Row]) -> list[Any]:
        """The rows as readers may see them."""
        return [self.for_reader(row) for row in rows]

    def count(self, tx: Transaction, criteria: W, count_max: int) -> int:
        """How many rows there are; counted up to `count_max` unless it is the whole list."""
        if self.whole is not None and self.counts_whole(criteria):
            return int(getattr(self.queries, self.whole)(tx))
        return int(self._run(tx, criteria, "_counted", "", count_max))

    def counts_whole(self, criteria: W) -> bool:
        """Whether `count` is exact however many rows there are."""
        return self.whole is not None and criteria == self.everything

    def ordered(
        self,
        tx: Transaction,
        criteria: W,
        order: Order,
        key: str = "",
        count: int = 50,
        backwards: bool = False,
    ) -> list[Keyed]:
        """As a call, in another order. Raises KeyError if the statement has no such order."""
        name = (self.sorted_from or self._name)(criteria)
        kind = self.queries.orders[name][order.name]
        against = order.descending is not backwards
        if kind == "key":
            # Whether the statement's own order is from the latest does not matter here.
            downwards = ":before" in getattr(self.queries, name).sql
            suffix = "_backwards" if against is not downwards else ""
            rows = self._run(tx, criteria, suffix, key, count)
            keys = [str(row["id"]) for row in rows]
            return [Keyed(*pair) for pair in zip(keys, self.seen(tx, rows), strict=True)]
        value, parted, row_id = key.rpartition(VALUE_END)
        after = _value_of(value, kind) if parted else None
        place = {"after_value": after, "after": row_id, "row_limit": count}
        if after is None:
            suffix = "_last" if against else "_first"
        else:
            suffix = "_backwards" if against else ""
        find = getattr(self.queries, f"{name}_by_{order.name}{suffix}")
        rows = find(tx, **{**self.parameters(criteria), **place})
        keys = [f"{row['sort_value']}{VALUE_END}{row['id']}" for row in rows]
        return [Keyed(*pair) for pair in zip(keys, self.seen(tx, rows), strict=True)]

    def _name(self, criteria: W) -> str:
        return self.statement if isinstance(self.statement, str) else self.statement(criteria)

    def _run(self, tx: Transaction, criteria: W, suffix: str, key: str, row_limit: int) -> Any:
        # Without a key, each statement starts at the end that it reads from.
        backwards = suffix == "_backwards"
        place = {"after": key_or_end(key, backwards), "before": key_or_end(key, not backwards)}
        parameters = {**place, **self.parameters(criteria)}
        find = getattr(self.queries, self._name(criteria) + suffix)
        return find(tx, row_limit=row_limit, **parameters)


def _value_of(text: str, kind: str) -> str | int | None:
    """The value in a key; None for a number that is none."""
    if kind == "text":
        return text
    return int(text) if re.fullmatch("-?[0-9]{1,18}", text, re.ASCII) else None
