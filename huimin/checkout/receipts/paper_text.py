"""A strip of paper as lines of text in a fixed width: what `text/plain` and ESC/POS printers get.

ASCII takes one column and everything else two, as printers with a Chinese font do it; a line never
runs over the edge, and no control character gets through to the printer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from huimin.checkout.receipts.paper import COLUMNS, Paper, Piece
from huimin.core.text_width import printer_width

# Signs that take four bytes in GB18030, which printers' fonts lack.
PLAIN_SIGNS = str.maketrans({"¥": "￥", "−": "-", "–": "-", "✓": "√"})

Align = Literal["left", "centre"]


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line, or a QR code (`code` holds its content). A double line holds half the columns."""

    text: str = ""
    align: Align = "left"
    bold: bool = False
    double: bool = False
    code: str = ""


def text_lines(paper: Paper, width_mm: int) -> list[TextLine]:
    """The paper's lines at that width."""
    columns = COLUMNS[width_mm]
    return [line for piece in paper for line in _lines(piece, columns)]


def plain_text(paper: Paper, width_mm: int) -> str:
    """The paper as UTF-8 text, centred lines padded with spaces; a QR code is its address."""
    columns = COLUMNS[width_mm]
    rows = []
    for line in text_lines(paper, width_mm):
        for text in _wrapped(line.code, columns) if line.code else [line.text]:
            gap = (columns - printer_width(text)) // 2 if line.align == "centre" else 0
            rows.append(" " * max(gap, 0) + text)
    return "\n".join(rows) + "\n"


def printable(text: str) -> str:
    """The text with signs that printers have, and without control characters."""
    plain = text.translate(PLAIN_SIGNS)
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] != "C")


def _lines(piece: Piece, columns: int) -> Iterator[TextLine]:
    text, value = printable(piece.text), printable(piece.value)
    if piece.kind == "rule":
        yield TextLine("-" * columns)
    elif piece.kind == "code":
        yield TextLine(align="centre", code=piece.text)
    elif piece.kind == "pair":
        yield from (TextLine(row) for row in _pair(text, value, columns))
    elif piece.kind == "sum":
        rows = _pair(text, value, columns // 2)
        yield from (TextLine(row, double=True, bold=True) for row in rows)
    elif piece.kind == "title":
        rows = _wrapped(text, columns // 2)
        yield from (TextLine(row, "centre", double=True, bold=True) for row in rows)
    elif piece.kind == "mark":
        yield from (TextLine(row, "centre", bold=True) for row in _wrapped(text, columns))
    else:
        align: Align = "left" if piece.kind == "small" else "centre"
        yield from (TextLine(row, align) for row in _wrapped(text, columns))


def _pair(label: str, value: str, columns: int) -> list[str]:
    """One row where both fit; else the label first, the value below it at the right edge."""
    gap = columns - printer_width(label) - printer_width(value)
    if gap >= 1 or not value:
        return [label + " " * max(gap, 0) + value] if value else _wrapped(label, columns)
    rows = _wrapped(value, columns)
    return [
        *_wrapped(label, columns),
        *(" " * (columns - printer_width(row)) + row for row in rows),
    ]


def _wrapped(text: str, columns: int) -> list[str]:
    """The text in rows of at most that many columns, broken at a space where there is one."""
    rows, row = [], ""
    for word in _words(text):
        if printer_width(row + word.rstrip()) > columns and row:
            rows.append(row.rstrip())
            row = ""
        for letter in word if printer_width(word.rstrip()) > columns else (word,):
            if printer_width(row + letter.rstrip()) > columns:
                rows.append(row.rstrip())
                row = ""
            row += letter
    return [*rows, row.rstrip()]


def _words(text: str) -> list[str]:
    """Pieces that are not broken: a run of ASCII with its trailing spaces, or one other letter."""
    words: list[str] = []
    for letter in text:
        inside = words and ord(letter) < 128 and ord(words[-1][-1]) < 128
        if inside and not (words[-1].endswith(" ") and letter != " "):
            words[-1] += letter
        else:
            words.append(letter)
    return words
