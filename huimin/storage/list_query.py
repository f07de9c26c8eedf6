"""A list as its room reads it: some rows after or before a key, and how many there are.

A page is found by the key of the row next to it, never by skipping rows, so that the thousandth
page costs as much as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Generic, TypeVar

from huimin.storage.engine import Row, Transaction

W = TypeVar("W")
# Sorts after every id: a list with the latest first starts here.
LAST_ID = "~"


def parameters_of(criteria: Any) -> dict[str, Any]:
    """The values of a mapping or a dataclass by name, days as 2026-10-31."""
    values = criteria
    if not isinstance(criteria, Mapping):
        values = {one.name: getattr(criteria, one.name) for one in fields(criteria)}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


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
    may see from a row.
    """

    queries: Any
    statement: str | Callable[[W], str]
    parameters: Callable[[W], Mapping[str, Any]] = parameters_of
    for_reader: Callable[[Row], Any] = _as_read

    def __call__(
        self, tx: Transaction, criteria: W, key: str = "", count: int = 50, backwards: bool = False
    ) -> list[Any]:
        """Up to `count` rows after the key ("": from the beginning).

        With `backwards`, those before it, nearest first.
        """
        rows = self._run(tx, criteria, "_backwards" if backwards else "", key, count)
        return [self.for_reader(row) for row in rows]

    def count(self, tx: Transaction, criteria: W, count_max: int) -> int:
        """How many rows there are, counted up to `count_max`."""
        return int(self._run(tx, criteria, "_counted", "", count_max))

    def _run(self, tx: Transaction, criteria: W, suffix: str, key: str, row_limit: int) -> Any:
        name = self.statement if isinstance(self.statement, str) else self.statement(criteria)
        parameters = {"after": key, "before": key or LAST_ID, **self.parameters(criteria)}
        return getattr(self.queries, name + suffix)(tx, row_limit=row_limit, **parameters)
