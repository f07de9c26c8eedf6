"""A page of a long list: rows, where the next page begins, and how many there are.

Pages are found by the last key of the page before, never by counting rows off, so that the
thousandth page costs what the first one costs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

PAGE_ROWS = 50
# Counting further would cost more than it tells: "more than 10,000" is enough to know.
COUNT_MAX = 10_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page. `count` is the number of all rows, up to COUNT_MAX + 1."""

    rows: Sequence[Row]
    count: int
    after: str
    next_after: str | None

    @property
    def many(self) -> bool:
        """True when there are more than were counted."""
        return self.count > COUNT_MAX


def listed(
    rows_after: Callable[[str, int], Sequence[Row]],
    count: int,
    *,
    after: str = "",
    key: str = "id",
    size: int = PAGE_ROWS,
) -> Listed:
    """The page behind the key `after`; `rows_after(after, limit)` reads that many rows in order."""
    rows = list(rows_after(after, size + 1))
    more = len(rows) > size
    return Listed(rows[:size], count, after, str(rows[size - 1][key]) if more else None)
