"""Bars under each other with their names, or columns beside each other in their order.

A full bar is what is counted, the outline below or beside it what that is compared with, and the
value stands in text at its end. Lengths are units of the drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from huimin.core.bar_charts import Axis, Bar, Plot
from huimin.core.chart_shapes import Box, Chart, Line, Shape, Words
from huimin.core.text_width import display_width, short_name

WIDTH = 420
TITLE_SIZE_MIN, TITLE_SIZE_MAX, TITLE_MARGIN = 9, 15, 10
# Of bars: what is left of them for names and right of them for values, and a row's height.
LABEL_WIDTH, VALUE_WIDTH = 112, 84
BARS_TOP, BARS_BOTTOM, ROW_HEIGHT, BAR_HEIGHT, OUTLINE_HEIGHT = 72, 48, 44, 16, 8
# A longer name is written smaller, and cut only beyond this.
NAME_PLACES_MAX, NAME_SIZE = 20, 13
# Of columns: the margins, and of the room for one, the parts of it and of its outline.
HEIGHT, LEFT, RIGHT, COLUMNS_TOP, COLUMNS_BOTTOM = 300, 64, 12, 84, 48


def titled(title: str, description: str, plot: Plot) -> Chart:
    """The chart; a title is as large as fits, at half its size for each place."""
    fits = int(2 * (WIDTH - TITLE_MARGIN) / display_width(title))
    size = max(TITLE_SIZE_MIN, min(TITLE_SIZE_MAX, fits))
    heading = Words(WIDTH / 2, 22, title, "middle", size, True)
    return Chart(title, description, WIDTH, plot.height, (heading, *plot.shapes))


def bars_below(bars: Sequence[Bar], axis: Axis, heading: str, legend: tuple[str, str]) -> Plot:
    """Bars under each other; `heading` over their names, `legend` of bar and outline."""

    def shapes() -> Iterator[Shape]:
        yield from _legend(LABEL_WIDTH, legend)
        yield Words(LABEL_WIDTH - 8, BARS_TOP - 8, heading, "end", 12)
        for value in axis.ticks():
            yield Line(x(value), BARS_TOP, x(value), bottom, strong=value == 0)
            yield Words(x(value), bottom + 16, axis.written(value), "middle", 11)
        yield Words(LABEL_WIDTH + length / 2, bottom + 36, axis.title, "middle", 12)
        for place, bar in enumerate(bars):
            top = BARS_TOP + place * ROW_HEIGHT
            name = short_name(bar.name, NAME_PLACES_MAX)
            fits = 2 * (LABEL_WIDTH - 8) // max(display_width(name), 1)
            size = min(NAME_SIZE, fits)
            yield Words(LABEL_WIDTH - 8, top + 19, name, "end", size, says=bar.name)
            yield box(bar.value, top + 6, BAR_HEIGHT, bar.says)
            if bar.compared:
                yield box(bar.compared, top + 26, OUTLINE_HEIGHT)
            yield Words(max(x(bar.value), x(0)) + 5, top + 19, bar.text, size=12)

    def x(value: int) -> float:
        return round(LABEL_WIDTH + axis.share(value) * length, 1)

    def box(value: int, y: float, height: float, says: str = "") -> Box:
        start, end = sorted((x(0), x(value)))
        return Box(start, y, round(end - start, 1), height, bool(says), says)

    length = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    bottom = BARS_TOP + len(bars) * ROW_HEIGHT
    return Plot(bottom + BARS_BOTTOM, tuple(shapes()))


def columns_beside(
    columns: Sequence[tuple[str, Bar | None]], axis: Axis, heading: str, legend: tuple[str, str]
) -> Plot:
    """A column for each label ("" for none), in their order; `heading` stands under them."""

    def shapes() -> Iterator[Shape]:
        yield from _legend(LEFT, legend)
        yield Words(8, COLUMNS_TOP - 14, axis.title, size=12)
        for value in axis.ticks():
            yield Line(LEFT, y(value), WIDTH - RIGHT, y(value), strong=value == 0)
            yield Words(LEFT - 6, y(value) + 4, axis.written(value), "end", 11)
        for place, (label, bar) in enumerate(columns):
            left = LEFT + place * room
            if label:
                yield Words(round(left + room / 2, 1), HEIGHT - 30, label, "middle", 11)
            if bar is not None:
                yield box(bar.value, left + room * 0.1, room * 0.5, bar.says)
                if bar.compared:
                    yield box(bar.compared, left + room * 0.62, room * 0.28)
        yield Words(LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 10, heading, "middle", 12)

    def y(value: int) -> float:
        length = HEIGHT - COLUMNS_TOP - COLUMNS_BOTTOM
        return round(COLUMNS_TOP + (1 - axis.share(value)) * length, 1)

    def box(value: int, x: float, width: float, says: str = "") -> Box:
        top, bottom = sorted((y(0), y(value)))
        return Box(round(x, 1), top, round(width, 1), round(bottom - top, 1), bool(says), says)

    room = (WIDTH - LEFT - RIGHT) / len(columns)
    return Plot(HEIGHT, tuple(shapes()))


def sentence(text: str, *, columns: bool = False) -> Plot:
    """What is said where there is nothing to draw."""
    if columns:
        return Plot(HEIGHT, (Words(WIDTH / 2, COLUMNS_TOP + 40, text, "middle"),))
    words = Words(WIDTH / 2, BARS_TOP + ROW_HEIGHT / 2, text, "middle")
    return Plot(BARS_TOP + ROW_HEIGHT + BARS_BOTTOM, (words,))


def _legend(left: float, words: tuple[str, str]) -> Iterator[Shape]:
    """A full box for what is counted, an outline for what it is compared with."""
    full, outline = words
    yield Box(left, 36, 16, 12, full=True)
    yield Words(left + 22, 47, full, size=12)
    second = left + max(120, 30 + 7 * display_width(full))
    yield Box(second, 38, 16, 8, full=False)
    yield Words(second + 22, 47, outline, size=12)
