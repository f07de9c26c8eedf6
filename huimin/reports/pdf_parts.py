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
from reportlab.pdfbase.pdfmetrics import stringWidth
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
# Sizes of letters in a table, the first that leaves every figure on one line.
SIZES, READABLE = (8.5, 8, 7.5, 7, 6.5, 6, 5.5, 5), 6.5
# What a column of text has at least, and how many lines a heading may take.
TEXT_WIDTH_MIN, HEAD_LINES = 70, 3
TABLE_LOOK = (
    ("GRID", (0, 0), (-1, -1), 0.4, LINE),
    ("BACKGROUND", (0, 0), (-1, 0), GREY),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
    ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
)
TOTAL_ROW = (("BACKGROUND", (0, -1), (-1, -1), GREY), ("LINEABOVE", (0, -1), (-1, -1), 1, black))


class ChartDrawing(Flowable):
    """A chart on paper; it draws what the page's SVG draws.

    `width` and `height_max` in points: it is drawn as wide, or smaller where it would be too high.
    """

    def __init__(
        self, chart: Chart, width: float | None = None, height_max: float = CHART_HEIGHT_MAX
    ) -> None:
        super().__init__()
        self.chart = chart
        scale = CHART_SCALE if width is None else width / chart.width
        self.scale = min(scale, height_max / chart.height)
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
                *TABLE_LOOK,
                *(TOTAL_ROW if total else ()),
            ]
        )
        return table

    def fitted(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        sorts: Sequence[str],
        total: bool = False,
        width: float | None = None,
    ) -> Flowable:
        """A table whose columns are as wide as what stands in them, in letters that are made
        smaller until no figure is broken; only `text` columns may take a second line.

        `sorts` tell text, code, and figures apart; `width` in points.
        """
        room = self.width if width is None else width
        columns = [
            (_drawn_width(head, 1), max((_drawn_width(row[place], 1) for row in rows), default=0))
            for place, head in enumerate(heads)
        ]
        # Names on two lines at most while the letters are large enough to be read with ease.
        tries = [*((size, 2) for size in SIZES if size >= READABLE), *((size, 0) for size in SIZES)]
        for size, lines in tries:
            widths = _column_widths(columns, sorts, size, room, lines)
            if widths is not None:
                break
        else:
            widths, size = [room / len(heads)] * len(heads), SIZES[-1]
        leading = size * 1.3
        left, middle = (
            ParagraphStyle(parent.name, parent=parent, fontSize=size, leading=leading)
            for parent in (self.left, self.middle)
        )
        cells: list[list[Paragraph | str]] = [[Paragraph(escape(head), middle) for head in heads]]
        for row in rows:
            cells.append(
                [
                    Paragraph(escape(text), left)
                    if sort == "text" and _drawn_width(text, size) + 2 * PADDING > width_of
                    else text
                    for text, sort, width_of in zip(row, sorts, widths, strict=True)
                ]
            )
        table = LongTable(cells, colWidths=widths, repeatRows=1)
        to_left = [place for place, sort in enumerate(sorts) if sort in ("text", "code")]
        table.setStyle(
            [
                ("FONT", (0, 1), (-1, -1), printed_font(), size, leading),
                ("ALIGN", (0, 1), (-1, -1), "RIGHT"),
                *(("ALIGN", (place, 1), (place, -1), "LEFT") for place in to_left),
                *TABLE_LOOK,
                ("TOPPADDING", (0, 0), (-1, -1), 1),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
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


def _drawn_width(text: str, size: float) -> float:
    """How wide a text is, in points."""
    return float(stringWidth(text, printed_font(), size))


def _column_widths(
    columns: Sequence[tuple[float, float]],
    sorts: Sequence[str],
    size: float,
    room: float,
    lines: int,
) -> list[float] | None:
    """The width of each column, together `room`; None where the figures do not fit.

    `columns`: how wide the heading and the widest text of each are in letters of size 1; `lines`:
    on how many lines the widest name may stand, 0 for any number.
    """
    needed, least = [], []
    for (head, widest), sort in zip(columns, sorts, strict=True):
        # A heading breaks between its letters; one letter more than its part, so that it does fit.
        headed = head * size / HEAD_LINES + 1.5 * size
        needed.append(max(widest * size, headed) + 2 * PADDING + 1)
        smallest = widest * size / lines + 2 * size if lines else TEXT_WIDTH_MIN
        least.append(min(needed[-1], smallest) if sort == "text" else needed[-1])
    over = sum(needed) - room
    if sum(least) > room:
        return None
    if over <= 0:
        return [width - over / len(needed) for width in needed]
    yielding = sum(needed) - sum(least)
    return [
        width - over * (width - smallest) / yielding
        for width, smallest in zip(needed, least, strict=True)
    ]
