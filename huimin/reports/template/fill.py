"""A report in the county's own workbook: the template's placeholders replaced, its looks kept.

The same report and template give the same bytes: the file holds no time of its making. What is
filled in is a number or text, never a formula, whatever an outlet is called.
"""

from __future__ import annotations

import io
import re
import zipfile
from copy import copy
from datetime import datetime, time
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.worksheet.cell_range import MultiCellRange

from huimin.reports.columns import Sort, Value, value_text
from huimin.reports.figures import ReportRow
from huimin.reports.monthly import MonthlyReport
from huimin.reports.template.check import SheetPlan, opened_template, placeholders
from huimin.reports.template.fields import BY, PLACEHOLDER, column_value, is_column, single_value
from huimin.web.workbook import NUMBER_FORMATS, UNKNOWN, number_of

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_PRINT_AREA = re.compile(r"(\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?)(\d+)$")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def filled_template(template: bytes, report: MonthlyReport, county_name: str) -> bytes:
    """The .xlsx file. Raises FieldProblems on `template` for one that is not sound."""
    book, plans = opened_template(template)
    for sheet in book.worksheets:
        _Filling(sheet, plans[sheet.title], report, county_name).fill()
    written_at = datetime.combine(report.period.last, time())
    book.properties.created, book.properties.creator = written_at, county_name
    book.properties.lastModifiedBy = county_name
    out = io.BytesIO()
    book.save(out)
    return _without_times(out.getvalue(), written_at)


class _Filling:
    """One sheet while it is filled."""

    def __init__(
        self, sheet: Any, plan: SheetPlan, report: MonthlyReport, county_name: str
    ) -> None:
        self.sheet, self.plan, self.report, self.county_name = sheet, plan, report, county_name

    def fill(self) -> None:
        """Repeat the row of groups, then replace every placeholder."""
        first, grouping = self.plan.row, self.plan.grouping
        rows: tuple[ReportRow, ...] = ()
        if first is not None and grouping is not None:
            rows = self.report.rows(grouping)
            self._repeat(first, len(rows))
        for cells in self.sheet.iter_rows():
            for cell in cells:
                if placeholders(cell):
                    place = cell.row - (first or 0)
                    row = rows[place] if first is not None and 0 <= place < len(rows) else None
                    self._fill_cell(cell, row, place + 1)

    def _repeat(self, first: int, count: int) -> None:
        """Make room under the row and copy it: text, looks, merged cells and height."""
        extra, sheet = count - 1, self.sheet
        if extra < 1:
            return
        heights = {row: sheet.row_dimensions[row].height for row in range(first, sheet.max_row + 1)}
        sheet.insert_rows(first + 1, extra)
        merged = list(sheet.merged_cells.ranges)
        for area in merged:
            if area.min_row > first:
                area.shift(row_shift=extra)
        sheet.merged_cells = MultiCellRange(merged)
        for row, height in sorted(heights.items(), reverse=True):
            sheet.row_dimensions[row + extra if row > first else row].height = height
        originals = [cell for cell in sheet[first] if not isinstance(cell, MergedCell)]
        for row in range(first + 1, first + extra + 1):
            sheet.row_dimensions[row].height = heights[first]
            for original in originals:
                repeated = sheet.cell(row, original.column)
                repeated.value, repeated._style = original.value, copy(original._style)
            for area in merged:
                if area.min_row == area.max_row == first:
                    sheet.merge_cells(None, row, area.min_col, row, area.max_col)
        self._stretch_print_area(first, extra)

    def _stretch_print_area(self, first: int, extra: int) -> None:
        area = _PRINT_AREA.search(self.sheet.print_area or "")
        if area and int(area[2]) >= first:
            self.sheet.print_area = f"{area[1]}{int(area[2]) + extra}"

    def _fill_cell(self, cell: Any, row: ReportRow | None, number: int) -> None:
        names, text = placeholders(cell), cell.value.strip()
        if len(names) == 1 and PLACEHOLDER.fullmatch(text):
            _write_value(cell, *self._value(names[0], row, number))
            return

        def replaced(match: re.Match[str]) -> str:
            sort, value = self._value(match[1], row, number)
            return value_text(value, sort)

        _write_value(cell, "text", PLACEHOLDER.sub(replaced, cell.value))

    def _value(self, name: str, row: ReportRow | None, number: int) -> tuple[Sort, Value]:
        if name.startswith(BY):
            return "text", ""
        if is_column(name):
            # A sheet without a group keeps its row, empty.
            return ("text", "") if row is None else column_value(name, row, number)
        return single_value(name, self.report, self.county_name, self.plan.grouping)


def _write_value(cell: Any, sort: Sort, value: Value) -> None:
    if value is None:
        value, sort = UNKNOWN, "text"
    if sort == "text":
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value)) or None
        if cell.value is not None:
            # What begins with = or reads like an error is a name all the same.
            cell.data_type = "s"
        return
    cell.value = number_of(int(value), sort)
    if cell.number_format == "General":
        cell.number_format = NUMBER_FORMATS[sort]


def _without_times(content: bytes, written_at: datetime) -> bytes:
    """The same workbook with the times that saving wrote into it set to `written_at` or to none."""
    out = io.BytesIO()
    stamp = f"{written_at:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(out, "w") as fixed:
        for part in packed.infolist():
            data = packed.read(part.filename)
            if part.filename == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", data)
            entry = zipfile.ZipInfo(part.filename, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(entry, data)
    return out.getvalue()
