"""How many places a text takes where letters have a fixed width, and lines that count with it.

A Chinese character takes two places of a terminal, of a workbook's column and of a drawing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence


def display_width(text: str) -> int:
    """The places that a text takes on a screen."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def printer_width(text: str) -> int:
    """The columns that a text takes on a receipt: a Chinese font prints all but ASCII wide."""
    return sum(1 if ord(letter) < 128 else 2 for letter in text)


def short_name(name: str, places_max: int) -> str:
    """The name, or its beginning with an ellipsis where it takes more than `places_max` places."""
    places, beginning = 0, ""
    for letter in name:
        places += display_width(letter)
        if places > places_max:
            return beginning[:-1] + "…"
        beginning += letter
    return beginning


def aligned(rows: Sequence[Sequence[str]], left: Sequence[bool]) -> Iterator[str]:
    """Rows as lines of a table; a column that is not `left` is aligned to the right."""
    widths = [max(display_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        parts = []
        for cell, width, to_left in zip(row, widths, left, strict=True):
            gap = " " * (width - display_width(cell))
            parts.append(cell + gap if to_left else gap + cell)
        yield "  ".join(parts).rstrip()
