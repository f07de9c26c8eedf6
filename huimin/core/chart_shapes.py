"""What a chart is made of: a few shapes in units that a page and a PDF draw alike.

Length and a written amount carry the meaning, and what a bar is compared with is an outline beside
or around it, so that it reads in grey, in print and by people who don't see colours. y grows
downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ACCENT = "#0B6E4F"

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Box:
    """A bar: full, or the outline of what it is compared with. `says` is told by a pointer."""

    x: float
    y: float
    width: float
    height: float
    full: bool
    says: str = ""
    colour: str = ACCENT


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
    """A text whose baseline is at y. `says` is told by a pointer: the whole of what was cut."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    size: int = 13
    bold: bool = False
    says: str = ""


Shape = Box | Line | Words


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with what it is called and, in words, what it shows."""

    title: str
    description: str
    width: float
    height: float
    shapes: tuple[Shape, ...]
