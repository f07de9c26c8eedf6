"""Read a CSV register: UTF-8, UTF-16 or GB18030, delimited by comma, semicolon or tab.

Row numbers count records, not lines, so that they match Excel's even if quoted cells contain line
breaks.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from huimin.holders.registers.cells import (
    CELL_CHARACTERS_MAX,
    COLUMNS_MAX,
    ROW_NUMBER_MAX,
    Sheet,
    SheetRow,
    beyond_alone,
    plain_cell,
)
from huimin.holders.registers.problem import file_problem

CHUNK_BYTES = 1 << 20
DELIMITERS = ",;\t"
SAMPLE_CHARACTERS = 20_000
# Of a row of the widest sheet with a long remark in each cell.
LINE_CHARACTERS_MAX = 1 << 20
# A remark of several lines has fewer delimiters in one line than a row has.
CELLS_SWALLOWED = 4


def csv_sheets(path: Path) -> list[Sheet]:
    """The file's only sheet, named after the file."""
    encoding, lines = _encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(SAMPLE_CHARACTERS)
    # The one that most lines have: a cell may be full of another.
    lines_with = Counter(mark for line in sample.splitlines() for mark in {*line} & {*",;\t"})
    delimiter = max(DELIMITERS, key=lambda mark: (lines_with[mark], sample.count(mark)))
    return [Sheet(path.stem, _rows(path, encoding, delimiter), row_count=lines)]


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[SheetRow]:
    # The limit applies to the whole process, so it is restored.
    limit_before = csv.field_size_limit(CELL_CHARACTERS_MAX)
    with path.open(encoding=encoding, newline="") as file:
        try:
            reader = csv.reader(_lines(file), delimiter=delimiter, strict=True)
            for number, cells in enumerate(reader, start=1):
                if number > ROW_NUMBER_MAX:
                    raise file_problem(
                        "CSV 超过 {rows_max:,} 行，请只留需要的行。", rows_max=ROW_NUMBER_MAX
                    )
                if any(_swallows_rows(cell, delimiter) for cell in cells):
                    raise _unpaired(number)
                values = tuple(plain_cell(cell) for cell in cells[:COLUMNS_MAX])
                yield SheetRow(number, values, beyond=beyond_alone(cells))
        except csv.Error as error:
            raise _unpaired(reader.line_num) from error
        finally:
            csv.field_size_limit(limit_before)


def _lines(file: IO[str]) -> Iterator[str]:
    """The file's lines. Raises FieldProblems for one that no row has, before it is held."""
    while line := file.readline(LINE_CHARACTERS_MAX):
        if len(line) == LINE_CHARACTERS_MAX:
            raise file_problem(
                "有一行太长，不是表格的一行；请在 Excel 或 WPS 里另存为 .xlsx 再试。"
            )
        yield line


def _swallows_rows(cell: str, delimiter: str) -> bool:
    """Whether a cell has taken in whole rows, as behind a quotation mark that nobody closed."""
    if "\n" not in cell:
        return False
    return any(line.count(delimiter) >= CELLS_SWALLOWED for line in cell.splitlines())


def _unpaired(line: int) -> Exception:
    return file_problem(
        "CSV 第 {line} 行附近的引号不成对，读下去会丢掉后面的行，整个文件都没有读；"
        "请改正引号，或在 Excel 或 WPS 里另存为 .xlsx 再试。",
        line=line,
    )


def _encoding_of(path: Path) -> tuple[str, int]:
    """The encoding that decodes the whole file, and its approximate number of lines."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        # UTF-8 first, because GB18030 decodes nearly any bytes.
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        lines = _lines_in(path, encoding)
        if lines is not None:
            return encoding, lines
    raise file_problem(
        "文件的编码既不是 UTF-8 也不是 GB18030，请在 Excel 或 WPS 里另存为 .xlsx 再试。"
    )


def _lines_in(path: Path, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                text = decoder.decode(chunk)
                if "\0" in text:
                    return None
                lines += text.count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return lines
