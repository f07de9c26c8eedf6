"""The one guard of every export: no text that somebody typed becomes a formula in a spreadsheet.

Spreadsheets run what begins with = + - or @, also in full or small width (an input method's), also
behind spaces; and a tab or line end at the beginning moves the rest to where it begins a cell. In a
CSV file an apostrophe in front marks a text; comparing a day and reading a register leave it out
again. A workbook's cells are strings, which are never run; TEXT_CELL is also Excel's own mark that
they stay so when somebody edits them. (The files of signed months are made again to the byte and
keep STRING_CELL.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

# Digits alone, or a power of ten.
_READ_AS_NUMBER = re.compile(r"[0-9]+([eE][0-9]+)?")
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


def code_as_text(code: str) -> str:
    """A code, with MARK in front where a spreadsheet would read it as a number.

    Excel shows 915120221000000001 as 9.15E+17 and loses its last digits for good when it saves, and
    takes 9151E2022 for a power of ten. Of the ways to say "text" in a CSV file, ="…" is a formula,
    which programs that read the file would have to undo and which some mail filters stop; a tab or
    a space in front is not seen and stays in what is copied out of the cell. MARK is already the
    sign of text in these files, is seen, and is taken off in one way by whoever reads them: a cell
    that begins with an apostrophe is the text behind it.
    """
    return MARK + code if _READ_AS_NUMBER.fullmatch(code) else code


def formula_safe_row(values: Iterable[Any]) -> list[Any]:
    """The cells of a row: texts guarded, numbers and nothing as they are."""
    return [formula_safe(value) if isinstance(value, str) else value for value in values]
