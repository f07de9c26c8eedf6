"""What a chart is made of: a few shapes in units that a page and a PDF draw alike.

Length and a written amount carry the meaning, the period before is an outline beside a full bar, so
that it reads in grey, in print and by people who don't see colours. y grows downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from huimin.core.money import money_text, yuan
from huimin.reports.columns import display_width
from huimin.reports.figures import ReportRow
from huimin.reports.wording import KEY_WORDS

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Box:
    """A bar: full, or the outline of what was before. `says` is told by a pointer over it."""

    x: float
    y: float
    width: float
    height: float
    full: bool
    says: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the axis; the strong one is zero."""

    x1: float
    y1: float
    x2: float
    y2: float
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A text whose baseline is at y."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    size: int = 13
    bold: bool = False


Shape = Box | Line | Words


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with what it is called and, in words, what it shows."""

    title: str
    description: str
    width: float
    height: float
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """元 on an axis from `low_fen` (0, or below it where reversals outweigh) in round steps."""

    low_fen: int
    high_fen: int
    step_fen: int

    def share(self, fen: int) -> float:
        """How far along the axis an amount is, from 0 to 1."""
        return (fen - self.low_fen) / (self.high_fen - self.low_fen)

    def ticks(self) -> range:
        """The amounts that are written at the axis, in fen."""
        return range(self.low_fen, self.high_fen + 1, self.step_fen)


def scale_of(rows: Sequence[ReportRow], ticks: int) -> Scale:
    """The axis for the rows' discount, now and before, with about that many steps."""
    amounts = [fen for row in rows for fen in (row.discount_fen, row.previous.discount_fen)]
    low, high = min(0, *amounts), max(0, *amounts)
    step = _round_step((high - low) // ticks)
    return Scale(low // step * step, max(-(-high // step), 1) * step, step)


def name_of(row: ReportRow, grouping: str, language: str) -> str:
    """What a row is called in the reader's language."""
    words = KEY_WORDS.get(grouping, {}).get(row.key)
    return row.name if words is None else words.get(language, words["zh_Hans"])


def shortened(name: str, places: int) -> str:
    """The name cut to the room there is."""
    if display_width(name) <= places:
        return name
    while display_width(name) > places - 2:
        name = name[:-1]
    return f"{name}…"


def amount_text(row: ReportRow) -> str:
    """The row's discount as it is written at its bar."""
    return money_text(row.discount_fen)


def whole_yuan(fen: int) -> str:
    """An amount on the axis."""
    return yuan(fen).removesuffix(".00")


def _round_step(at_least_fen: int) -> int:
    """The smallest of 1, 2 or 5 × 10ⁿ 元 that is not below it."""
    step = 100
    while True:
        for times in (1, 2, 5):
            if step * times >= at_least_fen:
                return step * times
        step *= 10
