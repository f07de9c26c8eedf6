"""Parts of a printed report: a chart drawn from its shapes, pages that know how many there are."""

from __future__ import annotations

from typing import Any

from reportlab.lib.colors import HexColor, black
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from huimin.cards.sheet import printed_font
from huimin.core.catalogue import say
from huimin.core.chart_shapes import Box, Chart, Line, Words

# A unit of a chart in points: two charts stand beside each other on A4 across.
CHART_SCALE = 0.88
# A chart of many bars is made smaller, so that it stays on one page.
CHART_HEIGHT_MAX = 440
FAINT = HexColor("#CCCCCC")


class ChartDrawing(Flowable):
    """A chart on paper; it draws what the page's SVG draws."""

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self.chart = chart
        self.scale = min(CHART_SCALE, CHART_HEIGHT_MAX / chart.height)
        self.width, self.height = chart.width * self.scale, chart.height * self.scale

    def wrap(self, *available: float) -> tuple[float, float]:
        """The room it takes, in points."""
        return self.width, self.height

    def draw(self) -> None:
        """Every shape, from the top of the drawing downwards."""
        canvas = self.canv
        canvas.saveState()
        canvas.scale(self.scale, self.scale)
        for shape in self.chart.shapes:
            if isinstance(shape, Words):
                self._words(shape)
            elif isinstance(shape, Line):
                canvas.setStrokeColor(black if shape.strong else FAINT)
                canvas.setLineWidth(0.7)
                canvas.line(shape.x1, self._up(shape.y1), shape.x2, self._up(shape.y2))
            else:
                self._box(shape)
        canvas.restoreState()

    def _up(self, y: float) -> float:
        return self.chart.height - y

    def _box(self, box: Box) -> None:
        canvas = self.canv
        canvas.setFillColor(HexColor(box.colour))
        canvas.setStrokeColor(black)
        canvas.setLineWidth(0.7)
        bottom = self._up(box.y + box.height)
        stroke, fill = (0, 1) if box.full else (1, 0)
        canvas.rect(box.x, bottom, box.width, box.height, stroke=stroke, fill=fill)

    def _words(self, words: Words) -> None:
        canvas = self.canv
        canvas.setFillColor(black)
        canvas.setFont(printed_font(), words.size)
        draw = {
            "start": canvas.drawString,
            "middle": canvas.drawCentredString,
            "end": canvas.drawRightString,
        }[words.anchor]
        draw(words.x, self._up(words.y), words.text)


class NumberedPages(Canvas):
    """A canvas that writes page x / y at the foot of each page, once all are made."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Keep the page until the last one is made."""
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its number."""
        count = len(self._kept)
        for number, kept in enumerate(self._kept, start=1):
            self.__dict__.update(kept)
            self.setFont(printed_font(), 8.5)
            self.drawCentredString(
                self._pagesize[0] / 2,
                9 * mm,
                say("第 {number} 页，共 {count} 页", number=number, count=count),
            )
            super().showPage()
        super().save()
