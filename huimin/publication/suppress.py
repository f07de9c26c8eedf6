"""Decide which figures of a month may be published: none tells of fewer than five people.

Towns and kinds with fewer than five people are joined with others; of the table town × kind, cells
below five (none is below five) are withheld, each with three cells of five or more at the other
corners of a rectangle. Invariant: for each small cell there is another table that agrees
with everything published, differs in these four cells alone and has five people or more there
(`witness`). So nothing that can be computed from what is published, not even by somebody who knows
every other small cell, is about fewer than five people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
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
    """Another table for a small cell: with `change` more in it and in the opposite corner of its
    rectangle, and as much less in the two other corners."""

    opposite: Place
    change: Change


@dataclass(frozen=True)
class Protected:
    """What may be published: the margins `towns` and `kinds`, and the table `rows` × `columns`.

    Each is a tuple of groups of codes; `rows` and `columns` are unions of the margins' groups. Of
    the table, the places in `withheld` are not published; those below five people are the keys of
    `witness`.
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

    The same counts give the same answer. `towns` and `kinds` are codes in the order of the page;
    every cell with a sum must be among them. `together` are the towns in groups of which none is
    ever split: a town and the one that followed it within the month are one, so that the difference
    of the two names tells nothing.
    """
    if counts.of(towns, kinds).people < PEOPLE_MIN:
        return None
    begun: list[Group] = list(together) if together is not None else [(one,) for one in towns]
    shown_towns = _joined(begun, lambda one: counts.of(one, kinds).people)
    shown_kinds = _joined([(kind,) for kind in kinds], lambda one: counts.of(towns, one).people)
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
        if table.has_large_cell_in_column(column):
            rows = _join_with_smallest(rows, row, [each.people for each in table.row_sums])
        else:
            sizes = [each.people for each in table.column_sums]
            columns = _join_with_smallest(columns, column, sizes)


def change_for(cell: Counts, lowered: Sequence[Counts]) -> Change:
    """By how much a small cell must be able to be larger than it is, and these others smaller.

    To five cards at the least; and no cell may be left with more cards than sales.
    """
    sales = max(SALES_WIDTH_MIN, cell.sales)
    left_over = (sales + other.cards - other.sales for other in lowered)
    return Change(
        cards=max(1, PEOPLE_MIN - cell.cards, *left_over),
        sales=sales,
        saved_fen=max(SAVED_WIDTH_MIN_FEN, abs(cell.saved_fen)),
    )


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
        self.small = {place for place, cell in self.cells.items() if cell.people < PEOPLE_MIN}
        self.withheld: set[Place] = set(self.small)
        self.witness: dict[Place, Witness] = {}

    def withhold(self) -> Place | None:
        """Withhold what protects every small cell; the first one that nothing protects, or None."""
        for place in sorted(self.small):
            best = min(self._rectangles(place), default=None)
            if best is None:
                return place
            _, _, r, c = best
            self.witness[place] = Witness((r, c), self._change(place, (r, c)))
            self.withheld |= {(r, c), (r, place[1]), (place[0], c)}
        return None

    def has_large_cell_in_column(self, column: int) -> bool:
        return any((row, column) not in self.small for row in range(self.height))

    def _rectangles(self, place: Place) -> Iterator[Cost]:
        """Those that protect the cell, by what is newly withheld: (cells, sales, row, column)."""
        for r, c in product(range(self.height), range(self.width)):
            if r == place[0] or c == place[1]:
                continue
            others = ((r, c), (r, place[1]), (place[0], c))
            if self.small.isdisjoint(others) and self._holds(place, (r, c)):
                fresh = [other for other in others if other not in self.withheld]
                yield len(fresh), sum(self.cells[each].sales for each in fresh), r, c

    def _holds(self, place: Place, opposite: Place) -> bool:
        """Whether the other table that the rectangle gives could be a month's: the invariant."""
        change = self._change(place, opposite)
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

    def _change(self, place: Place, opposite: Place) -> Change:
        return change_for(self.cells[place], self._lowered(place, opposite))

    def _lowered(self, place: Place, opposite: Place) -> tuple[Counts, Counts]:
        return self.cells[place[0], opposite[1]], self.cells[opposite[0], place[1]]


def _joined(groups: list[Group], people_of: Callable[[Group], int]) -> list[Group]:
    """The groups, the smallest joined until each has five people; at the place of the first."""
    sizes = [people_of(group) for group in groups]
    while len(groups) > 1 and min(sizes) < PEOPLE_MIN:
        groups = _join_with_smallest(groups, sizes.index(min(sizes)), sizes)
        sizes = [people_of(group) for group in groups]
    return groups


def _join_with_smallest(groups: list[Group], place: int, sizes: Sequence[int]) -> list[Group]:
    """The groups with that one and the smallest other made one."""
    other = min((n for n in range(len(groups)) if n != place), key=lambda n: (sizes[n], n))
    first, second = sorted((place, other))
    one = groups[first] + groups[second]
    return [*groups[:first], one, *groups[first + 1 : second], *groups[second + 1 :]]
