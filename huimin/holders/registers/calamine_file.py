"""Read an old .xls register, or an .xlsx that openpyxl does not take, by calamine.

Offices still export BIFF files, and some programs write strict OOXML or styles that openpyxl
refuses. Calamine gives values alone: a formula's last result stands in its cell, and which rows are
hidden or crossed out is read from the file beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from huimin.holders.registers.biff_marks import biff_marks
from huimin.holders.registers.cells import (
    COLUMNS_MAX,
    Marks,
    Sheet,
    SheetRow,
    beyond_alone,
    plain_cell,
    with_merged_cells,
)
from huimin.holders.registers.compound_file import require_ends
from huimin.holders.registers.problem import file_problem

FILE_BYTES_MAX = 24 * 1024 * 1024
SHEETS_MAX = 100


def calamine_sheets(
    path: Path, marks_of: Callable[[Path], list[Marks]] = biff_marks
) -> Iterator[Sheet]:
    """The sheets in order of their tabs. Raises FieldProblems on `file`.

    `marks_of` reads the marks of each sheet, in the same order, or raises ValueError.
    """
    if path.stat().st_size > FILE_BYTES_MAX:
        raise file_problem(
            "旧版 .xls 文件上限 {file_bytes_max} MB，请另存为 .xlsx 再试。",
            file_bytes_max=FILE_BYTES_MAX // 2**20,
        )
    try:
        require_ends(path.read_bytes())
        book = CalamineWorkbook.from_path(str(path))
        metadata = book.sheets_metadata
        if len(metadata) > SHEETS_MAX:
            raise _unreadable()
        sheets = [(about, book.get_sheet_by_name(about.name)) for about in metadata]
    except PasswordError as error:
        raise file_problem("文件加了密码，请在 Excel 或 WPS 里去掉密码后再试。") from error
    except (CalamineError, ValueError, OSError, RuntimeError) as error:
        raise _unreadable() from error
    for (about, sheet), marks in zip(sheets, _marks(path, marks_of, len(sheets)), strict=True):
        merged = [
            (top + 1, column, bottom + 1)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
            if bottom > top
            for column in range(left, min(right, COLUMNS_MAX) + 1)
        ]
        yield Sheet(
            title=about.name,
            rows=with_merged_cells(_rows(sheet, marks), merged),
            row_count=sheet.total_height,
            hidden="Visible" not in str(about.visible).rpartition(".")[2],
            merged=merged,
        )


def _marks(path: Path, marks_of: Callable[[Path], list[Marks]], sheet_count: int) -> list[Marks]:
    """A sheet's marks for each sheet: a row that is hidden or crossed out is never taken for one
    that is not."""
    try:
        marks = marks_of(path)
    except ValueError as error:
        raise _unmarked() from error
    if len(marks) != sheet_count:
        raise _unmarked()
    return marks


def _rows(sheet: CalamineSheet, marks: Marks) -> Iterator[SheetRow]:
    rows = sheet.to_python(skip_empty_area=False)
    for number, cells in enumerate(rows, start=1):
        values = tuple(_cell(cell) for cell in cells[:COLUMNS_MAX])
        struck = frozenset(marks.struck.get(number, ()))
        yield SheetRow(number, values, number in marks.hidden, struck, beyond_alone(cells))


def _cell(value: Any) -> Any:
    if value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return plain_cell(value)


def _unreadable() -> Exception:
    return file_problem(
        "文件已损坏或加了密码，请在 Excel 或 WPS 里打开、去掉密码后另存为 .xlsx 再试。"
    )


def _unmarked() -> Exception:
    return file_problem(
        "看不出这个文件里哪些行隐藏了、哪些划了删除线，没有读；"
        "请在 Excel 或 WPS 里打开，另存为 .xlsx 再试。"
    )
