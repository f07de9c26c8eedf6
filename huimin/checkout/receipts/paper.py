"""What is printed on a strip of paper, piece by piece, independent of how it is printed.

A receipt, a refund's slip and a claim's slip are each a `Paper`; the browser, a text and an ESC/POS
printer render the same pieces, so they always say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WIDTHS_MM = (58, 80)
# Font A at 203 dpi: 384 and 576 dots of 12 each; a Chinese character takes two columns.
COLUMNS = {58: 32, 80: 48}

Words = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: a line in the middle, a label with its value, a rule, a QR code.

    `title` and `sum` are large, `mark` is bold, `small` is fine print.
    """

    kind: Literal["title", "mark", "centre", "pair", "sum", "rule", "small", "code"]
    text: str = ""
    value: str = ""


Paper = tuple[Piece, ...]


def title(text: str) -> Piece:
    """The large first line."""
    return Piece("title", text)


def centre(text: str) -> Piece:
    """A line in the middle."""
    return Piece("centre", text)


def mark(text: str) -> Piece:
    """A line that must not be missed: that this is a reprint."""
    return Piece("mark", text)


def pair(label: str, value: str) -> Piece:
    """A label on the left, its value on the right."""
    return Piece("pair", label, value)


def large_sum(label: str, value: str) -> Piece:
    """The amount that matters, in large type."""
    return Piece("sum", label, value)


def small(text: str) -> Piece:
    """A sentence in fine print."""
    return Piece("small", text)


def code(address: str) -> Piece:
    """A QR code that opens an address."""
    return Piece("code", address)


RULE = Piece("rule")
