"""One row of a register under its header: its cells by field, and the problems found so far."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from huimin.core.catalogue import Text, sentence
from huimin.core.visible_text import unprintable, without_blanks
from huimin.holders.registers.cells import Formula, Merged, SheetRow, is_blank
from huimin.holders.registers.dates import EXCEL_EPOCH
from huimin.holders.registers.header import Header
from huimin.holders.registers.places import Places
from huimin.holders.registers.problem import Problem, problem_at
from huimin.holders.registers.supplement import Supplement

# A vertically merged cell counts for every row in these fields, but not for a name or number.
SHARED_FIELDS = (
    "town",
    "village",
    "place",
    "kind",
    "starts_on",
    "ends_on",
    "state",
    "household",
    "entitled",
)
# In these, 同上 means the cell above.
DITTO_FIELDS = (*SHARED_FIELDS, "head_name")
# ″ is two primes in its compatibility form.
DITTO = re.compile("同上|同前|〃|′′|“|”|\"|''|ˇˇ|,,")
FORMULA = sentence("这一格是公式，系统不计算公式；请改为填写好的文字。")

UNSEEN = sentence("这一格里有一个显示不出来的字（可能是造字或乱码）；请删去后重新输入。")
# What is wrong with these says itself what can't be seen.
SAYS_WHAT_IS_UNSEEN = ("name", "id_number", "phone", "family")

_CONSTANT = re.compile(r'="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What reading a row depends on besides the row. `epoch` is day 0 of the file's day numbers."""

    places: Places
    today: date
    file_name: str
    # The name under which an 18-character ID number is already known, or None.
    registered_name: Callable[[str], str | None] = lambda number: None
    # The division in which that number is registered, or None.
    registered_division: Callable[[str], str | None] = lambda number: None
    supplement: Supplement = field(default_factory=Supplement)
    epoch: date = EXCEL_EPOCH


class RowView:
    """One row under its header: cells by field, and the problems found so far."""

    def __init__(self, sheet: str, header: Header, row: SheetRow) -> None:
        self.sheet, self.header, self.row = sheet, header, row
        self.problems: list[Problem] = []

    def cell(self, name: str) -> Any:
        column = self.header.columns.get(name)
        return None if column is None else self.at(column, name)

    def at(self, column: int, name: str = "") -> Any:
        if column >= len(self.row.cells):
            return None
        cell = self.row.cells[column]
        if isinstance(cell, Merged):
            return cell.value if name in SHARED_FIELDS else None
        if isinstance(cell, Formula) and name in ("id_number", "phone"):
            # ="5120…" is a constant: programs write it to keep Excel from truncating the number.
            constant = _CONSTANT.fullmatch(cell.text.strip())
            return constant[1] if constant else cell
        return None if is_blank(cell) else cell

    def refuse(self, name: str, code: str, remedy: str | Text) -> None:
        self.refuse_column(self.header.columns.get(name), code, remedy)

    def refuse_column(self, column: int | None, code: str, remedy: str | Text) -> None:
        spelled = self.header.spelled.get(column, "") if column is not None else ""
        if column is not None and self._holds_unseen(column):
            remedy = UNSEEN
        self.problems.append(problem_at(self.sheet, self.row.number, code, remedy, column, spelled))

    def _holds_unseen(self, column: int) -> bool:
        cell = self.row.cells[column] if column < len(self.row.cells) else None
        own = {self.header.columns.get(name) for name in SAYS_WHAT_IS_UNSEEN}
        return isinstance(cell, str) and column not in own and unprintable(without_blanks(cell))

    def merged(self, name: str) -> bool:
        column = self.header.columns.get(name)
        cells = self.row.cells
        return column is not None and column < len(cells) and isinstance(cells[column], Merged)


def without_dittos(header: Header, row: SheetRow, above: SheetRow | None) -> SheetRow:
    """The row with 同上 and 〃 replaced by what stands above, where that can be meant."""
    if above is None:
        return row
    cells = list(row.cells)
    for name in DITTO_FIELDS:
        column = header.columns.get(name)
        if column is None or column >= min(len(cells), len(above.cells)):
            continue
        cell = cells[column]
        if isinstance(cell, str) and DITTO.fullmatch(without_blanks(cell)):
            value = above.cells[column]
            cells[column] = value.value if isinstance(value, Merged) else value
    return replace(row, cells=tuple(cells))
