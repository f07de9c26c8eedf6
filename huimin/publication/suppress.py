"""Decide which figures of a month may be published: none tells of fewer than five people, and none
of one merchant.

Towns and kinds with fewer than five people, or dominated by a merchant (dominance.py), are joined
with others. Of the table town × kind, cells below five (none is below five) and dominated cells are
withheld, each with the three cells at the other corners of a rectangle, which are neither.
Invariant for people: for each small cell there is another table that agrees with everything
published, differs in these four cells alone and has five people or more there (`witness`). So
nothing that can be computed from what is published, not even by somebody who knows every other
small cell, is about fewer than five people. Invariant for merchants: what is short of the rule in
all dominated cells fits into them at once, taken in the corners from third merchants, who keep
enough there to hide the largest. So a merchant that knows its own part of every cell can still not
estimate another's within p %, in any cells taken together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from huimin.publication.counts import Counts, MonthCounts

PEOPLE_MIN = 5
# How far a withheld cell can be from what it is: this much, and as much as it is itself.
SALES_WIDTH_MIN = 5
SAVED_WIDTH_MIN_FEN = 2_000

Group = tuple[str, ...]
Place = tuple[int, int]
Cost = tuple[int, int, int, int]


@dataclass(frozen=True)
class Change:
    """By how much a withheld cell may be larger, with all that is published staying the same."""

    cards: int
    sales: int
    saved_fen: int


@dataclass(frozen=True)
class Witness:
    """Another table for such a cell: with `change` more in it and in the opposite corner of its
    rectangle, and as much less in the two other corners."""

    opposite: Place
    change: Change


@dataclass(frozen=True)
class Protected:
    """What may be published: the margins `towns` and `kinds`, and the table `rows` × `columns`.

    Each is a tuple of groups of codes; `rows` and `columns` are unions of the margins' groups. Of
    the table, the places in `withheld` are not published; those below five people and the dominated
    ones are the keys of `witness`.
    """

    towns: tuple[Group, ...]
    kinds: tuple[Group, ...]
    rows: tuple[Group, ...]
    columns: tuple[Group, ...]
    withheld: frozenset[Place] = frozenset()
    witness: dict[Place, Witness] = field(default_factory=dict)


def protect(
    counts: MonthCounts,
    towns: Sequence[str],
    kinds: Sequence[str],
    together: Sequence[Group] | None = None,
) -> Protected | None:
    """What of a month may be published; None when fewer than five people used a card at all.

    None as well when one merchant dominates the whole county. The same counts give the same
    answer. `towns` and `kinds` are codes in the order of the page;
    every cell with a sum must be among them. `together` are the towns in groups of which none is
    ever split: a town and the one that followed it within the month are one, so that the difference
    of the two names tells nothing.
    """
    if _is_sensitive(counts.of(towns, kinds)):
        return None
    begun: list[Group] = list(together) if together is not None else [(one,) for one in towns]
    shown_towns = _joined(begun, lambda one: counts.of(one, kinds))
    shown_kinds = _best_joined(kinds, lambda one: counts.of(towns, one))
    rows, columns = shown_towns, shown_kinds
    # Each turn joins two rows or two columns; with one of either, the table is its own margin.
    while True:
        table = _Table(counts, rows, columns)
        if min(len(rows), len(columns)) == 1:
            return Protected(tuple(shown_towns), tuple(shown_kinds), tuple(rows), tuple(columns))
        stuck = table.withhold()
        if stuck is None:
            return Protected(
                tuple(shown_towns),
                tuple(shown_kinds),
                tuple(rows),
                tuple(columns),
                frozenset(table.withheld),
                table.witness,
            )
        row, column = stuck
        if table.has_free_cell_in_column(column):
            rows = _join_with_smallest(rows, row, [each.people for each in table.row_sums])
        else:
            sizes = [each.people for each in table.column_sums]
            columns = _join_with_smallest(columns, column, sizes)


def change_for(cell: Counts, lowered: Sequence[Counts]) -> Change:
    """By how much a withheld cell must be able to be larger than it is, and these others smaller.

    A small one to five cards at the least; a dominated one by what it is short of the rule. And no
    cell may be left with more cards than sales.
    """
    cards, sales, saved_fen = 0, max(0, cell.sales_shortfall), max(0, cell.saved_shortfall_fen)
    if cell.people < PEOPLE_MIN:
        cards = max(1, PEOPLE_MIN - cell.cards)
        sales = max(sales, SALES_WIDTH_MIN, cell.sales)
        saved_fen = max(saved_fen, SAVED_WIDTH_MIN_FEN, abs(cell.saved_fen))
    left_over = (sales + other.cards - other.sales for other in lowered)
    return Change(cards=max(cards, *left_over), sales=sales, saved_fen=saved_fen)


class _Table:
    """The table being decided on: its cells, and what is withheld so far."""

    def __init__(
        self, counts: MonthCounts, rows: Sequence[Group], columns: Sequence[Group]
    ) -> None:
        towns = [town for row in rows for town in row]
        kinds = [kind for column in columns for kind in column]
        self.height, self.width = len(rows), len(columns)
        self.cells = {
            (r, c): counts.of(row, column)
            for (r, row), (c, column) in product(enumerate(rows), enumerate(columns))
        }
        self.row_sums = [counts.of(row, kinds) for row in rows]
        self.column_sums = [counts.of(towns, column) for column in columns]
        self.sensitive = {place for place, cell in self.cells.items() if _is_sensitive(cell)}
        self.withheld: set[Place] = set(self.sensitive)
        # What third merchants have in a cell beyond what hides the largest there.
        self.spare_sales = {place: -cell.sales_shortfall for place, cell in self.cells.items()}
        self.spare_fen = {place: -cell.saved_shortfall_fen for place, cell in self.cells.items()}
        self.witness: dict[Place, Witness] = {}

    def withhold(self) -> Place | None:
        """Withhold what protects every sensitive cell; the first that nothing protects, or None."""
        for place in sorted(self.sensitive):
            best = min(self._rectangles(place), default=None)
            if best is None:
                return place
            _, _, r, c = best
            self.witness[place] = Witness((r, c), self._change(place, (r, c)))
            for lowered in ((r, place[1]), (place[0], c)):
                self.spare_sales[lowered] -= max(0, self.cells[place].sales_shortfall)
                self.spare_fen[lowered] -= max(0, self.cells[place].saved_shortfall_fen)
            self.withheld |= {(r, c), (r, place[1]), (place[0], c)}
        return None

    def has_free_cell_in_column(self, column: int) -> bool:
        return any((row, column) not in self.sensitive for row in range(self.height))

    def _rectangles(self, place: Place) -> Iterator[Cost]:
        """Those that protect the cell, by what is newly withheld: (cells, sales, row, column)."""
        for r, c in product(range(self.height), range(self.width)):
            if r == place[0] or c == place[1]:
                continue
            others = ((r, c), (r, place[1]), (place[0], c))
            if self.sensitive.isdisjoint(others) and self._holds(place, (r, c)):
                fresh = [other for other in others if other not in self.withheld]
                yield len(fresh), sum(self.cells[each].sales for each in fresh), r, c

    def _holds(self, place: Place, opposite: Place) -> bool:
        """Whether the other table that the rectangle gives could be a month's: the invariants."""
        change = self._change(place, opposite)
        if not self._third_merchants_have(place, opposite):
            return False
        return all(
            cell.cards >= change.cards
            and cell.sales >= change.sales
            and cell.saved_fen >= change.saved_fen
            for cell in self._lowered(place, opposite)
        ) and all(
            # No kind has more cards of a town than the town has, no cell more than its sales.
            self.cells[each].cards + change.cards
            <= min(self.row_sums[each[0]].cards, self.cells[each].sales + change.sales)
            for each in (place, opposite)
        )

    def _third_merchants_have(self, place: Place, opposite: Place) -> bool:
        cell = self.cells[place]
        return not cell.dominated or all(
            self.spare_sales[lowered] >= cell.sales_shortfall
            and self.spare_fen[lowered] >= cell.saved_shortfall_fen
            for lowered in ((place[0], opposite[1]), (opposite[0], place[1]))
        )

    def _change(self, place: Place, opposite: Place) -> Change:
        return change_for(self.cells[place], self._lowered(place, opposite))

    def _lowered(self, place: Place, opposite: Place) -> tuple[Counts, Counts]:
        return self.cells[place[0], opposite[1]], self.cells[opposite[0], place[1]]


def _is_sensitive(counts: Counts) -> bool:
    return counts.people < PEOPLE_MIN or counts.dominated


def _joined(groups: list[Group], counts_of: Callable[[Group], Counts]) -> list[Group]:
    """The groups, the smallest joined until each has five people, and then each that a merchant
    dominates with one that hides it; at the place of the first."""
    counts = [counts_of(group) for group in groups]
    while len(groups) > 1 and any(map(_is_sensitive, counts)):
        sizes = [each.people for each in counts]
        if min(sizes) < PEOPLE_MIN:
            groups = _join_with_smallest(groups, sizes.index(min(sizes)), sizes)
        else:
            place = next(n for n, each in enumerate(counts) if each.dominated)
            # The smallest that hides the merchant; if none does, the smallest.
            hiding = [counts_of(groups[place] + other).dominated for other in groups]
            costs = [
                size + (sum(sizes) if shown else 0)
                for size, shown in zip(sizes, hiding, strict=True)
            ]
            groups = _join_with_smallest(groups, place, costs)
        counts = [counts_of(group) for group in groups]
    return groups


def _best_joined(kinds: Sequence[str], counts_of: Callable[[Group], Counts]) -> list[Group]:
    """The kinds in as many groups as may be published, with the fewest people in joined ones.

    There are five kinds, so every way to join them is looked at. Raises ValueError if none may be.
    """
    counts = lru_cache(maxsize=None)(counts_of)
    ways = [way for way in ways_to_join(kinds) if not any(_is_sensitive(counts(g)) for g in way)]

    def cost(way: list[Group]) -> tuple[int, int]:
        return -len(way), sum(counts(group).people for group in way if len(group) > 1)

    return min(ways, key=cost)


def ways_to_join(kinds: Sequence[str]) -> Iterator[list[Group]]:
    """Every partition, in the order of each group's first kind; of equals the first is simplest."""
    if not kinds:
        yield []
        return
    *before, last = kinds
    for way in ways_to_join(before):
        yield [*way, (last,)]
        for n, group in enumerate(way):
            yield [*way[:n], (*group, last), *way[n + 1 :]]


def _join_with_smallest(groups: list[Group], place: int, sizes: Sequence[int]) -> list[Group]:
    """The groups with that one and the smallest other made one."""
    other = min((n for n in range(len(groups)) if n != place), key=lambda n: (sizes[n], n))
    first, second = sorted((place, other))
    one = groups[first] + groups[second]
    return [*groups[:first], one, *groups[first + 1 : second], *groups[second + 1 :]]
