"""How large the sheet for the wall is printed: the largest type that leaves it on one page of A4.

The lines are counted here as the style sheet lays them out (static/my.css, `.paper`), because a
page can't measure itself without scripts. All sizes are in points.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from huimin.storage.engine import Row

# As in the style sheet: the sizes of type by their names, the columns, what stands around a cell.
SIZES = {f"wall-{at}": size for at, size in enumerate((13.5, 12.5, 11.5, 10.5, 9.75, 9.0), 1)}
NAME, ADDRESS, WHOLE = 171.0, 194.0, 430.0
LINE, AROUND_ROW = 1.35, 9.0
PAGE = 710.0
# Headings, the telephone number in large type and the day: what grows with the type, and what not.
REST, GAPS = 10.5, 14.0
# How much of a Chinese character's place a bold Latin letter takes, with what a break leaves empty.
NARROW = 0.65


def fitting(points: Sequence[Row], steps: Sequence[str]) -> tuple[str, list[Row]]:
    """The size's name, and as many of the points {name, address, opening_hours} as fit at it.

    The nearest stand first; one is left out only where all do not fit even in the smallest type.
    """
    for name, size in SIZES.items():
        if _height(points, steps, size) <= PAGE:
            return name, list(points)
    fewer = list(points)
    while fewer and _height(fewer, steps, size) > PAGE:
        fewer.pop()
    return name, fewer


def _height(points: Sequence[Row], steps: Sequence[str], size: float) -> float:
    lines = sum(_lines(step, WHOLE, size) for step in steps) + 1
    for one in points:
        hours = _lines(one["opening_hours"] or "", ADDRESS, size)
        beside = _lines(one["address"], ADDRESS, size) + hours
        lines += max(_lines(one["name"], NAME, size), beside)
    return GAPS + (REST + lines * LINE) * size + (len(points) + 1) * AROUND_ROW


def _lines(text: str, width: float, size: float) -> int:
    taken = sum(1 if ord(letter) >= 128 else NARROW for letter in text)
    return ceil(taken / int(width / size))
