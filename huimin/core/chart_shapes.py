"""The shapes of a chart, drawn alike on a page and in a PDF. y grows downwards.

Length and a written amount carry the meaning, and the bar that is compared with is an outline, so
that a chart works without colour, in print and for people who don't see colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ACCENT, TINT = "#0B6E4F", "#B3D6C9"

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Box:
    """A solid bar, or the outline of the one it is compared with. `says` is its tooltip."""

    x: float
    y: float
    width: float
    height: float
    full: bool
    says: str = ""
    colour: str = ACCENT


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the axis; zero is the strong one."""

    x1: float
    y1: float
    x2: float
    y2: float
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A text with its baseline at y. `says` is its tooltip: the full text if it was cut."""

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
    """A drawing with its title and a description in words."""

    title: str
    description: str
    width: float
    height: float
    shapes: tuple[Shape, ...]
