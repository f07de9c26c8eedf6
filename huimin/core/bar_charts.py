"""Bars under each other with their names, or columns beside each other in their order.

One colour and its tint: the full bar is what is counted, the light one below or beside it what that
is compared with. The value stands at the bar's end, names are wrapped and never cut. Lengths are
units of the drawing, which is made as wide as the place where it will stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from huimin.core.chart_shapes import ACCENT, TINT, Box, Chart, Line, Shape, Words
from huimin.core.text_width import display_width, wrapped

# A wide drawing for a page's whole card, smaller ones for two or three beside each other, and one
# for a phone.
WIDE, HALF, THIRD, NARROW = 1000, 500, 364, 320
SIZE, TITLE_SIZE, SMALL = 13, 15, 11
# What a letter takes of its size: a Chinese one its square, a Latin one or a digit more than half.
WIDE_LETTER, LETTER = 1.02, 0.62
LINE_HEIGHT, BAR_HEIGHT, TINT_HEIGHT, ROW_GAP = 16, 14, 6, 10
LEGEND_HEIGHT, TICKS_MAX = 26, 4
# Of bars: names take what they need, but no more of the width than this part.
NAMES_PART, NAMES_MAX, GAP = 0.36, 260, 8
# Of columns: their height, and the part of each one's room that it takes with its tint.
COLUMN_HEIGHT, COLUMN_PART, COLUMN_ALONE, COLUMN_MAX = 150, 0.5, 0.66, 56


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar or column: its name, its value and that in words, and what it is compared with.

    `partial`: what is counted has not ended, so that it is drawn as a tint with a border.
    """

    name: str
    value: int
    text: str
    compared: int = 0
    partial: bool = False

    @property
    def says(self) -> str:
        """What a pointer is told."""
        return f"{self.name} {self.text}"


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` (0, or below it) to `high` in equal steps; `written` gives a value in words."""

    title: str
    written: Callable[[int], str]
    low: int
    high: int
    step: int

    @classmethod
    def over(cls, title: str, written: Callable[[int], str], bars: Iterable[Bar]) -> Axis:
        """The axis that holds the bars in about TICKS_MAX round steps."""
        values = [value for bar in bars for value in (bar.value, bar.compared)]
        low, high = min(0, *values), max(0, *values)
        step = _round_step((high - low) // TICKS_MAX)
        return cls(title, written, low // step * step, max(-(-high // step), 1) * step, step)

    def share(self, value: int) -> float:
        """How far along the axis a value is, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> range:
        """The values that are written at the axis."""
        return range(self.low, self.high + 1, self.step)


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn under a chart's title, from y = 0, and how high that is."""

    height: float
    shapes: tuple[Shape, ...]


def titled(title: str, description: str, plot: Plot, width: float) -> Chart:
    """The chart with its title above, on as many lines as it needs."""
    lines = wrapped(title, _places(title, width, TITLE_SIZE))
    heading = [
        Words(0, TITLE_SIZE + place * (TITLE_SIZE + 5), line, size=TITLE_SIZE, bold=True)
        for place, line in enumerate(lines)
    ]
    top = len(lines) * (TITLE_SIZE + 5) + 6
    return Chart(
        title, description, width, top + plot.height, (*heading, *_lower(plot.shapes, top))
    )


def bars_below(
    bars: Sequence[Bar], axis: Axis, legend: tuple[str, str] | None, width: float
) -> Plot:
    """Bars under each other; `legend` of bar and tint, none where nothing is compared."""

    def shapes() -> Iterator[Shape]:
        yield from _legend(0, legend)
        zero = x(0)
        yield Line(zero, top, zero, height, strong=True)
        y = float(top)
        for bar, lines in zip(bars, names, strict=True):
            room = _row_height(lines, legend)
            first = y + (room - ROW_GAP - len(lines) * LINE_HEIGHT) / 2 + SIZE
            for place, line in enumerate(lines):
                yield Words(left - GAP, first + place * LINE_HEIGHT, line, "end", SIZE)
            above = y + (room - ROW_GAP - _bar_height(legend)) / 2
            yield box(bar.value, above, BAR_HEIGHT, ACCENT, bar.says)
            if bar.compared:
                yield box(bar.compared, above + BAR_HEIGHT + 2, TINT_HEIGHT, TINT)
            yield Words(max(x(bar.value), zero) + 6, above + BAR_HEIGHT - 2, bar.text, size=SIZE)
            y += room

    def x(value: int) -> float:
        return round(left + axis.share(value) * length, 1)

    def box(value: int, y: float, height: float, colour: str, says: str = "") -> Box:
        start, end = sorted((x(0), x(value)))
        return Box(start, round(y, 1), round(end - start, 1), height, True, says, colour)

    names_width = min(
        max((_width(bar.name) for bar in bars), default=0), width * NAMES_PART, NAMES_MAX
    )
    left = round(names_width) + GAP
    names = [wrapped(bar.name, _places(bar.name, names_width + 1, SIZE)) for bar in bars]
    # The longest bar leaves room for its value, also where the value of a shorter one is longer.
    length = width - left - 8 - max((_width(bar.text) for bar in bars), default=0)
    top = LEGEND_HEIGHT if legend else 0
    height = top + sum(_row_height(lines, legend) for lines in names)
    return Plot(height, tuple(shapes()))


def columns_beside(
    columns: Sequence[tuple[str, Bar | None]],
    axis: Axis,
    legend: tuple[str, str] | None,
    width: float,
    values: Sequence[str] = (),
) -> Plot:
    """A column for each label ("" for none), in their order.

    `values` are written over the columns where they fit; the axis is written where they don't.
    """
    fit = bool(values) and max(map(_small_width, values)) <= width / len(columns)
    ticks = max(_small_width(axis.written(value)) for value in axis.ticks())
    left = 0 if fit else round(ticks) + 10
    top = (LEGEND_HEIGHT if legend else 0) + (18 if fit else 30)
    grid = _Grid(axis, left, top, width, (width - left) / len(columns), legend is not None)

    def shapes() -> Iterator[Shape]:
        yield from _legend(0, legend)
        yield from grid.zero() if fit else grid.ticks()
        for place, (label, bar) in enumerate(columns):
            yield from grid.column(place, label, bar, values[place] if fit else "")

    return Plot(top + COLUMN_HEIGHT + 26, tuple(shapes()))


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where columns stand: from `left` to `width`, `room` for each; `pairs` of column and tint."""

    axis: Axis
    left: float
    top: float
    width: float
    room: float
    pairs: bool

    def y(self, value: int) -> float:
        """How far down a value is."""
        return round(self.top + (1 - self.axis.share(value)) * COLUMN_HEIGHT, 1)

    def zero(self) -> Iterator[Shape]:
        """The line that columns stand on."""
        yield Line(self.left, self.y(0), self.width, self.y(0), strong=True)

    def ticks(self) -> Iterator[Shape]:
        """The written axis with a line for each of its values."""
        yield Words(0, self.top - 14, self.axis.title, size=SMALL)
        for value in self.axis.ticks():
            y = self.y(value)
            yield Line(self.left, y, self.width, y, strong=value == 0)
            yield Words(self.left - 6, y + 4, self.axis.written(value), "end", SMALL)

    def column(self, place: int, label: str, bar: Bar | None, text: str) -> Iterator[Shape]:
        """One column with its label below, its tint beside and its value above."""
        start = self.left + place * self.room
        if label:
            middle = round(start + self.room / 2, 1)
            yield Words(middle, self.top + COLUMN_HEIGHT + 18, label, "middle", SMALL)
        if bar is None:
            return
        room = self.room
        width = room * COLUMN_PART if self.pairs else min(room * COLUMN_ALONE, COLUMN_MAX)
        at = start + (room * 0.1 if self.pairs else (room - width) / 2)
        colour = TINT if bar.partial else ACCENT
        yield self._box(bar.value, at, width, colour, bar.says)
        if bar.compared:
            yield self._box(bar.compared, start + room * 0.62, room * 0.28, TINT)
        if text:
            middle = round(at + width / 2, 1)
            yield Words(middle, min(self.y(bar.value), self.y(0)) - 5, text, "middle", SMALL)

    def _box(self, value: int, x: float, width: float, colour: str, says: str = "") -> Box:
        upper, lower = sorted((self.y(0), self.y(value)))
        height = round(lower - upper, 1)
        return Box(round(x, 1), upper, round(width, 1), height, True, says, colour)


def sentence(text: str) -> Plot:
    """What is said where there is nothing to draw."""
    return Plot(LINE_HEIGHT + 8, (Words(0, SIZE, text),))


def _legend(left: float, words: tuple[str, str] | None) -> Iterator[Shape]:
    """A box for what is counted, a light one for what it is compared with."""
    if words is None:
        return
    for word, colour in zip(words, (ACCENT, TINT), strict=True):
        yield Box(left, 4, 14, 10, True, colour=colour)
        yield Words(left + 20, 14, word, size=12)
        left += 36 + _width(word)


def _bar_height(legend: tuple[str, str] | None) -> float:
    return BAR_HEIGHT + (2 + TINT_HEIGHT if legend else 0)


def _row_height(lines: Sequence[str], legend: tuple[str, str] | None) -> float:
    return max(len(lines) * LINE_HEIGHT, _bar_height(legend)) + ROW_GAP


def _lower(shapes: Iterable[Shape], by: float) -> Iterator[Shape]:
    for shape in shapes:
        if isinstance(shape, Line):
            yield replace(shape, y1=shape.y1 + by, y2=shape.y2 + by)
        else:
            yield replace(shape, y=shape.y + by)


def _width(text: str, size: int = SIZE) -> float:
    """How wide a text may be in any font that a page or a print has."""
    wide = display_width(text) - len(text)
    return (wide * WIDE_LETTER + (len(text) - wide) * LETTER) * size


def _small_width(text: str) -> float:
    return _width(text, SMALL)


def _places(text: str, width: float, size: int) -> int:
    """How many columns of such a text (a wide letter takes two) have room in a width."""
    return max(2, int(width * display_width(text) / max(_width(text, size), 1)))


def _round_step(at_least: int) -> int:
    """The smallest of 1, 2 or 5 × 10ⁿ hundreds that is not below it."""
    step = 100
    while True:
        for times in (1, 2, 5):
            if step * times >= at_least:
                return step * times
        step *= 10
