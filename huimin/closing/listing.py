"""A till's own list of a day, read from its file: the rows that matter, and the unreadable ones.

Files are opened by the reader of registers (holders/registers/sheets.py), which rejects hostile
ones. Nothing is guessed: an unreadable row is reported, and counts as a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from huimin.closing.listing_cells import Unreadable, fen_of, order_text, time_text
from huimin.closing.listing_header import AMOUNTS, SEARCHED_ROWS, Header, find_header, missing_words
from huimin.core.order_number import is_total_word
from huimin.core.refusals import field_problem
from huimin.holders.registers.cells import SheetRow, is_blank
from huimin.holders.registers.sheets import Opener, open_sheets

ROWS_MAX = 20_000
PROBLEMS_MAX = 200
RETURN_WORDS = ("退", "冲", "return", "refund", "reversal", "void")


# Amount, discount and paid sum in fen.
Sums = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class TillRow:
    """A row of the list: its number in the file, amounts in fen, county time of day ("14:05:33");
    None for what is not known.
    """

    number: int
    order_no: str
    amount_fen: int | None
    discount_fen: int | None
    payable_fen: int | None
    time: str | None = None

    @property
    def sums(self) -> Sums:
        """All three amounts."""
        return self.amount_fen, self.discount_fen, self.payable_fen


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that can't be read, and why."""

    number: int
    code: str


@dataclass(frozen=True)
class Listing:
    """What a file holds; `amounts` are the columns that it can be compared by."""

    amounts: tuple[str, ...]
    rows: tuple[TillRow, ...]
    problems: tuple[RowProblem, ...]

    def as_dict(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "amounts": list(self.amounts),
            "rows": [[row.number, row.order_no, *row.sums, row.time] for row in self.rows],
            "problems": [[problem.number, problem.code] for problem in self.problems],
        }

    @classmethod
    def of_dict(cls, recorded: dict[str, Any]) -> Listing:
        """From its stored form."""
        return cls(
            tuple(recorded["amounts"]),
            tuple(TillRow(*row) for row in recorded["rows"]),
            tuple(RowProblem(*problem) for problem in recorded["problems"]),
        )


def read_listing(path: Path, opened: Opener = open_sheets) -> Listing:
    """The first sheet of the file that has a header. Raises FieldProblems on `file`."""
    best: Header | None = None
    for sheet in opened(path):
        first = list(islice(sheet.rows, SEARCHED_ROWS))
        header = find_header(first)
        if header is not None and header.has_enough:
            return _read(header, chain(first, sheet.rows))
        best = best or header
    raise field_problem(
        "file",
        "没有找到{columns}列；表头请写“订单号”和“实付”（或“优惠”），金额单位写在表头里，"
        "例如“实付（分）”。",
        columns=missing_words(best),
    )


def _read(header: Header, rows: Iterator[SheetRow]) -> Listing:
    rows_read: list[TillRow] = []
    problems: list[RowProblem] = []
    for row in rows:
        if row.number <= header.row_number or row.blank or _is_total(header, row):
            continue
        try:
            read = _row(header, row)
        except Unreadable as error:
            problems.append(RowProblem(row.number, error.code))
        else:
            rows_read += [] if read is None else [read]
        if len(rows_read) > ROWS_MAX or len(problems) > PROBLEMS_MAX:
            raise field_problem(
                "file",
                "行数或读不懂的行太多（上限 {rows_max} 行），请确认是一天的收银清单。",
                rows_max=ROWS_MAX,
            )
    return Listing(_comparable(header), tuple(rows_read), tuple(problems))


def _row(header: Header, row: SheetRow) -> TillRow | None:
    order_no = order_text(_at(row, header, "order")) or order_text(_at(row, header, "original"))
    values = {
        name: fen_of(_at(row, header, name), in_fen=name in header.in_fen)
        for name in header.amounts
    }
    if not order_no:
        if not any(values.values()):
            return None  # a remark, a line to sign on
        raise Unreadable("order_missing")
    kind = str(_at(row, header, "kind") or "").lower()
    if any(word in kind for word in RETURN_WORDS):
        values = {name: None if fen is None else -abs(fen) for name, fen in values.items()}
    at = time_text(_at(row, header, "time"))
    return TillRow(row.number, order_no, *_completed(header, values), at)


def _completed(header: Header, values: dict[str, int | None]) -> Sums:
    """All three amounts if two are known. A discount may be written as a deduction.

    Raises Unreadable `amount_missing`.
    """
    amount, discount, payable = (values.get(name) for name in AMOUNTS)
    if discount is None and "discount" in header.columns:
        discount = 0  # nothing was given
    base = amount if amount is not None else payable
    if discount is not None and base is not None and discount * base < 0:
        discount = -discount
    if amount is None and discount is not None and payable is not None:
        amount = discount + payable
    elif payable is None and amount is not None and discount is not None:
        payable = amount - discount
    elif discount is None and amount is not None and payable is not None:
        discount = amount - payable
    amounts = {"amount": amount, "discount": discount, "payable": payable}
    if any(amounts[name] is None for name in _comparable(header)):
        raise Unreadable("amount_missing")
    return amount, discount, payable


def _comparable(header: Header) -> tuple[str, ...]:
    return AMOUNTS if len(header.amounts) > 1 else header.amounts


def _is_total(header: Header, row: SheetRow) -> bool:
    """Whether it is a line of sums: it begins with such a word, or has no order but such a word."""
    order = _at(row, header, "order")
    cells = [cell for cell in row.cells if not is_blank(cell)]
    if not is_blank(order):
        cells = [cells[0], order]
    return any(isinstance(cell, str) and is_total_word(cell) for cell in cells)


def _at(row: SheetRow, header: Header, field: str) -> Any:
    column = header.columns.get(field)
    return row.cells[column] if column is not None and column < len(row.cells) else None
