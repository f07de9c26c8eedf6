"""A report as a PDF that is printed, signed and filed: cover, charts, then every table.

A4 across; title centred, period and unit under it, page x / y at the foot, header rows repeated on
every page. It holds no time of its making: the same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from xml.sax.saxutils import escape

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Paragraph, Spacer, Table

from huimin.core.catalogue import say
from huimin.core.period_words import period_words
from huimin.ledger.groupings import GROUPINGS
from huimin.reports.columns import Sort, Value, columns_of, value_text
from huimin.reports.facts import cover_tables, fact_headings, facts_of
from huimin.reports.figures import ReportRow
from huimin.reports.first_layout.charts import report_chart
from huimin.reports.monthly import MonthlyReport
from huimin.reports.pdf_parts import ChartDrawing, Form, printed_pdf
from huimin.reports.wording import notes_of, signature_lines, title_words

MARGIN = 14 * mm
# What a column needs beside the others, in parts of the width, by its sort.
PARTS = {"text": 2.4, "count": 1.0, "money": 1.55, "rate": 1.35}
NUMBER_PARTS, NAME_PARTS = 0.6, 3.0
FACT_PARTS = (2.2, 1, 1, 1, 1, 1)


def pdf_bytes(report: MonthlyReport, county_name: str) -> bytes:
    """The report as a .pdf file."""
    title = f"{title_words(county_name, report.month)} {report.month}"
    story = _Pages(report, county_name).all()
    return printed_pdf(story, title=title, author=county_name, margin=MARGIN)


class _Pages:
    """Everything that stands in the document, from the cover to the last table."""

    def __init__(self, report: MonthlyReport, county_name: str) -> None:
        self.report, self.county_name = report, county_name
        self.form = Form(8.5, 11, MARGIN)

    def all(self) -> Iterator[Flowable]:
        """Cover, charts, tables."""
        yield from self._cover()
        yield PageBreak()
        yield from self._heading()
        yield from self._charts()
        for grouping in self.report.groups:
            yield PageBreak()
            yield from self._heading(grouping)
            yield self._grouping(grouping)

    def _heading(self, grouping: str | None = None) -> Iterator[Flowable]:
        yield self.form.heading(title_words(self.county_name, self.report.month, grouping))
        period = say("期间：{month}", month=period_words(self.report.month))
        yield self.form.pairs((period, say("单位：元")))

    def _cover(self) -> Iterator[Flowable]:
        yield from self._heading()
        rows = [
            [fact.name, *(_text(value, fact.sort) for value in fact.values())]
            for fact in facts_of(self.report)
        ]
        yield self.form.table(fact_headings(self.report), rows, FACT_PARTS, [0])
        yield Spacer(0, 3 * mm)
        for note in notes_of(self.report):
            yield Paragraph(say("注：{note}", note=note), self.form.left)
        yield KeepTogether([Spacer(0, 7 * mm), self._signers()])
        for table in cover_tables(self.report):
            texts = [[*map(_text, row, table.sorts)] for row in table.rows]
            yield Spacer(0, 6 * mm)
            yield self.form.table(table.headings, texts, table.parts, _text_places(table.sorts))

    def _signers(self) -> Flowable:
        lines = signature_lines(self.report.signers)
        cells = [[Paragraph(escape(line), self.form.left) for line in lines]]
        return Table(cells, colWidths=[self.form.width / len(lines)] * len(lines))

    def _charts(self) -> Iterator[Flowable]:
        """Those beside each other are of like height."""
        places = {code: GROUPINGS[code].printed_chart for code in self.report.groups}
        charted = sorted((code for code in places if places[code]), key=places.__getitem__)
        charts = [ChartDrawing(report_chart(self.report, "zh_Hans", code)) for code in charted]
        for pair in zip_longest(charts[::2], charts[1::2], fillvalue=""):
            style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("ALIGN", (0, 0), (-1, -1), "CENTER")]
            yield Table([pair], colWidths=[self.form.width / 2] * 2, style=style)
            yield Spacer(0, 4 * mm)

    def _grouping(self, grouping: str) -> Flowable:
        columns, rows = columns_of(grouping, self.report), self.report.rows(grouping)

        def texts(number: str, row: ReportRow) -> list[str]:
            return [number, *(_text(column.value(row), column.sort) for column in columns)]

        numbered = [texts(str(number), row) for number, row in enumerate(rows, start=1)]
        cells = [*numbered, texts("", self.report.total)]
        parts = [NUMBER_PARTS, NAME_PARTS, *(PARTS[column.sort] for column in columns[1:])]
        heads = (say("序号"), *(column.heading for column in columns))
        left = _text_places(["count", *(column.sort for column in columns)])
        return self.form.table(heads, cells, parts, left)


def _text_places(sorts: Sequence[Sort]) -> list[int]:
    return [place for place, sort in enumerate(sorts) if sort == "text"]


def _text(value: Value, sort: Sort) -> str:
    """A value as text, 元 with a comma at the thousands."""
    if sort != "money" or value is None:
        return value_text(value, sort)
    fen = int(value)
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
