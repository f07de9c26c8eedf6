"""A report as a workbook that an office prints and signs: cover, charts, a sheet for each table.

Amounts are numbers in 元 with two decimals, codes are text, nothing is a formula; the charts are
the spreadsheet's own, over the cells of the tables. It holds no time of its making, so that the
same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from huimin.core.catalogue import SOURCE, say
from huimin.core.period_words import month_words
from huimin.core.text_width import display_width
from huimin.core.words import FACT_NAMES, FIGURE_NAMES, GROUPING_NAMES
from huimin.ledger.groupings import GROUPINGS
from huimin.reports.chart_words import CHART
from huimin.reports.charts import BARS_MAX, undated_title
from huimin.reports.columns import Column, Sort, columns_of, shown_text
from huimin.reports.facts import CoverTable, cover_tables, fact_headings, facts_of
from huimin.reports.figures import ReportRow
from huimin.reports.monthly import BY_DISCOUNT, MonthlyReport
from huimin.reports.standing_out import month_sentence, standing_out
from huimin.reports.wording import counted_words, notes_of, signature_lines, title_words
from huimin.reports.workbook_charts import Cells, draw_charts
from huimin.web.workbook import TOTAL, Sheet, Workbook, new_workbook

COVER_WIDTHS = (30, 18, 18, 18, 18, 18)
SILENT_WIDTHS = (44, 14, 44)
WIDTH_MAX = 36
HEADER_ROW = 2
# A table with more rows, in an order that is not that of their discount, is not drawn.
ROWS_DRAWN = 30
# The charts that come first: those of the first screen.
FIRST_DRAWN = ("kind", "town")
# A rate as people read it: 12.3%.
CELL_SORTS = {"rate": "share"}
MONTH_FIGURES = ("redemptions", "amount_fen", "discount_fen", "cards_used")


def xlsx_bytes(report: MonthlyReport, county_name: str) -> bytes:
    """The report as an .xlsx file."""
    title = f"{title_words(county_name, report.month)} {report.month}"
    with new_workbook(title, county_name, report.period.last) as workbook:
        tables = cover_tables(report)
        silent = [table for table in tables if table.headings[0] == FACT_NAMES.say("silent")]
        cover = [table for table in tables if table not in silent]
        write_cover(workbook.sheet(say("封面")), report, county_name, cover)
        # The charts come second, but are drawn from sheets that are written after them.
        charts = None if report.empty else workbook.sheet(say("图表"))
        drawn = [write_months(workbook, report, county_name)] if report.months else []
        by_grouping = {
            grouping: write_grouping(workbook, report, grouping, county_name)
            for grouping in report.groups
        }
        for grouping in (*FIRST_DRAWN, *(each for each in by_grouping if each not in FIRST_DRAWN)):
            drawn += by_grouping.get(grouping, [])
        for table in silent:
            _write_silent(workbook.sheet(FACT_NAMES.say("silent")), report, county_name, table)
        if charts is not None:
            title = say("{county_name}惠民卡优惠图", county_name=county_name)
            draw_charts(
                workbook, charts, title, say("期间：{month}", month=counted_words(report)), drawn
            )
    return workbook.content


def write_cover(
    sheet: Sheet, report: MonthlyReport, county_name: str, tables: Sequence[CoverTable]
) -> None:
    """The cover, which prints on one page: the lines of facts_of, what stands out, `tables`."""
    last_column = len(COVER_WIDTHS) - 1
    sheet.widths(COVER_WIDTHS)
    sheet.title(title_words(county_name, report.month), last_column)
    sheet.halves(_period(report), say("单位：元"), last_column)
    sheet.header(fact_headings(report))
    for fact in facts_of(report):
        values = ((_cell_sort(sort), value) for sort, value in fact.sorted_values())
        sheet.cells([("text", fact.name), *values])
    sheet.row += 1
    for words in (month_sentence(report), *standing_out(report)):
        sheet.text(words.say())
    for table in tables:
        sheet.row += 1
        sheet.header(table.headings)
        for row in table.rows:
            sheet.high_enough([(str(row[0]), COVER_WIDTHS[0])])
            sheet.cells(zip(map(_cell_sort, table.sorts), row, strict=True))
    _write_foot(sheet, report, last_column, pages_high=1)


def write_months(workbook: Workbook, report: MonthlyReport, county_name: str) -> Cells:
    """The sheet of the last months; the cells of its chart."""
    name = say("近 {count} 个月", count=len(report.months))
    sheet, last_column = workbook.sheet(name), len(MONTH_FIGURES)
    sheet.title(f"{county_name} {name}", last_column)
    sheet.halves(_period(report), say("单位：元"), last_column, 20)
    sheet.header((say("月份"), *map(FIGURE_NAMES.say, MONTH_FIGURES)), 30)
    first = sheet.row
    for each in report.months:
        figures = ((_sort_of(figure), getattr(each, figure)) for figure in MONTH_FIGURES)
        sheet.cells([("text", month_words(each.month)), *figures])
    sheet.widths([14, *(24 for _figure in MONTH_FIGURES)])
    cells = Cells(
        title=CHART.say("months", count=len(report.months)),
        sheet_name=name,
        columns=True,
        rows=(first, sheet.row - 1),
        names=0,
        values=1 + MONTH_FIGURES.index("discount_fen"),
        heading=HEADER_ROW,
    )
    _write_foot(sheet, report, last_column)
    return cells


def write_grouping(
    workbook: Workbook, report: MonthlyReport, grouping: str, county_name: str
) -> list[Cells]:
    """The sheet of a grouping; the cells of its chart, if it has one and any row."""
    columns, rows = columns_of(grouping, report), report.ordered(grouping)
    name = say("按{grouping}", grouping=GROUPING_NAMES.say(grouping))
    first = write_table(
        workbook, report, name, title_words(county_name, report.month, grouping), columns, rows
    )
    chart = GROUPINGS[grouping].chart
    cut = len(rows) > BARS_MAX and grouping in BY_DISCOUNT
    if not chart or not rows or (len(rows) > ROWS_DRAWN and not cut):
        return []
    shown = BARS_MAX if cut else len(rows)
    title = undated_title(report, SOURCE, grouping)
    if cut:
        title += CHART.say("first", count=shown)
    discount = 1 + [column.heading for column in columns].index(FIGURE_NAMES.say("discount_fen"))
    return [
        Cells(
            title=title,
            sheet_name=name,
            columns=chart == "columns",
            rows=(first, first + shown - 1),
            names=1,
            values=discount,
            heading=HEADER_ROW,
            before=discount + 3 if report.has("previous") else None,
            highest=max(max(row.discount_fen, row.previous.discount_fen) for row in rows) // 100,
        )
    ]


def write_table(
    workbook: Workbook,
    report: MonthlyReport,
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[ReportRow],
    *,
    with_total: bool = True,
) -> int:
    """A sheet with a table of the report, and the report's total under it; the number of its first
    row, from 0."""
    sheet, last_column = workbook.sheet(name), len(columns)  # the row's number stands in front
    sheet.title(title, last_column)
    sheet.halves(_period(report), say("单位：元"), last_column, 20)
    sheet.header((say("序号"), *(column.heading for column in columns)), 30)

    total = [report.total] if with_total else []
    texts_of_columns = [
        (column, [shown_text(column.value(row), column.sort) for row in (*rows, *total)])
        for column in columns
    ]
    widths = [_width(column.heading, texts) for column, texts in texts_of_columns]

    def write(number: int | str, row: ReportRow, prefix: str = "") -> None:
        sheet.high_enough(
            (column.text(row), width)
            for column, width in zip(columns, widths, strict=True)
            if column.sort == "text"
        )
        values = ((prefix + _cell_sort(column.sort), column.value(row)) for column in columns)
        sheet.cells([(f"{prefix}number", number), *values])

    first = sheet.row
    for number, row in enumerate(rows, start=1):
        write(number, row)
    for row in total:
        write("", row, TOTAL)
    sheet.widths([6, *widths])
    _write_foot(sheet, report, last_column)
    sheet.sheet.repeat_rows(0, HEADER_ROW)
    sheet.sheet.freeze_panes(HEADER_ROW + 1, 2)
    return first


def _write_silent(sheet: Sheet, report: MonthlyReport, county_name: str, table: CoverTable) -> None:
    last_column = len(table.headings) - 1
    sheet.widths(SILENT_WIDTHS)
    sheet.title(f"{county_name} {table.headings[0]}", last_column)
    sheet.halves(_period(report), "", last_column, 20)
    sheet.header(table.headings)
    for row in table.rows:
        sheet.high_enough([(str(row[0]), SILENT_WIDTHS[0]), (str(row[2]), SILENT_WIDTHS[2])])
        sheet.cells(zip(table.sorts, row, strict=True))
    sheet.print_setup(last_column)
    sheet.sheet.repeat_rows(0, HEADER_ROW)


def _write_foot(
    sheet: Sheet, report: MonthlyReport, last_column: int, *, pages_high: int = 0
) -> None:
    for note in notes_of(report):
        sheet.text(say("注：{note}", note=note))
    sheet.row += 1
    sheet.signers(signature_lines(report.signers), last_column + 1)
    sheet.print_setup(last_column, pages_high=pages_high)


def _period(report: MonthlyReport) -> str:
    return say("期间：{month}", month=counted_words(report))


def _sort_of(figure: str) -> Sort:
    return "money" if figure.endswith("_fen") else "count"


def _cell_sort(sort: str) -> str:
    return CELL_SORTS.get(sort, sort)


def _width(heading: str, texts: Sequence[str]) -> int:
    # A heading of several words may take a second line.
    widest = max(*(display_width(text) for text in texts), (display_width(heading) + 1) // 2)
    return min(max(widest + 2, 8), WIDTH_MAX)
