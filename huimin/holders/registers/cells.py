"""The sheets, rows and cells of a register file, whatever its format.

Nothing is evaluated: a formula becomes a `Formula`, and a cell covered by a merged one a `Merged`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from huimin.core.visible_text import visible
from huimin.holders.registers.problem import file_problem

ROW_NUMBER_MAX = 1_048_576
# As many as an old .xls can have.
COLUMNS_MAX = 256
# Excel's own limit; longer text is malicious.
CELL_CHARACTERS_MAX = 32_767


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell with a formula; its text is only shown, never evaluated."""

    text: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A cell covered by a vertically merged one; `value` is the merged cell's."""

    value: Any


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as in the file: its number as Excel shows it, and its cells from column A.

    `hidden` is a row that a reader of the sheet does not see, `struck` the columns crossed out.
    `beyond` is a row that holds something only to the right of the columns that are read.
    """

    number: int
    cells: tuple[Any, ...]
    hidden: bool = False
    struck: frozenset[int] = frozenset()
    beyond: bool = False

    @property
    def blank(self) -> bool:
        """Whether all cells are blank."""
        return all(is_blank(cell) for cell in self.cells)

    @property
    def holds_anything(self) -> bool:
        """Whether any cell is filled, also one to the right of those that are read."""
        return self.beyond or not self.blank


@dataclass
class Marks:
    """What the values of a sheet do not tell: the numbers of the rows that a reader does not see,
    and the columns (from 0) crossed out, by row."""

    hidden: set[int] = field(default_factory=set)
    struck: dict[int, set[int]] = field(default_factory=dict)


@dataclass
class Sheet:
    """One sheet. `rows` can be iterated once; `row_count` is an estimate for the progress bar."""

    title: str
    rows: Iterator[SheetRow]
    row_count: int = 0
    hidden: bool = False
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    # Day 0 of the day numbers of a file whose dates count from 1904; None for the usual one.
    epoch: date | None = None


def is_blank(cell: Any) -> bool:
    """Whether a cell is empty, has only white space, or is covered by a merged cell."""
    if cell is None or isinstance(cell, Merged):
        return True
    if not isinstance(cell, str):
        return False
    bare = cell.strip("\u200b\ufeff \t\r\n\u3000\xa0'")
    return not bare or not (bare.isalnum() or visible(bare).strip(" \t\r\n'"))


def cell_at(cells: Sequence[Any], column: int) -> Any:
    """The cell of a column (from 0); None where the row is shorter."""
    return cells[column] if column < len(cells) else None


def shown_text(cell: Any) -> str:
    """What a reader of the sheet sees there as text, a merged cell's in all that it covers."""
    if isinstance(cell, Merged):
        return shown_text(cell.value)
    return "" if cell is None or isinstance(cell, Formula) else str(cell).strip()


def own_text(cell: Any) -> str:
    """The same, and "" for a cell that another one covers."""
    return "" if isinstance(cell, Merged) else shown_text(cell)


def beyond_alone(cells: Sequence[Any]) -> bool:
    """Whether a whole row is filled only to the right of the columns that are read."""
    return (
        len(cells) > COLUMNS_MAX
        and all(is_blank(cell) for cell in cells[:COLUMNS_MAX])
        and not all(is_blank(cell) for cell in cells[COLUMNS_MAX:])
    )


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
        yield replace(row, cells=tuple(cells))


def plain_cell(value: Any) -> Any:
    """A cell's value, with formulas marked. Raises FieldProblems for over-long text."""
    if isinstance(value, str):
        if len(value) > CELL_CHARACTERS_MAX:
            raise file_problem("有单元格的文字过长，请检查文件。")
        if value.startswith("="):
            return Formula(value)
        return value
    return value
