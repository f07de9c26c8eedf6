"""A list as its room reads it: so many rows behind a key, either way, and how many there are.

A page is found by the key of the row beside it, never by counting rows off, so that the thousandth
page costs what the first one costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Generic, TypeVar

from huimin.storage.engine import Transaction

Row = dict[str, Any]
W = TypeVar("W")
# Sorts after every id, which is lower-case hexadecimal: a list with the latest first starts here.
LAST_ID = "~"


def parameters_of(wanted: Any) -> dict[str, Any]:
    """The values of a mapping or a dataclass by name, days as 2026-10-31."""
    values = wanted
    if not isinstance(wanted, Mapping):
        values = {one.name: getattr(wanted, one.name) for one in fields(wanted)}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _as_read(row: Row) -> Row:
    return row


@dataclass(frozen=True)
class ListQuery(Generic[W]):
    """A statement that is `read both ways`, by its name or by what chooses it among several.

    The statement's key is `:after`, or `:before` where the latest come first; its limit is
    `:row_limit`. `parameters` gives the others from what is wanted, `shown` the row that readers
    may see from the row that was read.
    """

    queries: Any
    statement: str | Callable[[W], str]
    parameters: Callable[[W], Mapping[str, Any]] = parameters_of
    shown: Callable[[Row], Any] = _as_read

    def __call__(
        self, tx: Transaction, wanted: W, key: str = "", count: int = 50, backwards: bool = False
    ) -> list[Any]:
        """Up to `count` rows behind the key ("": from the beginning).

        With `backwards` those before it, the nearest first.
        """
        rows = self._run(tx, wanted, "_backwards" if backwards else "", key, count)
        return [self.shown(row) for row in rows]

    def count(self, tx: Transaction, wanted: W, count_max: int) -> int:
        """How many rows there are, counted up to `count_max`."""
        return int(self._run(tx, wanted, "_counted", "", count_max))

    def _run(self, tx: Transaction, wanted: W, suffix: str, key: str, row_limit: int) -> Any:
        name = self.statement if isinstance(self.statement, str) else self.statement(wanted)
        parameters = {"after": key, "before": key or LAST_ID, **self.parameters(wanted)}
        return getattr(self.queries, name + suffix)(tx, row_limit=row_limit, **parameters)
