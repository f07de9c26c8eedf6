"""What a month's table of town × kind is counted from, exact for any union of towns and of kinds.

Cards and people do not add up (one card may be used at several kinds, a holder may move), so they
are kept by the set of cells in which each was used; sales and savings add up and are kept by cell.
Pure values: nothing here knows a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

# (town code, kind of outlet)
Cell = tuple[str, str]
# The cells of town × kind in which somebody was in the month.
Pattern = frozenset[Cell]


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted of a group. `people` decides what may be published and is never shown."""

    people: int
    cards: int
    sales: int
    saved_fen: int


@dataclass(frozen=True)
class MonthCounts:
    """A month: how many people and cards had each pattern, and (sales, saved_fen) by cell."""

    people: Mapping[Pattern, int]
    cards: Mapping[Pattern, int]
    sums: Mapping[Cell, tuple[int, int]]

    def of(self, towns: Iterable[str], kinds: Iterable[str]) -> Counts:
        """The counts of all cells of these towns and kinds together, each person counted once."""
        cells = frozenset(product(towns, kinds))
        sums = [self.sums.get(cell, (0, 0)) for cell in cells]
        return Counts(
            people=_reaching(self.people, cells),
            cards=_reaching(self.cards, cells),
            sales=sum(sales for sales, _ in sums),
            saved_fen=sum(saved for _, saved in sums),
        )


def _reaching(counted: Mapping[Pattern, int], cells: Pattern) -> int:
    return sum(count for pattern, count in counted.items() if not pattern.isdisjoint(cells))
