"""The finance office's list of what it has paid, read back: each row a payment, or refused.

The list that was exported comes back with the day and the bank's reference filled in. Reading
writes nothing; a look (`look_at_paid_list`) does all that entering does and keeps none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import chain, islice
from pathlib import Path
from typing import Any, Unpack

from huimin.core.acting import By
from huimin.core.catalogue import say
from huimin.core.days import parse_day
from huimin.core.money import parse_yuan
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.holders.registers.cells import Formula, SheetRow, is_blank
from huimin.holders.registers.sheets import Opener, open_sheets
from huimin.settlement.find_settlements import settlement_by_number
from huimin.settlement.pay import record_payment
from huimin.storage.engine import Engine, Transaction

# Heading → field; a heading counts with what stands behind it in brackets, as in 金额（元）.
HEADINGS = {
    "结算单号": "number",
    "金额": "amount",
    "付款日期": "paid_on",
    "银行流水号": "bank_reference",
}
SEARCHED_ROWS = 20
ROWS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class PaidRow:
    """A row as it was read, in text: its number in the file, and what the columns say."""

    row: int
    number: str
    amount: str
    paid_on: str
    bank_reference: str

    def as_dict(self) -> dict[str, Any]:
        """To be sent back with the confirmation."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a row: a payment of so many fen, or why not."""

    row: PaidRow
    amount_fen: int | None = None
    refused: Refusal | FieldProblems | None = None

    def why(self, language: str) -> str:
        """The reason in words; "" for a payment."""
        if isinstance(self.refused, Refusal):
            if self.refused.code == "not_found":
                return say("没有这个编号的结算单。", language)
            return self.refused.detail(language)
        problems = () if self.refused is None else self.refused.problems
        return " ".join(problem.message(language) for problem in problems)


@dataclass(frozen=True, slots=True)
class PaidList:
    """The rows to enter, and how many were left out because they say nothing of a payment."""

    rows: tuple[PaidRow, ...] = ()
    unpaid: int = 0
    outcomes: tuple[Outcome, ...] = field(default=())


def read_paid_list(path: Path, opened: Opener = open_sheets) -> PaidList:
    """The rows of the first sheet that has the headings. Raises FieldProblems on `file`."""
    for sheet in opened(path):
        first = list(islice(sheet.rows, SEARCHED_ROWS))
        for place, row in enumerate(first):
            columns = _columns(row)
            if len(columns) == len(HEADINGS):
                return _read(columns, chain(first[place + 1 :], sheet.rows))
    raise field_problem(
        "file",
        "没有找到表头，要有这几列：{headings}。请用本系统导出的付款清单填写。",
        headings=tuple(HEADINGS),
    )


def enter_paid_list(tx: Transaction, rows: Iterable[PaidRow], **by: Unpack[By]) -> list[Outcome]:
    """Record a payment for each row that can have one; the others say why not and write nothing."""
    return [_enter(tx, row, **by) for row in rows]


def look_at_paid_list(engine: Engine, rows: Sequence[PaidRow], **by: Unpack[By]) -> list[Outcome]:
    """What entering the rows would do, to the last sum; nothing of it is kept."""

    def work(tx: Transaction) -> None:
        raise _OnlyALook(enter_paid_list(tx, rows, **by))

    try:
        engine.write(work)
    except _OnlyALook as look:
        return look.outcomes
    raise AssertionError("a look never commits")


class _OnlyALook(Exception):
    """Ends the transaction without keeping it."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def _enter(tx: Transaction, row: PaidRow, **by: Unpack[By]) -> Outcome:
    try:
        amount_fen, paid_on = _amount(row.amount), _day(row.paid_on)
        settlement = settlement_by_number(tx, row.number)
        record_payment(
            tx,
            settlement["id"],
            amount_fen=amount_fen,
            paid_on=paid_on,
            bank_reference=row.bank_reference,
            **by,
        )
    except (Refusal, FieldProblems) as error:
        return Outcome(row, refused=error)
    return Outcome(row, amount_fen=amount_fen)


def _columns(row: SheetRow) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, cell in enumerate(row.cells):
        heading = str(cell).split("（")[0].split("(")[0].strip() if isinstance(cell, str) else ""
        if heading in HEADINGS:
            places.setdefault(HEADINGS[heading], place)
    return places


def _read(columns: dict[str, int], rows: Iterable[SheetRow]) -> PaidList:
    read: list[PaidRow] = []
    unpaid = 0
    for row in rows:
        texts = {
            name: _text(row.cells[place]) if place < len(row.cells) else ""
            for name, place in columns.items()
        }
        if not texts["number"]:
            continue
        if not texts["paid_on"] and not texts["bank_reference"]:
            unpaid += 1
            continue
        read.append(PaidRow(row=row.number, **texts))
        if len(read) > ROWS_MAX:
            raise field_problem(
                "file", "一次最多 {rows_max} 行，请拆成几个文件。", rows_max=ROWS_MAX
            )
    return PaidList(tuple(read), unpaid)


def _text(cell: Any) -> str:
    """A cell as a person reads it; a formula is none."""
    if is_blank(cell) or isinstance(cell, Formula):
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return _decimal(cell)
    return str(cell).strip()


def _decimal(value: float) -> str:
    """The number that the workbook shows: 100.1 and not 100.09999999999999."""
    try:
        rounded = Decimal(repr(value)).quantize(Decimal("0.01"))
        exact = abs(Decimal(repr(value)) - rounded) < Decimal("0.0001")
    except InvalidOperation:
        return repr(value)
    return f"{rounded.normalize():f}" if exact else repr(value)


def _amount(text: str) -> int:
    try:
        return parse_yuan(text)
    except ValueError:
        raise field_problem("amount", "金额请写成元，最多两位小数，例如 197.89。") from None


def _day(text: str) -> date:
    parts = text.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
    pieces = parts.replace(".", "-").split(" ")[0].split("-")
    try:
        return parse_day("-".join(piece.zfill(2) for piece in pieces))
    except ValueError:
        raise field_problem("paid_on", "付款日期请写成 2026-10-31。") from None
