"""A report as a PDF that is printed, signed and filed: four pages for the county, then annexes.

The cover has the month in words, its sums and the signatures; a page of charts, one of towns and
kinds, one of outlets follow. Whoever wants every row asks for the annexes, a table each. A4 across,
page x / y at the foot, header rows repeated; no figure is broken over two lines. It holds no time
of its making: the same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Paragraph, Spacer, Table

from huimin.core.bar_charts import HALF
from huimin.core.catalogue import say
from huimin.core.chart_shapes import Chart
from huimin.core.period_words import month_words
from huimin.core.words import FACT_NAMES, FIGURE_NAMES, GROUPING_NAMES, OUTLET_KINDS
from huimin.reports.charts import months_chart, report_chart
from huimin.reports.columns import Column, Sort, columns_of, shown_text
from huimin.reports.facts import fact_headings, facts_of
from huimin.reports.figures import ReportRow
from huimin.reports.monthly import MonthlyReport
from huimin.reports.pdf_parts import ChartDrawing, Form, printed_pdf
from huimin.reports.standing_out import month_sentence, standing_out
from huimin.reports.wording import counted_words, notes_of, signature_lines, title_words

MARGIN = 14 * mm
GAP = 5 * mm
# What a page of the county has room for; the annexes have all.
TOWNS_MAX, SILENT_MAX, ADJUSTED_MAX, GROUPS_MAX = 30, 9, 4, 12
SHORT = ("redemptions", "cards_used", "amount_fen", "discount_fen")
CHARTS_HEIGHT = 420
# Columns that are the same thing in other words stand in the workbook alone.
LEFT_OUT = {"outlet": 1, "merchant": 0}
NUMBER: Sort = "count"


def pdf_bytes(report: MonthlyReport, county_name: str, annexes: Iterable[str] = ()) -> bytes:
    """The report as a .pdf file; `annexes` are groupings whose whole tables follow."""
    title = f"{title_words(county_name, report.month)} {report.month}"
    story = _Pages(report, county_name).all([*annexes])
    return printed_pdf(story, title=title, author=county_name, margin=MARGIN)


class _Pages:
    """Everything that stands in the document, from the cover to the last annex."""

    def __init__(self, report: MonthlyReport, county_name: str) -> None:
        self.report, self.county_name = report, county_name
        self.form = Form(8.5, 11, MARGIN)
        self.half = (self.form.width - GAP) / 2

    def all(self, annexes: Sequence[str]) -> Iterator[Flowable]:
        """Cover, charts, towns and kinds, outlets, annexes."""
        yield from self._cover()
        if not self.report.empty:
            yield PageBreak()
            yield from self._charts()
            yield PageBreak()
            yield from self._places()
            yield PageBreak()
            yield from self._outlets()
        for grouping in annexes:
            if self.report.rows(grouping):
                yield PageBreak()
                yield from self._heading(grouping)
                yield self._grouping(grouping)
        if annexes and len(self.report.silent) > SILENT_MAX:
            yield PageBreak()
            yield from self._titled(FACT_NAMES.say("silent"))
            yield self._silent(self.form.width, len(self.report.silent))

    def _heading(self, grouping: str | None = None) -> Iterator[Flowable]:
        return self._titled(title_words(self.county_name, self.report.month, grouping))

    def _titled(self, title: str) -> Iterator[Flowable]:
        yield self.form.heading(title)
        period = say("期间：{month}", month=counted_words(self.report))
        yield self.form.pairs((period, say("单位：元")))

    def _cover(self) -> Iterator[Flowable]:
        yield from self._heading()
        words = [month_sentence(self.report), *standing_out(self.report)]
        yield Paragraph(escape("".join(each.say() for each in words)), self.form.left)
        yield Spacer(0, 3 * mm)
        facts = facts_of(self.report)
        rows = [fact.cells() for fact in facts]
        heads = fact_headings(self.report)
        yield self.form.fitted(heads, rows, ["text", *["money"] * (len(heads) - 1)])
        yield Spacer(0, 2 * mm)
        notes = "".join(notes_of(self.report))
        yield Paragraph(escape(say("注：{note}", note=notes)), self.form.left)
        yield KeepTogether([Spacer(0, 7 * mm), self._signers()])

    def _signers(self) -> Flowable:
        lines = signature_lines(self.report.signers)
        cells = [[Paragraph(escape(line), self.form.left) for line in lines]]
        return Table(cells, colWidths=[self.form.width / len(lines)] * len(lines))

    def _charts(self) -> Iterator[Flowable]:
        """The year and the kinds to the left, the towns to the right."""
        yield from self._titled(say("{county_name}惠民卡优惠图", county_name=self.county_name))

        def charts(width: float) -> tuple[list[Chart], Chart]:
            left = [months_chart(self.report, width=width)] if self.report.months else []
            left.append(report_chart(self.report, width=width, bars_max=GROUPS_MAX))
            return left, report_chart(self.report, grouping="town", width=width, bars_max=TOWNS_MAX)

        left, right = charts(HALF)
        # All in letters of one size: where one is too high, all are drawn wider and made smaller.
        height = max(right.height, sum(chart.height for chart in left))
        left, right = charts(max(HALF, self.half * height / CHARTS_HEIGHT))
        drawings = [[ChartDrawing(chart, self.half), Spacer(0, GAP)] for chart in left]
        yield self._beside(
            [part for each in drawings for part in each], [ChartDrawing(right, self.half)]
        )

    def _places(self) -> Iterator[Flowable]:
        yield from self._heading("town")
        yield self._grouping("town")

    def _outlets(self) -> Iterator[Flowable]:
        """Those with most discount and those without any; what is left of the page for the rest."""
        yield from self._titled(self._title_of("outlet"))
        top = self.form.fitted(
            (say("优惠最多的示范点"), say("优惠笔数"), say("优惠金额")),
            [
                [
                    row.name,
                    shown_text(row.redemptions, "count"),
                    shown_text(row.discount_fen, "money"),
                ]
                for row in self.report.top
            ],
            ("text", "count", "money"),
            width=self.half,
        )
        yield self._beside([top], [self._silent(self.half, SILENT_MAX)])
        yield Spacer(0, GAP)
        yield self._beside([self._short("kind")], [self._short("eligibility")])
        if self.report.adjustments:
            yield Spacer(0, GAP)
            yield self._adjustments()

    def _silent(self, width: float, count: int) -> Flowable:
        silent = self.report.silent
        rows = [[one.name, OUTLET_KINDS.say(one.kind), one.merchant_name] for one in silent[:count]]
        if len(silent) > count:
            more = say("其余 {count} 个见附表和工作簿", count=len(silent) - count)
            rows.append([more, "", ""])
        if not silent:
            rows.append([say("每个示范点都有交易。"), "", ""])
        heads = (FACT_NAMES.say("silent"), say("类别"), say("商户"))
        return self.form.fitted(heads, rows, ("text", "text", "text"), width=width)

    def _adjustments(self) -> Flowable:
        rows = self.report.adjustments
        texts = [
            [
                month_words(row.key),
                shown_text(row.rows, "count"),
                shown_text(row.amount_fen, "money"),
                shown_text(row.discount_fen, "money"),
            ]
            for row in rows[-ADJUSTED_MAX:]
        ]
        heads = (say("跨月调整（所属月份）"), say("笔数"), say("交易金额"), say("优惠金额"))
        return self.form.fitted(heads, texts, ("text", "count", "money", "money"))

    def _short(self, grouping: str) -> Flowable:
        """A grouping's main figures in half a page."""
        columns = [
            column
            for column in columns_of(grouping, self.report)
            if column.heading in (GROUPING_NAMES.say(grouping), *map(FIGURE_NAMES.say, SHORT))
            or column.sort == "rate"
        ]
        rows = [
            [shown_text(column.value(row), column.sort) for column in columns]
            for row in (*self.report.ordered(grouping), self.report.total)
        ]
        return self.form.fitted(
            [column.heading for column in columns],
            rows,
            [column.sort for column in columns],
            total=True,
            width=self.half,
        )

    def _title_of(self, grouping: str) -> str:
        return title_words(self.county_name, self.report.month, grouping)

    def _beside(self, left: Sequence[Flowable], right: Sequence[Flowable]) -> Flowable:
        look = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ]
        widths = [self.half, GAP, self.half]
        return Table([[[*left], "", [*right]]], colWidths=widths, style=look)

    def _grouping(self, grouping: str) -> Flowable:
        columns, rows = self._columns(grouping), self.report.ordered(grouping)

        def texts(number: str, row: ReportRow) -> list[str]:
            return [number, *(shown_text(column.value(row), column.sort) for column in columns)]

        numbered = [texts(str(number), row) for number, row in enumerate(rows, start=1)]
        heads = (say("序号"), *(column.heading for column in columns))
        sorts = [NUMBER, columns[0].sort, *(_printed_sort(column) for column in columns[1:])]
        return self.form.fitted(heads, [*numbered, texts("", self.report.total)], sorts, total=True)

    def _columns(self, grouping: str) -> Sequence[Column]:
        name, *others = columns_of(grouping, self.report)
        return (name, *others[LEFT_OUT.get(grouping, 0) :])


def _printed_sort(column: Column) -> str:
    """Codes are not broken; other texts may be."""
    is_code = column.heading in (say("统一社会信用代码"), say("行政区划代码"))
    return "code" if is_code else column.sort
