"""The one guard of every export: no text that somebody typed becomes a formula in a spreadsheet.

Spreadsheets run what begins with = + - or @, also in full or small width (an input method's), also
behind spaces; and a tab or line end at the beginning moves the rest to where it begins a cell. In a
CSV file an apostrophe in front marks a text; comparing a day and reading a register leave it out
again. A workbook's cells are strings, which are never run; TEXT_CELL is also Excel's own mark that
they stay so when somebody edits them. (The files of signed months are made again to the byte and
keep STRING_CELL.)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

STARTS = ("=", "+", "-", "@")
MARK = "'"
# A workbook's formats of text.
STRING_CELL = {"num_format": "@"}
TEXT_CELL = {**STRING_CELL, "quote_prefix": True}


def formula_safe(text: str) -> str:
    """The text, with MARK in front where a spreadsheet could take it for a formula."""
    if text.startswith(("\t", "\r", "\n")):
        return MARK + text
    # Width and kind of a space, and what is not seen at all, make no difference to a spreadsheet.
    plain = unicodedata.normalize("NFKC", text[:64]).lstrip(" \t\r\n\v\f\ufeff\u200b\u200e\u200f")
    return MARK + text if plain.startswith(STARTS) else text


def formula_safe_row(values: Iterable[Any]) -> list[Any]:
    """The cells of a row: texts guarded, numbers and nothing as they are."""
    return [formula_safe(value) if isinstance(value, str) else value for value in values]
