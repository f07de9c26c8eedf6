"""What a month's table of town × kind is counted from, exact for any union of towns and of kinds.

Cards and people do not add up (one card may be used at several kinds, a holder may move), so they
are kept by the set of cells in which each was used; sales and savings add up and are kept by cell
and merchant. Pure values: nothing here knows a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

from huimin.publication.dominance import shortfall

# (town code, kind of outlet)
Cell = tuple[str, str]
# Merchant's id → its sales and what they saved, in fen.
OfMerchants = Mapping[str, tuple[int, int]]
# The cells of town × kind in which somebody was in the month.
Pattern = frozenset[Cell]


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted of a group. `people` decides what may be published and is never shown, and so
    do the shortfalls of sales and savings by the rules of dominance."""

    people: int
    cards: int
    sales: int
    saved_fen: int
    sales_shortfall: int = 0
    saved_shortfall_fen: int = 0

    @property
    def dominated(self) -> bool:
        """Whether one merchant's own figure could be told from these."""
        return self.sales_shortfall > 0 or self.saved_shortfall_fen > 0


@dataclass(frozen=True, slots=True)
class TakeUp:
    """Of people: how many are entitled, and how many of these have a valid card (are reached)."""

    entitled: int
    reached: int


@dataclass(frozen=True)
class MonthCounts:
    """A month: how many people and cards had each pattern, each merchant's sums by cell, and the
    take-up by town at the month's end."""

    people: Mapping[Pattern, int]
    cards: Mapping[Pattern, int]
    sums: Mapping[Cell, OfMerchants]
    take_up: Mapping[str, TakeUp] = field(default_factory=dict)

    def of(self, towns: Iterable[str], kinds: Iterable[str]) -> Counts:
        """The counts of all cells of these towns and kinds together, each person counted once."""
        cells = frozenset(product(towns, kinds))
        sales: Counter[str] = Counter()
        saved: Counter[str] = Counter()
        for cell in cells:
            for merchant, (count, fen) in self.sums.get(cell, {}).items():
                sales[merchant] += count
                saved[merchant] += fen
        return Counts(
            people=_reaching(self.people, cells),
            cards=_reaching(self.cards, cells),
            sales=sales.total(),
            saved_fen=saved.total(),
            sales_shortfall=shortfall(sales.values()),
            saved_shortfall_fen=shortfall(saved.values()),
        )


def _reaching(counted: Mapping[Pattern, int], cells: Pattern) -> int:
    return sum(count for pattern, count in counted.items() if not pattern.isdisjoint(cells))
