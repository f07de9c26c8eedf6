"""Bars under each other, a group each: name, bar, amount, and the outline of the period before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huimin.core.chart_shapes import Box, Line, Shape, Words
from huimin.core.text_width import short_name
from huimin.reports.chart_scale import Scale, amount_text, name_of, scale_of, whole_yuan
from huimin.reports.chart_words import chart_word
from huimin.reports.figures import ReportRow
from huimin.reports.wording import grouping_word

WIDTH = 420
LABEL_WIDTH = 112
VALUE_WIDTH = 84
PLOT_WIDTH = WIDTH - LABEL_WIDTH - VALUE_WIDTH
TOP, BOTTOM = 72, 48
ROW_HEIGHT, BAR_HEIGHT, BEFORE_HEIGHT = 44, 16, 8
NAME_PLACES_MAX = 16
TICKS_MAX = 4


@dataclass(frozen=True)
class BarPlot:
    """The bars of some rows."""

    rows: Sequence[ReportRow]
    grouping: str
    language: str
    ranged: bool = False

    @property
    def width(self) -> float:
        """In units of the drawing."""
        return WIDTH

    @property
    def height(self) -> float:
        """In units of the drawing."""
        return TOP + max(len(self.rows), 1) * ROW_HEIGHT + BOTTOM

    def shapes(self) -> Iterator[Shape]:
        """Legend, axis and bars; one sentence where there is no row."""
        if not self.rows:
            words = chart_word("none", self.language)
            yield Words(WIDTH / 2, TOP + ROW_HEIGHT / 2, words, "middle")
            return
        scale = scale_of(self.rows, TICKS_MAX)
        yield from legend(LABEL_WIDTH, self.language, self.ranged)
        heading = grouping_word(self.grouping, self.language)
        yield Words(LABEL_WIDTH - 8, TOP - 8, heading, "end", 12)
        yield from self._axis(scale)
        for place, row in enumerate(self.rows):
            yield from self._bars(row, TOP + place * ROW_HEIGHT, scale)

    def _axis(self, scale: Scale) -> Iterator[Shape]:
        bottom = TOP + len(self.rows) * ROW_HEIGHT
        for fen in scale.ticks():
            x = _x(scale, fen)
            yield Line(x, TOP, x, bottom, strong=fen == 0)
            yield Words(x, bottom + 16, whole_yuan(fen), "middle", 11)
        middle = LABEL_WIDTH + PLOT_WIDTH / 2
        yield Words(middle, bottom + 36, chart_word("axis", self.language), "middle", 12)

    def _bars(self, row: ReportRow, top: int, scale: Scale) -> Iterator[Shape]:
        name = name_of(row, self.grouping, self.language)
        yield Words(LABEL_WIDTH - 8, top + 19, short_name(name, NAME_PLACES_MAX), "end", says=name)
        says = f"{name} {amount_text(row)}"
        yield _bar(scale, row.discount_fen, top + 6, BAR_HEIGHT, full=True, says=says)
        if row.previous.discount_fen:
            fen = row.previous.discount_fen
            yield _bar(scale, fen, top + 26, BEFORE_HEIGHT, full=False)
        end = max(_x(scale, row.discount_fen), _x(scale, 0))
        yield Words(end + 5, top + 19, amount_text(row), size=12)


def legend(left: float, language: str, ranged: bool) -> Iterator[Shape]:
    """A full box for the period, an outline for the one before."""
    this, before = ("this_range", "before_range") if ranged else ("this", "before")
    yield Box(left, 36, 16, 12, full=True)
    yield Words(left + 22, 47, chart_word(this, language), size=12)
    yield Box(left + 120, 38, 16, 8, full=False)
    yield Words(left + 142, 47, chart_word(before, language), size=12)


def _x(scale: Scale, fen: int) -> float:
    return round(LABEL_WIDTH + scale.share(fen) * PLOT_WIDTH, 1)


def _bar(scale: Scale, fen: int, y: int, height: int, *, full: bool, says: str = "") -> Box:
    zero, end = _x(scale, 0), _x(scale, fen)
    return Box(min(zero, end), y, round(abs(end - zero), 1), height, full, says)
