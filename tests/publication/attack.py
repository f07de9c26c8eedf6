"""What somebody can work out who knows every number that was published: linear algebra over the
rationals, and the narrowest interval by maximum flow. Written without a look at how cells are
chosen: it knows the published figures and that no sale counts less than nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

Place = tuple[int, int]
INFINITE = 10**12


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
