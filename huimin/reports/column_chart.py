"""Columns beside each other in their order: the hours of a day, the days of a week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huimin.core.chart_shapes import Box, Line, Shape, Words
from huimin.reports.bar_chart import legend
from huimin.reports.chart_scale import Scale, amount_text, name_of, scale_of, whole_yuan
from huimin.reports.chart_words import chart_word
from huimin.reports.figures import ReportRow
from huimin.reports.wording import KEY_WORDS

WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 84, 48
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
TICKS_MAX = 4
# Of 24 hours every third is written, so that they don't run into each other.
HOUR_STEP = 3
ENGLISH_LETTERS = 3


@dataclass(frozen=True)
class ColumnPlot:
    """The columns of every hour or weekday, of those without a row as well."""

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
        return HEIGHT

    def shapes(self) -> Iterator[Shape]:
        """Legend, axes and columns; one sentence where there is no row."""
        if not self.rows:
            yield Words(WIDTH / 2, TOP + 40, chart_word("none", self.language), "middle")
            return
        scale = scale_of(self.rows, TICKS_MAX)
        yield from legend(LEFT, self.language, self.ranged)
        yield Words(8, TOP - 14, chart_word("axis", self.language), size=12)
        yield from self._axis(scale)
        keys = self._keys()
        slot = PLOT_WIDTH / len(keys)
        rows = {row.key: row for row in self.rows}
        for place, key in enumerate(keys):
            left = LEFT + place * slot
            if label := self._label(key):
                yield Words(round(left + slot / 2, 1), HEIGHT - 30, label, "middle", 11)
            if key in rows:
                yield from self._column(rows[key], left, slot, scale)
        heading = chart_word(self.grouping, self.language)
        yield Words(LEFT + PLOT_WIDTH / 2, HEIGHT - 10, heading, "middle", 12)

    def _keys(self) -> list[str]:
        words = KEY_WORDS.get(self.grouping)
        return [str(hour) for hour in range(24)] if words is None else list(words)

    def _label(self, key: str) -> str:
        words = KEY_WORDS.get(self.grouping)
        if words is None:
            return key if int(key) % HOUR_STEP == 0 else ""
        word = words[key].get(self.language, words[key]["zh_Hans"])
        return word[:ENGLISH_LETTERS] if self.language == "en" else word

    def _axis(self, scale: Scale) -> Iterator[Shape]:
        for fen in scale.ticks():
            y = _y(scale, fen)
            yield Line(LEFT, y, WIDTH - RIGHT, y, strong=fen == 0)
            yield Words(LEFT - 6, y + 4, whole_yuan(fen), "end", 11)

    def _column(self, row: ReportRow, left: float, slot: float, scale: Scale) -> Iterator[Shape]:
        says = f"{name_of(row, self.grouping, self.language)} {amount_text(row)}"
        x, width = round(left + slot * 0.1, 1), round(slot * 0.5, 1)
        yield _box(scale, row.discount_fen, x, width, full=True, says=says)
        if row.previous.discount_fen:
            x, width = round(left + slot * 0.62, 1), round(slot * 0.28, 1)
            yield _box(scale, row.previous.discount_fen, x, width, full=False)


def _y(scale: Scale, fen: int) -> float:
    return round(TOP + (1 - scale.share(fen)) * PLOT_HEIGHT, 1)


def _box(scale: Scale, fen: int, x: float, width: float, *, full: bool, says: str = "") -> Box:
    zero, end = _y(scale, 0), _y(scale, fen)
    return Box(x, min(zero, end), width, round(abs(end - zero), 1), full, says)
