"""The width of a text in fixed-width columns, and lines of a table that need it.

A Chinese character takes two columns in a terminal, in a workbook and in a chart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

# A word with the space behind it, or one letter of a script that has no spaces; what closes or
# divides never begins a line.
_WORDS = re.compile(r"(?:[!-~]+|.)[，。、；：）」]*\s*", re.DOTALL)


def display_width(text: str) -> int:
    """The columns that a text takes on a screen."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def printer_width(text: str) -> int:
    """The columns that a text takes on a receipt, where everything but ASCII is wide."""
    return sum(1 if ord(letter) < 128 else 2 for letter in text)


def short_name(name: str, places_max: int) -> str:
    """The name, cut with an ellipsis if it takes more than `places_max` columns."""
    places, beginning = 0, ""
    for letter in name:
        places += display_width(letter)
        if places > places_max:
            return beginning[:-1] + "…"
        beginning += letter
    return beginning


def wrapped(text: str, places: int) -> list[str]:
    """The text in lines of at most `places` columns, each word of Latin letters in one piece if
    it fits in a line at all."""
    lines, line = [], ""
    for piece in _WORDS.findall(text):
        if line and display_width(line + piece.rstrip()) > places:
            lines.append(line.rstrip())
            line = ""
        for letter in piece if display_width(piece.rstrip()) > places else (piece,):
            if display_width(line + letter) > places and line:
                lines.append(line)
                line = ""
            line += letter
    return [*lines, line.rstrip()]


def aligned(rows: Sequence[Sequence[str]], left: Sequence[bool]) -> Iterator[str]:
    """Rows as lines of a table; columns are right-aligned unless `left`."""
    widths = [max(display_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        parts = []
        for cell, width, to_left in zip(row, widths, left, strict=True):
            gap = " " * (width - display_width(cell))
            parts.append(cell + gap if to_left else gap + cell)
        yield "  ".join(parts).rstrip()
