"""A report as a workbook that an office prints and signs: a cover, then a sheet for each grouping.

Amounts are numbers in 元 with two decimals, codes are text, nothing is a formula. It holds no time
of its making, so that the same report gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from huimin.core.catalogue import say
from huimin.core.period_words import period_words
from huimin.core.text_width import display_width
from huimin.core.words import GROUPING_NAMES
from huimin.reports.columns import UNKNOWN, Column, columns_of
from huimin.reports.figures import ReportRow
from huimin.reports.monthly import MonthlyReport
from huimin.reports.wording import notes_of, signature_lines, title_words
from huimin.reports.xlsx_cover import COVER_COLUMNS, write_cover

FONT = "宋体"
WIDTH_MAX = 36
TITLE_ROW, PERIOD_ROW, HEADER_ROW = 0, 1, 2
A4 = 9
MONEY_FORMAT = "#,##0.00;-#,##0.00"
# A rate is written as the fraction that it is; the format alone makes it a percentage.
RATE_FORMAT = "0.00%;-0.00%"
FEN_PLACES, BASIS_POINT_PLACES = -2, -4


def xlsx_bytes(report: MonthlyReport, county_name: str) -> bytes:
    """The report as an .xlsx file."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    workbook.set_properties(
        {
            "title": f"{title_words(county_name, report.month)} {report.month}",
            "author": county_name,
            "created": datetime.combine(report.period.last, time()),
        }
    )
    looks = _looks(workbook)
    cover = workbook.add_worksheet(say("封面"))
    end = write_cover(cover, looks, report, county_name)
    write_signers(cover, looks, end, COVER_COLUMNS, report.signers)
    print_setup(cover, COVER_COLUMNS - 1, end)
    for grouping in report.groups:
        sheet = workbook.add_worksheet(say("按{grouping}", grouping=GROUPING_NAMES.say(grouping)))
        _Sheet(sheet, looks, report, grouping).write(county_name)
    workbook.close()
    return out.getvalue()


def _looks(workbook: Any) -> dict[str, Any]:
    plain = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
    boxed = {**plain, "border": 1}
    number = {**boxed, "align": "right"}
    kinds: dict[str, dict[str, Any]] = {
        "text": {**boxed, "align": "left", "text_wrap": True, "num_format": "@"},
        "number": {**boxed, "align": "center", "num_format": "0"},
        "count": {**number, "num_format": "#,##0"},
        "money": {**number, "num_format": MONEY_FORMAT},
        "rate": {**number, "num_format": RATE_FORMAT},
        "unknown": number,
    }
    bold = {f"total_{name}": {**look, "bold": True} for name, look in kinds.items()}
    others: dict[str, dict[str, Any]] = {
        "title": {**plain, "font_size": 18, "bold": True, "align": "center"},
        "period": {**plain, "align": "left"},
        "unit": {**plain, "align": "right"},
        "header": {
            **boxed,
            "bold": True,
            "align": "center",
            "text_wrap": True,
            "bg_color": "#E7E6E6",
        },
        "foot": plain,
    }
    return {name: workbook.add_format(look) for name, look in {**kinds, **bold, **others}.items()}


@dataclass
class _Sheet:
    """One grouping's sheet while it is written."""

    sheet: Any
    looks: dict[str, Any]
    report: MonthlyReport
    grouping: str

    def __post_init__(self) -> None:
        self.columns = columns_of(self.grouping, self.report.period)
        self.rows = self.report.rows(self.grouping)
        self.last_column = len(self.columns)  # the row's number stands in front

    def write(self, county_name: str) -> None:
        """Everything from the title to the signature lines."""
        self._head(county_name)
        for number, row in enumerate(self.rows, start=1):
            self._row(HEADER_ROW + number, number, row)
        total_row = HEADER_ROW + len(self.rows) + 1
        self._row(total_row, None, self.report.total)
        end = self._foot(total_row + 1)
        self._widths()
        self._print_setup(end)

    def _head(self, county_name: str) -> None:
        sheet, looks = self.sheet, self.looks
        title = title_words(county_name, self.report.month, self.grouping)
        half = self.last_column // 2
        sheet.merge_range(TITLE_ROW, 0, TITLE_ROW, self.last_column, title, looks["title"])
        period = say("期间：{month}", month=period_words(self.report.month))
        sheet.merge_range(PERIOD_ROW, 0, PERIOD_ROW, half, period, looks["period"])
        sheet.merge_range(
            PERIOD_ROW, half + 1, PERIOD_ROW, self.last_column, say("单位：元"), looks["unit"]
        )
        headings = (say("序号"), *(column.heading for column in self.columns))
        for place, heading in enumerate(headings):
            sheet.write_string(HEADER_ROW, place, heading, looks["header"])
        sheet.set_row(TITLE_ROW, 32)
        sheet.set_row(PERIOD_ROW, 20)
        sheet.set_row(HEADER_ROW, 30)

    def _row(self, at: int, number: int | None, row: ReportRow) -> None:
        prefix = "total_" if number is None else ""
        if number is None:
            self.sheet.write_blank(at, 0, None, self.looks["total_number"])
        else:
            self.sheet.write_number(at, 0, number, self.looks["number"])
        for place, column in enumerate(self.columns, start=1):
            self._cell(at, place, column, row, prefix)

    def _cell(self, at: int, place: int, column: Column, row: ReportRow, prefix: str) -> None:
        value = column.value(row)
        look = self.looks[prefix + column.sort]
        if value is None:
            self.sheet.write_string(at, place, UNKNOWN, self.looks[f"{prefix}unknown"])
        elif value == "":
            self.sheet.write_blank(at, place, None, look)
        elif isinstance(value, str):
            self.sheet.write_string(at, place, value, look)
        else:
            places = {"money": FEN_PLACES, "rate": BASIS_POINT_PLACES}.get(column.sort, 0)
            # A decimal, so that no float comes near an amount.
            self.sheet.write_number(at, place, Decimal(value).scaleb(places), look)

    def _foot(self, at: int) -> int:
        """The notes and the lines to sign on; the last row that was written."""
        notes = notes_of(self.report.period)
        for number, note in enumerate(notes):
            self.sheet.write_string(
                at + number, 0, say("注：{note}", note=note), self.looks["foot"]
            )
        at += len(notes) + 1
        write_signers(self.sheet, self.looks, at, self.last_column + 1, self.report.signers)
        return at

    def _widths(self) -> None:
        self.sheet.set_column(0, 0, 6)
        for place, column in enumerate(self.columns, start=1):
            shown = [column.text(row) for row in (*self.rows, self.report.total)]
            widest = max(display_width(text) for text in (column.heading, *shown))
            # Thousands separators come on top of what text() writes.
            commas = max(len(text) for text in shown) // 4 if column.sort != "text" else 0
            self.sheet.set_column(place, place, min(widest + commas + 2, WIDTH_MAX))

    def _print_setup(self, last_row: int) -> None:
        print_setup(self.sheet, self.last_column, last_row)
        self.sheet.repeat_rows(TITLE_ROW, HEADER_ROW)
        self.sheet.freeze_panes(HEADER_ROW + 1, 2)


def write_signers(
    sheet: Any, looks: dict[str, Any], at: int, columns: int, signers: Sequence[str]
) -> None:
    """The lines on which three people and the day are written, spread over the columns."""
    lines = signature_lines(signers)
    step = columns / len(lines)
    for number, signer in enumerate(lines):
        sheet.write_string(at, int(number * step), signer, looks["foot"])
    sheet.set_row(at, 28)


def print_setup(sheet: Any, last_column: int, last_row: int) -> None:
    """A4 across, one page wide, with page numbers."""
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.print_area(0, 0, last_row, last_column)
    sheet.set_footer(say("&C第 &P 页，共 &N 页"))
