"""A report as a PDF that is printed, signed and filed: cover, charts, then every table.

A4 across; title centred, period and unit under it, page x / y at the foot, header rows repeated on
every page. It holds no time of its making: the same report gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    LongTable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from huimin.cards.sheet import printed_font
from huimin.core.catalogue import say
from huimin.core.period_words import month_words, period_words
from huimin.core.words import OUTLET_KINDS
from huimin.ledger.groupings import GROUPINGS
from huimin.reports.charts import report_chart
from huimin.reports.columns import Column, columns_of, value_text
from huimin.reports.facts import Fact, fact_headings, facts_of
from huimin.reports.figures import ReportRow
from huimin.reports.monthly import MonthlyReport
from huimin.reports.pdf_parts import ChartDrawing, NumberedPages
from huimin.reports.wording import notes_of, signature_lines, title_words
from huimin.reports.xlsx_cover import ADJUSTED_HEADINGS, SILENT_HEADINGS, TOP_HEADINGS

MARGIN = 14 * mm
WIDTH = landscape(A4)[0] - 2 * MARGIN
# What a column of text or of a number needs beside the others, in parts of the width.
PARTS = {"text": 2.4, "count": 1.0, "money": 1.55, "rate": 1.35}
NAME_PARTS = 3.0
# Of the size of the letters: a digit of the printed font takes 0.555, a comma half of that.
DIGIT_WIDTH = 0.58
PADDING = 2
GREY, LINE = HexColor("#E7E6E6"), HexColor("#7A7A7A")


def pdf_bytes(report: MonthlyReport, county_name: str) -> bytes:
    """The report as a .pdf file."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=landscape(A4),
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 4 * mm,
        title=f"{title_words(county_name, report.month)} {report.month}",
        author=county_name,
        invariant=1,
    )
    document.build([*_Pages(report, county_name).all()], canvasmaker=NumberedPages)
    return out.getvalue()


class _Pages:
    """Everything that stands in the document, from the cover to the last table."""

    def __init__(self, report: MonthlyReport, county_name: str) -> None:
        self.report, self.county_name = report, county_name
        font = printed_font()
        plain = {"fontName": font, "wordWrap": "CJK", "fontSize": 8.5, "leading": 11}
        self.left = ParagraphStyle("left", alignment=TA_LEFT, **plain)
        self.right = ParagraphStyle("right", alignment=TA_RIGHT, **plain)
        self.middle = ParagraphStyle("middle", alignment=TA_CENTER, **plain)
        self.title = ParagraphStyle(
            "title", parent=self.middle, fontSize=18, leading=24, spaceAfter=4
        )
        self.font = font

    def all(self) -> Iterator[Flowable]:
        """Cover, charts, tables."""
        yield from self._cover()
        yield PageBreak()
        yield from self._heading(title_words(self.county_name, self.report.month))
        charts = [ChartDrawing(report_chart(self.report, "zh_Hans", by)) for by in self._charted()]
        for pair in zip_longest(charts[::2], charts[1::2], fillvalue=""):
            style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("ALIGN", (0, 0), (-1, -1), "CENTER")]
            yield Table([pair], colWidths=[WIDTH / 2] * 2, style=style)
            yield Spacer(0, 4 * mm)
        for grouping in self.report.groups:
            yield PageBreak()
            title = title_words(self.county_name, self.report.month, grouping)
            yield from self._heading(title)
            yield self._grouping(grouping)

    def _charted(self) -> list[str]:
        """The groupings with a chart; those beside each other are of like height."""
        places = {code: GROUPINGS[code].printed_chart for code in self.report.groups}
        return sorted((code for code in places if places[code]), key=places.__getitem__)

    def _heading(self, title: str) -> Iterator[Flowable]:
        yield Paragraph(escape(title), self.title)
        under = (
            Paragraph(say("期间：{month}", month=period_words(self.report.month)), self.left),
            Paragraph(say("单位：元"), self.right),
        )
        yield Table([under], colWidths=[WIDTH * 0.7, WIDTH * 0.3])

    def _cover(self) -> Iterator[Flowable]:
        yield from self._heading(title_words(self.county_name, self.report.month))
        rows = [_fact_texts(fact) for fact in facts_of(self.report)]
        yield self._table(fact_headings(self.report), rows, [2.2, 1, 1, 1, 1, 1], [0])
        yield Spacer(0, 3 * mm)
        for note in notes_of(self.report.period):
            yield Paragraph(say("注：{note}", note=note), self.left)
        yield KeepTogether([Spacer(0, 7 * mm), self._signers()])
        yield from self._outlets()

    def _outlets(self) -> Iterator[Flowable]:
        report = self.report
        top = [row_cells(row, ("redemptions", "discount_fen")) for row in report.top]
        silent = [
            (one.name, OUTLET_KINDS.say(one.kind), one.merchant_name) for one in report.silent
        ]
        adjusted = [
            (
                month_words(row.key),
                str(row.redemptions + row.reversals),
                *row_cells(row, ("amount_fen", "discount_fen"))[1:],
            )
            for row in report.adjustments
        ]
        if top:
            yield Spacer(0, 6 * mm)
            yield self._table(TOP_HEADINGS, top, [4, 1, 1.5], [0])
        if silent:
            yield Spacer(0, 6 * mm)
            yield self._table(SILENT_HEADINGS, silent, [3, 1, 3], [0, 1, 2])
        if adjusted:
            yield Spacer(0, 6 * mm)
            yield self._table(ADJUSTED_HEADINGS, adjusted, [2, 1, 1.5, 1.5], [0])

    def _signers(self) -> Flowable:
        lines = signature_lines(self.report.signers)
        cells = [[Paragraph(escape(line), self.left) for line in lines]]
        return Table(cells, colWidths=[WIDTH / len(lines)] * len(lines))

    def _grouping(self, grouping: str) -> Flowable:
        columns = columns_of(grouping, self.report.period)
        rows = self.report.rows(grouping)
        cells = [_texts(columns, str(number), row) for number, row in enumerate(rows, start=1)]
        cells.append(_texts(columns, "", self.report.total))
        parts = [0.6, NAME_PARTS, *(PARTS[column.sort] for column in columns[1:])]
        left = [place for place, column in enumerate(columns, start=1) if column.sort == "text"]
        heads = (say("序号"), *(column.heading for column in columns))
        return self._table(heads, cells, parts, left)

    def _table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        parts: Sequence[float],
        left: Sequence[int],
    ) -> Flowable:
        widths = [WIDTH * part / sum(parts) for part in parts]
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
                ("FONT", (0, 1), (-1, -1), self.font, self.right.fontSize, self.right.leading),
                ("ALIGN", (0, 1), (-1, -1), "RIGHT"),
                ("GRID", (0, 0), (-1, -1), 0.4, LINE),
                ("BACKGROUND", (0, 0), (-1, 0), GREY),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
                ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
        return table

    def _cell(self, text: str, width: float, *, is_text: bool) -> Paragraph | str:
        """What may need a second line is a paragraph, which costs five times as much to set."""
        if is_text:
            return Paragraph(escape(text), self.left)
        needed = (len(text) + 1) * self.right.fontSize * DIGIT_WIDTH + 2 * PADDING
        return text if needed <= width else Paragraph(escape(text), self.right)


def row_cells(row: ReportRow, figures: Sequence[str]) -> tuple[str, ...]:
    """A row's name and some of its figures as text, amounts with separators."""
    values = (getattr(row, figure) for figure in figures)
    return (
        row.name,
        *(
            _separated(value) if figure.endswith("_fen") else str(value)
            for figure, value in zip(figures, values, strict=True)
        ),
    )


def _fact_texts(fact: Fact) -> list[str]:
    values = fact.values()
    shown = (
        _separated(value)
        if fact.sort == "money" and value is not None
        else value_text(value, fact.sort)
        for value in values
    )
    return [fact.name, *shown]


def _texts(columns: Sequence[Column], number: str, row: ReportRow) -> list[str]:
    texts = [number]
    for column in columns:
        value = column.value(row)
        money = column.sort == "money" and value is not None
        texts.append(_separated(int(value or 0)) if money else column.text(row))
    return texts


def _separated(fen: int) -> str:
    """元 with two decimals and a comma at the thousands."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
