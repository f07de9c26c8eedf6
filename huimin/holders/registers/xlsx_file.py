"""Read an .xlsx register as a stream, so that fifty thousand rows need little memory.

openpyxl's streaming reader does not know merged cells, because the file lists them after the rows;
so each sheet is scanned for them before it is read. The parts' sizes are checked first, against zip
bombs.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from huimin.core.refusals import FieldProblems
from huimin.holders.registers.cells import (
    COLUMNS_MAX,
    ROW_NUMBER_MAX,
    Formula,
    Merged,
    Sheet,
    SheetRow,
    is_blank,
    plain_cell,
)
from huimin.holders.registers.problem import file_problem

PARTS_MAX = 2_000
UNPACKED_BYTES_MAX = 400 * 1024 * 1024
# openpyxl loads these parts completely into memory, whereas it streams the sheets.
HELD_PART_BYTES_MAX = 48 * 1024 * 1024
MERGED_AREAS_MAX = 200_000
SHEETS_MAX = 100
CHUNK_BYTES = 1 << 20

_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"
)
_ROW = re.compile(rb"<(?:\w+:)?row[\s>]")

UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    DefusedXmlException,
    SyntaxError,  # xml.etree's ParseError is one
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    OSError,  # a part whose offset is before the beginning of the file
)


def xlsx_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets in order of their tabs. Raises FieldProblems on `file`."""
    with _Refusing():
        _check_parts(path)
        book = openpyxl.load_workbook(path, read_only=True, keep_links=False)
    try:
        if len(book.worksheets) > SHEETS_MAX:
            raise _damaged()
        for worksheet in book.worksheets:
            with _Refusing():
                # openpyxl has no public name for the path of the sheet's part.
                merged, row_count = _scan(path, worksheet._worksheet_path)
                worksheet.reset_dimensions()  # they often span the whole grid and would be padded
            yield Sheet(
                title=str(worksheet.title),
                rows=with_merged_cells(_rows(worksheet), merged),
                row_count=row_count,
                hidden=worksheet.sheet_state != "visible",
                merged=merged,
            )
    finally:
        book.close()


def with_merged_cells(
    rows: Iterator[SheetRow], merged: list[tuple[int, int, int]]
) -> Iterator[SheetRow]:
    """The rows with `Merged` in every cell that is covered by a merged cell above."""
    waiting = sorted(merged, reverse=True)
    covering: dict[int, tuple[int, Any]] = {}
    for row in rows:
        cells = list(row.cells)
        for column, (last, value) in list(covering.items()):
            if row.number > last:
                del covering[column]
                continue
            cells.extend([None] * (column + 1 - len(cells)))
            if is_blank(cells[column]):
                cells[column] = Merged(value)
        while waiting and waiting[-1][0] <= row.number:
            first, column, last = waiting.pop()
            if first == row.number and column < len(cells):
                covering[column] = (last, cells[column])
        yield SheetRow(row.number, tuple(cells))


def _rows(worksheet: Any) -> Iterator[SheetRow]:
    with _Refusing():
        values = worksheet.iter_rows(values_only=True, max_col=COLUMNS_MAX)
        previous = None
        for number, row in enumerate(values, start=1):
            if number > ROW_NUMBER_MAX:
                raise _damaged()
            # openpyxl fills a gap with the same row object, possibly a million times.
            if row is previous:
                continue
            previous = row
            yield SheetRow(number, tuple(_cell(value) for value in _trimmed(row)))


def _trimmed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    width = len(row)
    while width and row[width - 1] is None:
        width -= 1
    return row[:width]


def _cell(value: Any) -> Any:
    if type(value).__module__.startswith("openpyxl"):  # array and data-table formulas
        return Formula(f"={getattr(value, 'text', '')}".replace("==", "="))
    return plain_cell(value)


def _check_parts(path: Path) -> None:
    """Refuse a file that is not a workbook or unpacks to too much, by the zip's directory."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        names = {part.filename for part in parts}
        if "[Content_Types].xml" not in names or any(
            name.endswith(".bin") for name in names if "workbook" in name
        ):
            raise file_problem("这不是 .xlsx 表格，请在 Excel 或 WPS 里另存为 .xlsx 再试。")
        in_memory = (
            part.file_size
            for part in parts
            if not part.filename.startswith(("xl/worksheets/", "xl/media/", "xl/drawings/"))
        )
        if (
            len(parts) > PARTS_MAX
            or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX
            or sum(in_memory) > HELD_PART_BYTES_MAX
        ):
            raise file_problem("文件解开后太大；请删去多余的工作表和格式，或拆成几个文件。")


def _scan(path: Path, part: str) -> tuple[list[tuple[int, int, int]], int]:
    """(first row, column from 0, last row) of each vertically merged area; the number of rows."""
    merged: list[tuple[int, int, int]] = []
    rows = 0
    remainder = b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as source:
        while chunk := source.read(CHUNK_BYTES):
            # Cut after the last tag, so that no tag is split or seen twice.
            text = remainder + chunk
            end = text.rfind(b">") + 1
            text, remainder = text[:end], text[end:]
            rows += sum(1 for _ in _ROW.finditer(text))
            for match in _MERGED.finditer(text):
                first, last = int(match[2]), int(match[4])
                if last > first:
                    merged.append((first, _column(match[1]), last))
            if len(merged) > MERGED_AREAS_MAX:
                raise _damaged()
    return merged, rows


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - ord("A") + 1
    return column - 1


class _Refusing:
    """Turn whatever the libraries raise for a damaged or malicious file into one sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        # openpyxl raises OSError without a number; one with a number is a problem of the machine.
        bare = isinstance(error, OSError) and error.errno is None
        if (bare or isinstance(error, UNREADABLE)) and not isinstance(error, FieldProblems):
            raise _damaged() from error


def _damaged() -> Exception:
    return file_problem(
        "文件已损坏或不是正常的 .xlsx 表格，请在 Excel 或 WPS 里打开后另存为 .xlsx 再试。"
    )
