"""Parts of a printed form: numbered pages, text and tables, a chart drawn from its shapes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, black
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate, Table

from huimin.cards.sheet import printed_font
from huimin.core.catalogue import say
from huimin.core.chart_shapes import Box, Chart, Line, Words

# A unit of a chart in points: two charts stand beside each other on A4 across.
CHART_SCALE = 0.88
# A chart of many bars is made smaller, so that it stays on one page.
CHART_HEIGHT_MAX = 440
FAINT, GREY, LINE = HexColor("#CCCCCC"), HexColor("#E7E6E6"), HexColor("#7A7A7A")
# Of the size of the letters: a digit of the printed font takes 0.555, a comma half of that.
DIGIT_WIDTH = 0.58
PADDING = 2
TOTAL_ROW = (("BACKGROUND", (0, -1), (-1, -1), GREY), ("LINEABOVE", (0, -1), (-1, -1), 1, black))


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
    """A canvas that writes page x / y at the foot of each page, once all are made.

    What is printed of the document itself, such as its fingerprint, stands above the number.
    """

    def __init__(self, *args: Any, foot: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self._foot = foot
        self._finished: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Keep the page until the last one is made."""
        if self._foot:
            self.setFont(printed_font(), 7.5)
            self.drawCentredString(self._pagesize[0] / 2, 13.5 * mm, self._foot)
        self._finished.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its number."""
        count = len(self._finished)
        for number, page in enumerate(self._finished, start=1):
            self.__dict__.update(page)
            self.setFont(printed_font(), 8.5)
            self.drawCentredString(
                self._pagesize[0] / 2,
                9 * mm,
                say("第 {number} 页，共 {count} 页", number=number, count=count),
            )
            super().showPage()
        super().save()


def printed_pdf(
    story: Iterable[Flowable], *, title: str, author: str, margin: float, foot: str = ""
) -> bytes:
    """The document, A4 across. It holds no time of its making: the same story, the same bytes."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=landscape(A4),
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin + 4 * mm,
        title=title,
        author=author,
        invariant=1,
    )
    document.build([*story], canvasmaker=partial(NumberedPages, foot=foot))
    return out.getvalue()


class Form:
    """The text and the tables of a printed form between margins, in letters of one size."""

    def __init__(self, size: float, leading: float, margin: float) -> None:
        self.width = landscape(A4)[0] - 2 * margin
        letters = {"fontName": printed_font(), "fontSize": size, "leading": leading}
        plain = {**letters, "wordWrap": "CJK"}
        self.left = ParagraphStyle("left", alignment=TA_LEFT, **plain)
        self.right = ParagraphStyle("right", alignment=TA_RIGHT, **plain)
        self.middle = ParagraphStyle("middle", alignment=TA_CENTER, **plain)
        self.title = ParagraphStyle(
            "title", parent=self.middle, fontSize=18, leading=24, spaceAfter=4
        )

    def heading(self, title: str) -> Paragraph:
        """The title over a page, in the middle."""
        return Paragraph(escape(title), self.title)

    def pairs(self, *rows: tuple[str, str]) -> Table:
        """What stands under a title, to the left and to the right."""
        cells = [
            (Paragraph(escape(left), self.left), Paragraph(escape(right), self.right))
            for left, right in rows
        ]
        return Table(cells, colWidths=[self.width * 0.7, self.width * 0.3])

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        parts: Sequence[float],
        left: Sequence[int],
        total: bool = False,
    ) -> Flowable:
        """A table whose head is repeated on every page.

        `parts` say how wide the columns are beside each other, `left` which hold text; with
        `total`, the last row is one.
        """
        widths = [self.width * part / sum(parts) for part in parts]
        cells: list[list[Paragraph | str]] = [
            [Paragraph(escape(head), self.middle) for head in heads]
        ]
        for row in rows:
            cells.append(
                [
                    self._cell(text, width, is_text=place in left)
                    for place, (text, width) in enumerate(zip(row, widths, strict=True))
                ]
            )
        table = LongTable(cells, colWidths=widths, repeatRows=1)
        table.setStyle(
            [
                ("FONT", (0, 1), (-1, -1), printed_font(), self.right.fontSize, self.right.leading),
                ("ALIGN", (0, 1), (-1, -1), "RIGHT"),
                ("GRID", (0, 0), (-1, -1), 0.4, LINE),
                ("BACKGROUND", (0, 0), (-1, 0), GREY),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
                ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                *(TOTAL_ROW if total else ()),
            ]
        )
        return table

    def _cell(self, text: str, width: float, *, is_text: bool) -> Paragraph | str:
        """What may need a second line is a paragraph, which costs five times as much to set."""
        if is_text:
            return Paragraph(escape(text), self.left)
        needed = (len(text) + 1) * self.right.fontSize * DIGIT_WIDTH + 2 * PADDING
        return text if needed <= width else Paragraph(escape(text), self.right)
