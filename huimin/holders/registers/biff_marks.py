"""Which rows of an old .xls are hidden and which cells crossed out: calamine gives values alone.

The records and their fields are of Microsoft's [MS-XLS]; older books ("Book") have the same.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from huimin.holders.registers.cells import Marks
from huimin.holders.registers.compound_file import stream_named

END, SHEET, FONT, FORMAT, ROW, MANY = 0x0A, 0x85, 0x31, 0xE0, 0x0208, 0xBD
# FORMULA, BLANK, NUMBER, LABEL, BOOLERR, LABELSST, RSTRING, RK: row, column and format come first.
CELLS = frozenset({0x06, 0x0201, 0x0203, 0x0204, 0x0205, 0xFD, 0xD6, 0x027E})
HIDDEN_BIT, STRUCK_BIT = 0x20, 0x08
# No font has this number, so those from here on are one further down the list.
MISSING_FONT = 4


def biff_marks(path: Path) -> list[Marks]:
    """The marks of each sheet in order of the tabs. Raises ValueError if the file is damaged."""
    book = stream_named(path.read_bytes(), ("Workbook", "Book"))
    try:
        sheets: list[int] = []
        fonts: list[bool] = []
        formats: list[bool] = []
        for kind, record in _records(book, 0):
            if kind == SHEET:
                sheets.append(struct.unpack_from("<I", record)[0])
            elif kind == FONT:
                fonts.append(bool(struct.unpack_from("<H", record, 2)[0] & STRUCK_BIT))
            elif kind == FORMAT:
                (font,) = struct.unpack_from("<H", record)
                place = font - (font > MISSING_FONT)
                formats.append(place < len(fonts) and fonts[place])
        return [_marks_of(book, start, formats) for start in sheets]
    except struct.error as error:
        raise ValueError("the workbook is damaged") from error


def _records(book: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records from `start` to the end of that part of the book."""
    while start + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, start)
        if kind == END:
            return
        yield kind, book[start + 4 : start + 4 + size]
        start += 4 + size


def _marks_of(book: bytes, start: int, struck_formats: list[bool]) -> Marks:
    marks = Marks()
    for kind, record in _records(book, start):
        if kind == ROW:
            row, flags = struct.unpack_from("<H10xH", record)
            if flags & HIDDEN_BIT:
                marks.hidden.add(row + 1)
        elif kind in CELLS:
            row, column, style = struct.unpack_from("<3H", record)
            if style < len(struck_formats) and struck_formats[style]:
                marks.struck.setdefault(row + 1, set()).add(column)
        elif kind == MANY:
            row, column = struct.unpack_from("<2H", record)
            for place in range((len(record) - 6) // 6):
                (style,) = struct.unpack_from("<H", record, 4 + 6 * place)
                if style < len(struck_formats) and struck_formats[style]:
                    marks.struck.setdefault(row + 1, set()).add(column + place)
    return marks
