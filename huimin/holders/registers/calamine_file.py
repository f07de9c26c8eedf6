"""Read an old .xls register, or an .xlsx that openpyxl does not take, by calamine.

Offices still export BIFF files, and some programs write strict OOXML or styles that openpyxl
refuses. Calamine gives values alone: a formula's last result stands in its cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from huimin.holders.registers.cells import (
    COLUMNS_MAX,
    Sheet,
    SheetRow,
    plain_cell,
    with_merged_cells,
)
from huimin.holders.registers.problem import file_problem

FILE_BYTES_MAX = 24 * 1024 * 1024
SHEETS_MAX = 100


def calamine_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets in order of their tabs. Raises FieldProblems on `file`."""
    if path.stat().st_size > FILE_BYTES_MAX:
        raise file_problem(
            "旧版 .xls 文件上限 {file_bytes_max} MB，请另存为 .xlsx 再试。",
            file_bytes_max=FILE_BYTES_MAX // 2**20,
        )
    try:
        book = CalamineWorkbook.from_path(str(path))
        metadata = book.sheets_metadata
        if len(metadata) > SHEETS_MAX:
            raise _unreadable()
        sheets = [(about, book.get_sheet_by_name(about.name)) for about in metadata]
    except PasswordError as error:
        raise file_problem("文件加了密码，请在 Excel 或 WPS 里去掉密码后再试。") from error
    except (CalamineError, ValueError, OSError, RuntimeError) as error:
        raise _unreadable() from error
    for about, sheet in sheets:
        merged = [
            (top + 1, column, bottom + 1)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
            if bottom > top
            for column in range(left, min(right, COLUMNS_MAX) + 1)
        ]
        yield Sheet(
            title=about.name,
            rows=with_merged_cells(_rows(sheet), merged),
            row_count=sheet.total_height,
            hidden="Visible" not in str(about.visible).rpartition(".")[2],
            merged=merged,
        )


def _rows(sheet: CalamineSheet) -> Iterator[SheetRow]:
    rows = sheet.to_python(skip_empty_area=False)
    for number, cells in enumerate(rows, start=1):
        yield SheetRow(number, tuple(_cell(cell) for cell in cells[:COLUMNS_MAX]))


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
