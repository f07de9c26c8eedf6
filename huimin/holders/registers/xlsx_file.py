"""Read an .xlsx register as a stream, so that fifty thousand rows need little memory.

openpyxl's streaming reader does not know merged cells, because the file lists them after the rows;
so each sheet is scanned for them before it is read. The parts' sizes are checked first, against zip
bombs.
"""

from __future__ import annotations

import posixpath
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException

from huimin.core.refusals import FieldProblems
from huimin.holders.registers.cells import (
    COLUMNS_MAX,
    ROW_NUMBER_MAX,
    Formula,
    Marks,
    Sheet,
    SheetRow,
    beyond_alone,
    plain_cell,
    with_merged_cells,
)
from huimin.holders.registers.dates import EXCEL_EPOCH_1904
from huimin.holders.registers.plain_xml import require_plain_xml
from huimin.holders.registers.problem import file_problem

PARTS_MAX = 2_000
# openpyxl loads these parts completely into memory, whereas it streams the sheets.
HELD_PART_BYTES_MAX = 48 * 1024 * 1024
MERGED_AREAS_MAX = 200_000
SHEETS_MAX = 100
# Each costs as much as one that is read.
CELLS_BEYOND_MAX = 100_000
CHUNK_BYTES = 1 << 20
# No tag of a sheet is nearly as long; a longer attribute would be parsed again and again.
TAG_BYTES_MAX = 1 << 20
PROLOGUE_BYTES = 4096

_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]{0,200}?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"
)
_ROW = re.compile(rb"<(?:\w+:)?row(?:\s[^>]{0,2000})?>")
_HIDDEN = re.compile(rb"\shidden=[\"'](?:1|true)[\"']")
_NUMBER = re.compile(rb"\sr=[\"'](\d{1,7})[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]{0,500}>")
_STYLE = re.compile(rb"\ss=[\"'](\d{1,6})[\"']")
_PLACE = re.compile(rb"\sr=[\"']([A-Z]{1,3})(\d{1,7})[\"']")

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


def xlsx_sheets(path: Path, unpacked_bytes_max: int) -> Iterator[Sheet]:
    """The sheets in order of their tabs. Raises FieldProblems on `file`."""
    with _Refusing():
        _check_parts(path, unpacked_bytes_max)
    book = _opened(path)
    if book is None or not book.worksheets:
        # Strict OOXML, or styles and properties that openpyxl refuses: read again without them.
        from huimin.holders.registers.calamine_file import calamine_sheets

        yield from calamine_sheets(path, _marks_of_sheets)
        return
    try:
        if len(book.worksheets) > SHEETS_MAX:
            raise _damaged()
        with _Refusing():
            struck = _struck_styles(path)
        for worksheet in book.worksheets:
            with _Refusing():
                # openpyxl has no public name for the path of the sheet's part.
                scan = _scan(path, worksheet._worksheet_path, struck)
                worksheet.reset_dimensions()  # they often span the whole grid and would be padded
            yield Sheet(
                title=str(worksheet.title),
                rows=with_merged_cells(_rows(worksheet, scan), scan.merged),
                row_count=scan.rows,
                hidden=worksheet.sheet_state != "visible",
                merged=scan.merged,
                epoch=EXCEL_EPOCH_1904 if book.epoch == CALENDAR_MAC_1904 else None,
            )
    finally:
        book.close()


def _opened(path: Path) -> Any:
    """openpyxl's workbook, or None when it can't take what calamine may."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(path, read_only=True, keep_links=False)
    except DefusedXmlException as error:
        raise _damaged() from error
    except UNREADABLE as error:
        with _Refusing():
            if _declares_entities(path):
                raise _damaged() from error
        return None


def _declares_entities(path: Path) -> bool:
    """Whether a part has a document type: no program writes one, and entities may unfold."""
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            with archive.open(part) as source:
                start = source.read(PROLOGUE_BYTES).upper()
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                    return True
    return False


def _rows(worksheet: Any, scan: _Scan) -> Iterator[SheetRow]:
    with _Refusing():
        values = worksheet.iter_rows(values_only=True)
        previous = None
        for number, row in enumerate(values, start=1):
            if number > ROW_NUMBER_MAX:
                raise _damaged()
            # openpyxl fills a gap with the same row object, possibly a million times.
            if row is previous:
                continue
            previous = row
            cells = tuple(_cell(value) for value in _trimmed(row[:COLUMNS_MAX]))
            struck = frozenset(scan.struck.get(number, ()))
            yield SheetRow(number, cells, number in scan.hidden, struck, beyond_alone(row))


def _trimmed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    width = len(row)
    while width and row[width - 1] is None:
        width -= 1
    return row[:width]


def _cell(value: Any) -> Any:
    if type(value).__module__.startswith("openpyxl"):  # array and data-table formulas
        return Formula(f"={getattr(value, 'text', '')}".replace("==", "="))
    return plain_cell(value)


def _check_parts(path: Path, unpacked_bytes_max: int) -> None:
    """Refuse a file that is not a workbook, unpacks to too much, or has what no workbook has."""
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
            or sum(part.file_size for part in parts) > unpacked_bytes_max
            or sum(in_memory) > HELD_PART_BYTES_MAX
        ):
            raise file_problem("文件解开后太大；请删去多余的工作表和格式，或拆成几个文件。")
        for part in parts:
            # Whatever it is called, a part may be named as a sheet by the workbook.
            with archive.open(part) as source:
                is_xml = source.read(PROLOGUE_BYTES).lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
            if is_xml or part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as source:
                    require_plain_xml(source)


@dataclass
class _Scan(Marks):
    """What openpyxl's streaming reader does not say of a sheet: `merged` are (first row, column
    from 0, last row) of each vertically merged area."""

    rows: int = 0
    cells: int = 0
    last_row: int = 0
    merged: list[tuple[int, int, int]] = field(default_factory=list)


def _scan(path: Path, part: str, struck_styles: frozenset[bytes]) -> _Scan:
    scan, remainder = _Scan(), b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as source:
        while chunk := source.read(CHUNK_BYTES):
            # Cut after the last tag, so that no tag is split or seen twice.
            text = remainder + chunk
            end = text.rfind(b">") + 1
            text, remainder = text[:end], text[end:]
            if len(remainder) > TAG_BYTES_MAX:
                raise _damaged()
            _scan_text(scan, text, struck_styles)
            if len(scan.merged) > MERGED_AREAS_MAX:
                raise _damaged()
            if scan.cells > COLUMNS_MAX * scan.rows + CELLS_BEYOND_MAX:
                raise file_problem(
                    "有一张工作表太宽：第 {columns_max} 列（IV 列）右边还有很多单元格；"
                    "请删去用不到的列再试。",
                    columns_max=COLUMNS_MAX,
                )
    return scan


def _scan_text(scan: _Scan, text: bytes, struck_styles: frozenset[bytes]) -> None:
    scan.cells += text.count(b"<c ") + text.count(b":c r=")
    for row in _ROW.finditer(text):
        scan.rows += 1
        # A row without a number follows the one before it.
        number = _NUMBER.search(row[0])
        scan.last_row = int(number[1]) if number else scan.last_row + 1
        if _HIDDEN.search(row[0]):
            scan.hidden.add(scan.last_row)
    for match in _MERGED.finditer(text):
        first, last = int(match[2]), int(match[4])
        if last > first:
            scan.merged.append((first, _column(match[1]), last))
    if struck_styles:
        for cell in _CELL.finditer(text):
            style = _STYLE.search(cell[0])
            place = _PLACE.search(cell[0])
            if style and place and style[1] in struck_styles:
                scan.struck.setdefault(int(place[2]), set()).add(_column(place[1]))


def _marks_of_sheets(path: Path) -> list[Marks]:
    """The marks of each sheet in order of the tabs, of a workbook that openpyxl does not take.

    Raises ValueError if a sheet's part is not there.
    """
    with _Refusing(), zipfile.ZipFile(path) as archive:
        places = set(archive.namelist())
        workbook = fromstring(archive.read("xl/workbook.xml"))
        relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        struck = _struck_styles(path)
    parts = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    marks: list[Marks] = []
    for sheet in workbook.iter():
        if sheet.tag.rpartition("}")[2] != "sheet":
            continue
        # Strict and transitional OOXML have different names for r:id.
        key = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        target = parts.get(key, "")
        part = target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if part not in places:
            raise ValueError("a sheet without its part")
        with _Refusing():
            marks.append(_scan(path, part, struck))
    return marks


def _struck_styles(path: Path) -> frozenset[bytes]:
    """The numbers of the cell styles whose font is crossed out."""
    with zipfile.ZipFile(path) as archive:
        if "xl/styles.xml" not in archive.namelist():
            return frozenset()
        text = archive.read("xl/styles.xml")
    if b"strike" not in text:
        return frozenset()
    fonts = re.search(rb"<(?:\w+:)?fonts[\s>].*?</(?:\w+:)?fonts>", text, re.DOTALL)
    formats = re.search(rb"<(?:\w+:)?cellXfs[\s>].*?</(?:\w+:)?cellXfs>", text, re.DOTALL)
    if fonts is None or formats is None:
        return frozenset()
    struck = {
        b"%d" % place
        for place, font in enumerate(re.split(rb"<(?:\w+:)?font[\s>/]", fonts[0])[1:])
        if re.search(rb"<(?:\w+:)?strike\s*(/>|val=[\"'](1|true))", font)
    }
    return frozenset(
        b"%d" % place
        for place, style in enumerate(re.findall(rb"<(?:\w+:)?xf\s[^>]*>", formats[0]))
        if (font := re.search(rb"fontId=[\"'](\d+)", style)) and font[1] in struck
    )


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
