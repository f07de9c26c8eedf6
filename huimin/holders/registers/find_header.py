"""Find a sheet's header, however the office spells and arranges it.

Titles, units and dates above it differ from sheet to sheet; a header may take up to three rows, and
may stand several times beside itself. A sheet without a header is instructions, not data; a header
without a required column is a problem to report.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from huimin.core.visible_text import without_blanks
from huimin.holders.registers.arrange_columns import headers_of
from huimin.holders.registers.cells import SheetRow, cell_at, own_text, shown_text
from huimin.holders.registers.column_head import Head, flat, is_vague, owner_of, read_head
from huimin.holders.registers.header import KNOWN_COLUMNS_MIN, Header

SEARCHED_ROWS = 100
LEVELS_MAX = 3
LABEL_CHARACTERS_MAX = 24
# What stands in cells of data and in no head: numbers, dates.
_DATA = re.compile("[0-9]{3,}")
_NUMBER = re.compile("(?<![0-9])([0-9]{15}|[0-9]{17}[0-9Xx])(?![0-9])")


def find_headers(
    rows: Sequence[SheetRow],
    supplied: Collection[str] = (),
    chosen: Mapping[str, int] | None = None,
) -> list[Header]:
    """The header among a sheet's first rows, once for each block of columns; [] if there is none.

    `chosen` are the columns that a person has chosen for fields. Of headers that all lack a
    required column, the one with the most known columns is returned.
    """
    best: list[Header] = []
    for index, row in enumerate(rows):
        headers = _headers_ending_at(rows, index, chosen or {})
        if headers and not headers[0].missing(supplied):
            below = _headers_ending_at(rows, index + 1, chosen or {})
            if below and not below[0].missing(supplied) and _is_second_level(row, rows[index + 1]):
                return below
            return headers
        if headers and (not best or len(headers[0].columns) > len(best[0].columns)):
            best = headers
    return best


def people_above(rows: Sequence[SheetRow], header: Header) -> list[SheetRow]:
    """The rows above the header in which somebody may stand: those with a whole ID number."""
    return [
        row
        for row in rows
        if row.number < header.first_row
        and any(_NUMBER.search(without_blanks(own_text(cell))) for cell in row.cells)
    ]


def next_table(
    row: SheetRow,
    header: Header,
    supplied: Collection[str] = (),
    chosen: Mapping[str, int] | None = None,
    above: Sequence[SheetRow] = (),
) -> list[Header]:
    """The headers of another table that begins with this row below `header`; [] if none does.

    One that lacks a required column, or is not clear, can't be read, and neither can its rows. What
    stands directly below the header is rather how to fill in the form. `above` are the rows before
    it, which may be its upper levels.
    """
    if header.repeated_in(row, wholly=True) or not _is_new_header(row):
        return []
    alone = _headers_ending_at([row], 0, chosen or {})
    headers = _headers_ending_at([*above, row], len(above), chosen or {})
    headers = headers if is_usable(headers, supplied) else alone
    return headers if is_usable(headers, supplied) or row.number > header.row_number + 1 else []


def is_usable(headers: Sequence[Header], supplied: Collection[str] = ()) -> bool:
    """Whether rows can be read under the headers: nothing is missing, and nothing unclear."""
    return (
        bool(headers)
        and not headers[0].missing(supplied)
        and not any(one.unclear for one in headers)
    )


def _is_new_header(row: SheetRow) -> bool:
    """Whether a row among the data is the header of another table."""
    texts = [shown_text(cell) for cell in row.cells if isinstance(cell, str) and cell.strip()]
    if len(texts) <= KNOWN_COLUMNS_MIN or any(_DATA.search(text) for text in texts):
        return False
    heads = _heads([row.cells])
    fields = {head.field for head in heads.values()}
    return {"name", "id_number"} <= fields and len(heads) > KNOWN_COLUMNS_MIN


def _headers_ending_at(
    rows: Sequence[SheetRow], index: int, chosen: Mapping[str, int]
) -> list[Header]:
    """The headers whose last row is at the index, with as many rows above as are labels."""
    if index >= len(rows):
        return []
    levels = [rows[index].cells]
    first = index
    while first > 0 and len(levels) < LEVELS_MAX and _is_label_row(rows[first - 1]):
        first -= 1
        levels.insert(0, rows[first].cells)
    heads = _heads(levels)
    if len(heads) < KNOWN_COLUMNS_MIN:
        return []
    spelled = _spellings(levels)
    return [
        replace(header, row_number=rows[index].number, first_row=rows[first].number)
        for header in headers_of(heads, spelled, chosen)
    ]


def _heads(levels: Sequence[Sequence[Any]]) -> dict[int, Head]:
    """The head of each column; a label of an upper row counts to the right over empty cells."""
    width = max(len(cells) for cells in levels)
    heads: dict[int, Head] = {}
    labels = [""] * (len(levels) - 1)
    for column in range(width):
        for level, cells in enumerate(levels[:-1]):
            if text := shown_text(cell_at(cells, column)):
                labels[level] = text
                # A label of a lower level ends where one above it begins.
                labels[level + 1 :] = [
                    shown_text(cell_at(lower, column)) for lower in levels[level + 1 : -1]
                ]
        lower = shown_text(cell_at(levels[-1], column))
        own = [shown_text(cell_at(cells, column)) for cells in levels[:-1]]
        texts = [*labels, lower] if lower else [text for text in own if text]
        head = read_head(*_distinct(texts)) if texts else None
        if head is not None:
            heads[column] = head
    return heads


def _distinct(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _is_label_row(row: SheetRow) -> bool:
    """Whether a row above the heads groups them: 户主信息 | | 家庭成员 | |."""
    texts = {column: shown_text(cell) for column, cell in enumerate(row.cells) if shown_text(cell)}
    if not texts or any(len(text) > LABEL_CHARACTERS_MAX for text in texts.values()):
        return False
    if any(re.search(r"[0-9]{4}|[:：].|年.*月", text) for text in texts.values()):
        return False
    if len(texts) == 1:
        ((column, text),) = texts.items()
        return column > 0 and owner_of(flat(text)) != ("", "")
    return True


def _is_second_level(upper: SheetRow, lower: SheetRow) -> bool:
    """Whether the row below a complete header still belongs to it: heads under a wide label."""
    texts = {c: shown_text(cell) for c, cell in enumerate(lower.cells) if own_text(cell)}
    if not texts:
        return False
    words = all(
        len(text) <= LABEL_CHARACTERS_MAX and not _DATA.search(text) for text in texts.values()
    )
    known = sum(1 for text in texts.values() if is_vague(text) or read_head(text) is not None)
    fills_gap = any(not own_text(cell_at(upper.cells, column)) for column in texts)
    return fills_gap and words and known * 2 >= len(texts)


def _spellings(levels: Sequence[Sequence[Any]]) -> dict[int, str]:
    spelled: dict[int, str] = {}
    for cells in levels:
        for column, cell in enumerate(cells):
            if text := re.sub(r"\s+", "", shown_text(cell)):
                spelled[column] = text
    return spelled
