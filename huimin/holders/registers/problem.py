"""A problem with one cell of a register: its place and how to correct it.

A problem never quotes a cell that may contain an ID number, a phone number or a name.
"""

from __future__ import annotations

from dataclasses import dataclass

from huimin.core.refusals import FieldProblems, field_problem


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one row; `column` is Excel's letter, None for the whole row."""

    sheet: str
    row: int
    column: str | None
    code: str
    message: str


def problem_at(
    sheet: str, row: int, code: str, remedy: str, column: int | None = None, header: str = ""
) -> Problem:
    """A problem whose message has sheet, row and column. `column` counts from 0."""
    place = f"工作表“{sheet}”第 {row} 行"
    letter = None
    if column is not None:
        letter = column_letter(column)
        place += f" {letter} 列" + (f"“{header}”" if header else "")
    # A file must not be able to send control characters to the terminal.
    message = "".join(c if c.isprintable() else "·" for c in f"{place}：{remedy}")
    return Problem(sheet, row, letter, code, message)


def column_letter(column: int) -> str:
    """The letters of a column counted from 0: 0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def file_problem(chinese: str, english: str) -> FieldProblems:
    """The exception for a file that can't be read as a register."""
    return field_problem("file", chinese, english)
