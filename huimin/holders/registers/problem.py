"""A problem with one cell of a register: its place and how to correct it.

A problem never quotes a cell that may contain an ID number, a phone number or a name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from huimin.core.catalogue import Text, sentence
from huimin.core.refusals import FieldProblems, field_problem


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one row; `column` is Excel's letter, None for the whole row."""

    sheet: str
    row: int
    column: str | None
    code: str
    text: Text
    remedy: Text

    @property
    def message(self) -> str:
        """The whole sentence in simplified Chinese, as files and logs have it."""
        return self.text.say()


def problem_at(
    sheet: str, row: int, code: str, remedy: str | Text, column: int | None = None, header: str = ""
) -> Problem:
    """A problem whose sentence names sheet, row and column. `column` counts from 0."""
    letter = None if column is None else column_letter(column)
    remedy_text = _printable(remedy if isinstance(remedy, Text) else Text(remedy))
    where = {"sheet": sheet, "row": row, "column": letter, "header": header, "remedy": remedy_text}
    if letter is None:
        whole = sentence("工作表“{sheet}”第 {row} 行：{remedy}")
    elif header:
        whole = sentence("工作表“{sheet}”第 {row} 行 {column} 列“{header}”：{remedy}")
    else:
        whole = sentence("工作表“{sheet}”第 {row} 行 {column} 列：{remedy}")
    return Problem(sheet, row, letter, code, _printable(Text(whole, where)), remedy_text)


def _printable(text: Text) -> Text:
    """A file must not be able to send control characters to the terminal."""
    return replace(text, params={name: _clean(value) for name, value in text.params.items()})


def _clean(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_clean, value))
    if isinstance(value, str):
        return "".join(c if c.isprintable() else "·" for c in value)
    return value


def column_letter(column: int) -> str:
    """The letters of a column counted from 0: 0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def file_problem(source: str, /, **params: Any) -> FieldProblems:
    """The exception for a file that can't be read as a register at all."""
    return field_problem("file", source, **params)
