"""Workbooks that an office prints and files: A4 across, amounts as numbers, text that stays text.

Nothing is a formula, whatever a thing is called, and no float comes near an amount. A workbook that
names the day it is about holds no time of its making: the same content gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from huimin.core.catalogue import say, sentence
from huimin.core.formula_guard import STRING_CELL
from huimin.core.text_width import display_width

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
UNKNOWN = "—"
Value = str | int | None
# A cell of a table: its sort and its value.
Cell = tuple[str, Value]
A4 = 9
# Of a row, in points, for each line of text in it.
LINE_HEIGHT = 13.5
# What stands behind a difference of two rates.
_POINTS = sentence("{points} 个百分点").removeprefix("{points}")
# Sort of number → its format, and the power of ten that makes it of fen or basis points. A rate is
# written as the fraction that it is; the format alone makes it a percentage.
NUMBER_FORMATS = {
    "money": "#,##0.00;-#,##0.00",
    "rate": "0.00%;-0.00%",
    "share": "0.0%;-0.0%",
    "points": f'0.0"{_POINTS}";-0.0"{_POINTS}"',
    "count": "#,##0",
}
PLACES = {"money": -2, "rate": -4, "share": -4, "points": -2}
_PLAIN = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_BOXED = {**_PLAIN, "border": 1}
_CELLS: dict[str, dict[str, Any]] = {
    "text": {**_BOXED, "align": "left", "text_wrap": True, **STRING_CELL},
    "number": {**_BOXED, "align": "center", "num_format": "0"},
    **{
        sort: {**_BOXED, "align": "right", "num_format": number_format}
        for sort, number_format in NUMBER_FORMATS.items()
    },
    "unknown": {**_BOXED, "align": "right"},
    "any": _BOXED,
}
TOTAL = "total_"
LOOKS: dict[str, dict[str, Any]] = {
    **_CELLS,
    **{f"{TOTAL}{sort}": {**look, "bold": True} for sort, look in _CELLS.items()},
    "title": {**_PLAIN, "font_size": 18, "bold": True, "align": "center"},
    "plain": _PLAIN,
    "left": {**_PLAIN, "align": "left"},
    "right": {**_PLAIN, "align": "right"},
    "header": {**_BOXED, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E7E6E6"},
}


def number_of(value: int, sort: str) -> Decimal:
    """What a cell holds: fen as yuan, basis points as a fraction, a count as it is."""
    return Decimal(value).scaleb(PLACES.get(sort, 0))


class Sheet:
    """A sheet while it is written from the top down; `row` is the next one, from 0.

    `looks` are LOOKS as its workbook knows them.
    """

    def __init__(self, sheet: Any, looks: Mapping[str, Any]) -> None:
        self.sheet, self.looks = sheet, looks
        self.row = 0

    def title(self, text: str, last_column: int, height: float = 32) -> None:
        """The title across all columns."""
        self.merged(0, last_column, text, "title")
        self.end_row(height)

    def halves(self, left: str, right: str, last_column: int, height: float | None = None) -> None:
        """A row with something to the left and something to the right."""
        half = last_column // 2
        self.merged(0, half, left, "left")
        self.merged(half + 1, last_column, right, "right")
        self.end_row(height)

    def text(self, text: str) -> None:
        """A row with one sentence."""
        self.sheet.write_string(self.row, 0, text, self.looks["plain"])
        self.row += 1

    def header(self, headings: Sequence[str], height: float | None = None) -> None:
        """The headings over a table."""
        for place, heading in enumerate(headings):
            self.sheet.write_string(self.row, place, heading, self.looks["header"])
        self.end_row(height)

    def cells(self, values: Iterable[Cell]) -> None:
        """A row of a table: the sort and value of each cell."""
        for place, (sort, value) in enumerate(values):
            self.cell(place, sort, value)
        self.row += 1

    def signers(self, lines: Sequence[str], columns: int) -> None:
        """The lines to sign on, spread over the columns."""
        for number, line in enumerate(lines):
            place = int(number * columns / len(lines))
            self.sheet.write_string(self.row, place, line, self.looks["plain"])
        self.end_row(28)

    def cell(self, place: int, sort: str, value: Value) -> None:
        """One cell of the row: text, a number or a count, fen (money), basis points (rate), or the
        same of a total; None is unknown, "" nothing."""
        plain_sort = sort.removeprefix(TOTAL)
        look = self.looks[sort]
        if value is None:
            unknown = self.looks[sort.replace(plain_sort, "unknown")]
            self.sheet.write_string(self.row, place, UNKNOWN, unknown)
        elif value == "":
            self.sheet.write_blank(self.row, place, None, look)
        elif isinstance(value, str):
            self.sheet.write_string(self.row, place, value, look)
        else:
            self.sheet.write_number(self.row, place, number_of(value, plain_sort), look)

    def merged(self, first: int, last: int, text: str, look: str) -> None:
        """Text across some cells of the row."""
        if first == last:
            self.sheet.write_string(self.row, first, text, self.looks[look])
            return
        self.sheet.merge_range(self.row, first, self.row, last, text, self.looks[look])

    def high_enough(self, texts: Iterable[tuple[str, float]]) -> None:
        """Make the row as high as its longest text needs: texts, and how wide their columns are.

        Not every program does that of itself for text that is wrapped.
        """
        lines = max(-(-display_width(text) // max(int(width) - 1, 1)) for text, width in texts)
        if lines > 1:
            self.sheet.set_row(self.row, lines * LINE_HEIGHT)

    def end_row(self, height: float | None = None) -> None:
        """Go on to the next row."""
        if height is not None:
            self.sheet.set_row(self.row, height)
        self.row += 1

    def widths(self, widths: Iterable[float]) -> None:
        """How wide each column is, in places."""
        for place, width in enumerate(widths):
            self.sheet.set_column(place, place, width)

    def print_setup(self, last_column: int, *, pages_high: int = 0) -> None:
        """What was written is printed on A4 across, one page wide, with page numbers; on at most
        `pages_high` pages, or as many as it takes."""
        sheet = self.sheet
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, pages_high)
        sheet.center_horizontally()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.print_area(0, 0, self.row - 1, last_column)
        sheet.set_footer(say("&C第 &P 页，共 &N 页"))


class Workbook:
    """A workbook while it is written, and its bytes afterwards."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        self.content = b""

    def sheet(self, name: str) -> Sheet:
        """A further sheet."""
        return Sheet(self._book.add_worksheet(name), self._looks)

    def chart(self, kind: str) -> Any:
        """A chart of XlsxWriter's, a `bar` or `column`, to be put on a sheet."""
        return self._book.add_chart({"type": kind})


@contextmanager
def new_workbook(title: str, author: str, day: date) -> Iterator[Workbook]:
    """A workbook about a county day; `content` has its bytes after the block."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    book.set_properties(
        {"title": title, "author": author, "created": datetime.combine(day, time())}
    )
    workbook = Workbook(book)
    yield workbook
    book.close()
    workbook.content = out.getvalue()
