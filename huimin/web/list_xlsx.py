"""A list as a workbook: title, header, and text that stays text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from huimin.core.formula_guard import TEXT_CELL
from huimin.core.text_width import display_width
from huimin.storage.engine import Row
from huimin.storage.giving_way import give_way
from huimin.web.column import Column, TotalRow
from huimin.web.workbook import A4, OPTIONS

WIDTH_MIN, WIDTH_MAX = 8, 60
TOTAL = {"bold": True, "bg_color": "#EAF5F0"}
FORMATS = {
    "text": {"border": 1, **TEXT_CELL},
    "money": {"border": 1, "num_format": "#,##0.00"},
    "count": {"border": 1, "num_format": "0"},
}


def list_workbook(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    heading: str | None = None,
    total: TotalRow | None = None,
) -> bytes:
    """The workbook. Text stays text, so that no ID or card number is rounded.

    `heading` is shown above the table instead of the title, `total` stands under it.
    """
    columns = [column for column in columns if column.only != "page"]
    target = BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        sheet = book.add_worksheet(title[:31])
        strong = book.add_format({"bold": True, "align": "center", "font_size": 14})
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#EAF5F0"})
        formats = {name: book.add_format(each) for name, each in FORMATS.items()}
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)
        if len(columns) > 1:
            sheet.merge_range(0, 0, 0, len(columns) - 1, heading or title, strong)
        else:
            sheet.write_string(0, 0, heading or title, strong)
        widths = [max(display_width(one.heading) + 2, one.letters) for one in columns]
        for place, column in enumerate(columns):
            sheet.write_string(1, place, column.heading, head)
        lines = [[column.plain(row) for column in columns] for row in rows]
        for number, line in enumerate(lines, start=2):
            give_way()
            for place, value in enumerate(line):
                widths[place] = max(
                    widths[place], _write_cell(sheet, number, place, value, formats)
                )
        if total is not None:
            formats = {name: book.add_format({**each, **TOTAL}) for name, each in FORMATS.items()}
            for place, column in enumerate(columns):
                value = total.label if not place else None
                value = column.plain(total.row) if column.total else value
                _write_cell(sheet, len(lines) + 2, place, value, formats)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, min(max(width, WIDTH_MIN), WIDTH_MAX))
        sheet.freeze_panes(2, 0)
    return target.getvalue()


def _write_cell(sheet: Any, number: int, place: int, value: Any, formats: Mapping[str, Any]) -> int:
    """Write one cell; the width that its text needs, 0 for a number."""
    if isinstance(value, float):
        raise TypeError("a workbook must not contain floats")
    if isinstance(value, int):
        sheet.write_number(number, place, value, formats["count"])
    elif hasattr(value, "as_tuple"):
        sheet.write_number(number, place, value, formats["money"])
    else:
        words = "" if value is None else str(value)
        sheet.write_string(number, place, words, formats["text"])
        return display_width(words) + 2
    return 0
