"""What somebody can work out who knows every number that was published: linear algebra over the
rationals, the narrowest interval by maximum flow, and the most that any figures together can be, by
the simplex method. Written without a look at how cells are
chosen: it knows the published figures and that no sale counts less than nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

Place = tuple[int, int]
INFINITE = 10**12
NEARLY = 1e-7


def solvable(equations: Sequence[frozenset[Any]], unknown: Sequence[Any]) -> set[Any]:
    """The unknowns whose value follows from sums of them: those whose unit vector is a combination
    of the equations (each the set of unknowns that it adds up)."""
    place = {name: n for n, name in enumerate(unknown)}
    rows = [
        [Fraction(int(name in equation)) for name in unknown] for equation in equations if equation
    ]
    reduced, pivots = _echelon(rows, len(place))
    free = [n for n in range(len(place)) if n not in pivots]
    # In reduced form an unknown is known when its row has nothing but itself.
    return {
        unknown[pivot]
        for row, pivot in zip(reduced, pivots, strict=True)
        if all(row[n] == 0 for n in free)
    }


def _echelon(rows: list[list[Fraction]], width: int) -> tuple[list[list[Fraction]], list[int]]:
    done: list[list[Fraction]] = []
    pivots: list[int] = []
    for column in range(width):
        found = next((row for row in rows if row[column] != 0), None)
        if found is None:
            continue
        rows.remove(found)
        found = [value / found[column] for value in found]
        rows = [_less(row, found, column) for row in rows]
        done = [_less(row, found, column) for row in done] + [found]
        pivots.append(column)
    return done, pivots


def _less(row: list[Fraction], other: list[Fraction], column: int) -> list[Fraction]:
    if row[column] == 0:
        return row
    return [a - row[column] * b for a, b in zip(row, other, strict=True)]


def interval(values: Mapping[Place, int], place: Place) -> tuple[int, int]:
    """The least and the greatest that a withheld cell may be, by all that is published.

    `values` are the true values of all withheld cells; what an attacker knows is their sums by row
    and by column, and that none is below zero. (Exact: the table is a network, and a change that
    keeps all sums is a circulation in it.)
    """
    row, column = place
    forward = {(("row", r), ("column", c)): INFINITE for r, c in values if (r, c) != place}
    backward = {
        (("column", c), ("row", r)): max(value, 0)
        for (r, c), value in values.items()
        if (r, c) != place
    }
    arcs = {**forward, **backward}
    more = _flow(arcs, ("column", column), ("row", row))
    less = min(_flow(arcs, ("row", row), ("column", column)), max(values[place], 0))
    return values[place] - less, values[place] + more


def _flow(arcs: Mapping[tuple[Any, Any], int], source: Any, target: Any) -> int:
    left = dict(arcs)
    total = 0
    while path := _path(left, source, target):
        amount = min(left[arc] for arc in path)
        for start, end in path:
            left[start, end] -= amount
            left[end, start] = left.get((end, start), 0) + amount
        total += amount
    return total


def _path(left: Mapping[tuple[Any, Any], int], source: Any, target: Any) -> list[Any]:
    came: dict[Any, Any] = {source: None}
    queue = deque([source])
    while queue:
        here = queue.popleft()
        for (start, end), capacity in left.items():
            if start == here and capacity > 0 and end not in came:
                came[end] = here
                queue.append(end)
    path = []
    while target in came and came[target] is not None:
        path.append((came[target], target))
        target = came[target]
    return path[::-1] if path and path[-1][0] == source else []


class AllTables:
    """All tables that agree with some sums of cells, none of which is below zero.

    A dense simplex tableau in floating point, whose error is far below one fen. Its basis is one
    such table, found when this is made; each question goes on from there.
    """

    def __init__(self, cells: Sequence[Any], sums: Sequence[tuple[Collection[Any], int]]) -> None:
        self.cells, width = list(cells), len(cells)
        rows = [[float(cell in added) for cell in cells] for added, _ in sums]
        unit = [[float(n == m) for m in range(len(sums))] for n in range(len(sums))]
        self.rows = [[*row, *unit[n], float(sums[n][1])] for n, row in enumerate(rows)]
        self.basis = [width + n for n in range(len(rows))]
        self._climb([0.0] * width + [-1.0] * len(rows), width)
        for n in reversed(range(len(self.rows))):  # what helped to begin leaves the basis
            if self.basis[n] >= width:
                column = next((c for c in range(width) if abs(self.rows[n][c]) > NEARLY), None)
                if column is None:
                    del self.rows[n], self.basis[n]
                else:
                    self._pivot(n, column)
        self.rows = [[*row[:width], row[-1]] for row in self.rows]

    def most(self, wanted: Collection[Any]) -> float:
        """The most that these cells can be together."""
        gain = [float(cell in wanted) for cell in self.cells]
        self._climb(gain, len(gain))
        return sum(gain[b] * row[-1] for b, row in zip(self.basis, self.rows, strict=True))

    def _climb(self, gain: list[float], width: int) -> None:
        while True:
            left = gain[:]
            for b, row in zip(self.basis, self.rows, strict=True):
                if gain[b]:
                    left = [a - gain[b] * value for a, value in zip(left, row, strict=False)]
            # The first that gains, and of equal limits the first: so it comes to an end (Bland).
            column = next((c for c in range(width) if left[c] > NEARLY), None)
            if column is None:
                return
            limits = [
                (row[-1] / row[column], self.basis[n], n)
                for n, row in enumerate(self.rows)
                if row[column] > NEARLY
            ]
            self._pivot(min(limits)[2], column)

    def _pivot(self, place: int, column: int) -> None:
        chosen = [value / self.rows[place][column] for value in self.rows[place]]
        self.rows = [
            chosen
            if n == place
            else [a - row[column] * b for a, b in zip(row, chosen, strict=True)]
            if row[column]
            else row
            for n, row in enumerate(self.rows)
        ]
        self.basis[place] = column
