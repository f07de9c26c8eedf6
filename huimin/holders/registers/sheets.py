"""Open a register file and hand on its sheets as plain cells, whatever program wrote it.

The kind of file is told by its first bytes, not by its name. Nothing is evaluated: a formula
arrives as a `Formula`, and a cell that is covered by a merged one as `Merged`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huimin.holders.registers.problem import file_problem

FILE_BYTES_MAX = 64 * 1024 * 1024
ROW_NUMBER_MAX = 1_048_576
COLUMNS_MAX = 100
# Excel's own limit; what is longer was made to hurt.
CELL_CHARACTERS_MAX = 32_767

OLE_BYTES = b"\xd0\xcf\x11\xe0"
ZIP_BYTES = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell whose value is computed; its text is kept to be shown, never to be run."""

    text: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A cell under a vertically merged one; `value` is what the merged cell shows."""

    value: Any


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as in the file: its number as Excel shows it, and its cells from column A."""

    number: int
    cells: tuple[Any, ...]

    @property
    def blank(self) -> bool:
        """True when no cell holds anything of its own."""
        return all(is_blank(cell) for cell in self.cells)


@dataclass
class Sheet:
    """One sheet. `rows` can be walked once; `row_count` is an estimate for the progress bar."""

    title: str
    rows: Iterator[SheetRow]
    row_count: int = 0
    hidden: bool = False
    merged: list[tuple[int, int, int]] = field(default_factory=list)


def open_sheets(path: Path) -> Iterable[Sheet]:
    """The sheets of an .xlsx or .csv file, in order.

    Raises FieldProblems on `file` for a file that is none of these, is damaged, or is too large.
    """
    size = path.stat().st_size
    if size > FILE_BYTES_MAX:
        raise file_problem(
            f"文件有 {size // 2**20} MB，上限 {FILE_BYTES_MAX // 2**20} MB，请拆成几个文件。",
            f"The file has {size // 2**20} MB, more than {FILE_BYTES_MAX // 2**20}; split it.",
        )
    with path.open("rb") as file:
        start = file.read(512)
    if not start.strip():
        raise file_problem("文件是空的。", "The file is empty.")
    if start.startswith(ZIP_BYTES):
        from huimin.holders.registers.xlsx_file import xlsx_sheets

        return xlsx_sheets(path)
    if start.startswith(OLE_BYTES):
        raise file_problem(
            "这是旧版 .xls 或加了密码的文件，请在 Excel 或 WPS 里去掉密码，另存为 .xlsx 再试。",
            "This is an old .xls or a file with a password; save it as .xlsx without one.",
        )
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<", b"%PDF", b"{\\rtf")):
        raise file_problem(
            "这不是电子表格，请在 Excel 或 WPS 里打开后另存为 .xlsx 再试。",
            "This is no spreadsheet; open it in a spreadsheet program and save it as .xlsx.",
        )
    from huimin.holders.registers.csv_file import csv_sheets

    return csv_sheets(path)


def is_blank(cell: Any) -> bool:
    """True for an empty cell, one with blanks alone, and one that is covered by a merged cell."""
    if cell is None or isinstance(cell, Merged):
        return True
    return isinstance(cell, str) and not cell.strip("\u200b\ufeff \t\r\n\u3000\xa0'")


def plain_cell(value: Any) -> Any:
    """A cell as the reader of rows takes it: formulas marked, over-long text refused."""
    if isinstance(value, str):
        if len(value) > CELL_CHARACTERS_MAX:
            raise file_problem(
                "有单元格的文字过长，请检查文件。",
                "A cell holds too much text; check the file.",
            )
        if value.startswith("="):
            return Formula(value)
        return value
    return value
