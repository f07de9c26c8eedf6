"""A report as a workbook that an office prints and signs: a cover, then a sheet for each grouping.

Amounts are numbers in 元 with two decimals, codes are text, nothing is a formula. It holds no time
of its making, so that the same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from huimin.core.catalogue import say
from huimin.core.period_words import period_words
from huimin.core.text_width import display_width
from huimin.core.words import GROUPING_NAMES
from huimin.reports.columns import columns_of
from huimin.reports.facts import cover_tables, fact_headings, facts_of
from huimin.reports.figures import ReportRow
from huimin.reports.monthly import MonthlyReport
from huimin.reports.wording import notes_of, signature_lines, title_words
from huimin.web.workbook import TOTAL, Sheet, new_workbook

COVER_WIDTHS = (30, 18, 18, 18, 18, 18)
WIDTH_MAX = 36
HEADER_ROW = 2


def xlsx_bytes(report: MonthlyReport, county_name: str) -> bytes:
    """The report as an .xlsx file."""
    title = f"{title_words(county_name, report.month)} {report.month}"
    with new_workbook(title, county_name, report.period.last) as workbook:
        _write_cover(workbook.sheet(say("封面")), report, county_name)
        for grouping in report.groups:
            sheet = workbook.sheet(say("按{grouping}", grouping=GROUPING_NAMES.say(grouping)))
            _write_grouping(sheet, report, grouping, county_name)
    return workbook.content


def _write_cover(sheet: Sheet, report: MonthlyReport, county_name: str) -> None:
    last_column = len(COVER_WIDTHS) - 1
    sheet.widths(COVER_WIDTHS)
    sheet.title(title_words(county_name, report.month), last_column)
    sheet.halves(_period(report), say("单位：元"), last_column)
    sheet.header(fact_headings(report))
    for fact in facts_of(report):
        sheet.cells([("text", fact.name), *((fact.sort, value) for value in fact.values())])
    for table in cover_tables(report):
        sheet.row += 1
        sheet.header(table.headings)
        for row in table.rows:
            sheet.cells(zip(table.sorts, row, strict=True))
    _write_foot(sheet, report, last_column)


def _write_grouping(sheet: Sheet, report: MonthlyReport, grouping: str, county_name: str) -> None:
    columns, rows = columns_of(grouping, report), report.rows(grouping)
    last_column = len(columns)  # the row's number stands in front
    sheet.title(title_words(county_name, report.month, grouping), last_column)
    sheet.halves(_period(report), say("单位：元"), last_column, 20)
    sheet.header((say("序号"), *(column.heading for column in columns)), 30)

    def write(number: int | str, row: ReportRow, prefix: str = "") -> None:
        values = ((prefix + column.sort, column.value(row)) for column in columns)
        sheet.cells([(f"{prefix}number", number), *values])

    for number, row in enumerate(rows, start=1):
        write(number, row)
    write("", report.total, TOTAL)
    texts_of_columns = [
        (column, [column.text(row) for row in (*rows, report.total)]) for column in columns
    ]
    sheet.widths(
        [6, *(_width(column.heading, column.sort, texts) for column, texts in texts_of_columns)]
    )
    _write_foot(sheet, report, last_column)
    sheet.sheet.repeat_rows(0, HEADER_ROW)
    sheet.sheet.freeze_panes(HEADER_ROW + 1, 2)


def _write_foot(sheet: Sheet, report: MonthlyReport, last_column: int) -> None:
    for note in notes_of(report):
        sheet.text(say("注：{note}", note=note))
    sheet.row += 1
    sheet.signers(signature_lines(report.signers), last_column + 1)
    sheet.print_setup(last_column)


def _period(report: MonthlyReport) -> str:
    return say("期间：{month}", month=period_words(report.month))


def _width(heading: str, sort: str, texts: Sequence[str]) -> int:
    widest = max(display_width(text) for text in (heading, *texts))
    # Thousands separators come on top of what the texts hold.
    commas = max(len(text) for text in texts) // 4 if sort != "text" else 0
    return min(widest + commas + 2, WIDTH_MAX)
