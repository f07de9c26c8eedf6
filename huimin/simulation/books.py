"""A till's own books of a day, and their comparison with the server's: to the fen, order by order.

The books know only what the till was told; they never look into the server's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from huimin.client import Redemption, Reversal

SUMS = ("amount_fen", "discount_fen", "payable_fen")
Row = Mapping[str, Any]


@dataclass
class Totals:
    """Counts and net sums of one side."""

    redemptions: int = 0
    reversals: int = 0
    amount_fen: int = 0
    discount_fen: int = 0
    payable_fen: int = 0

    def add(self, row: Any, sign: int) -> None:
        """Count a redemption (1) or a reversal (−1) whose sums are positive."""
        self.redemptions += sign > 0
        self.reversals += sign < 0
        for name in SUMS:
            setattr(self, name, getattr(self, name) + sign * getattr(row, name))


@dataclass
class Books:
    """What a till believes it has sold and reversed, by order number."""

    orders: dict[str, Totals] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)

    def sold(self, redemption: Redemption) -> None:
        """A sale that was answered."""
        self.orders.setdefault(redemption.order_no, Totals()).add(redemption, 1)

    def returned(self, order_no: str, back: Reversal) -> None:
        """A return that was answered."""
        self.orders[order_no].add(back, -1)

    def gave_up(self, order_no: str) -> None:
        """An order that counts for nothing, whether the server ever had it or not."""
        self.orders.pop(order_no, None)
        self.cancelled.add(order_no)

    @property
    def total(self) -> Totals:
        """All orders together."""
        return _sum(self.orders.values())


@dataclass(frozen=True)
class Difference:
    """An order on which the two sides differ."""

    order_no: str
    till: Totals
    server: Totals


@dataclass
class Comparison:
    """The totals of both sides, and every order that differs."""

    till: Totals
    server: Totals
    differences: list[Difference]
    forged: bool

    @property
    def agrees(self) -> bool:
        """True when both sides agree on every order to the fen, and the statement on itself."""
        return not self.differences and not self.forged


def compare(books: Books, statements: Iterable[Row], prefix: str) -> Comparison:
    """The books against the rows of this run, which are those whose order begins with `prefix`.

    An order that the till gave up counts for nothing, and so does one that the server reversed.
    """
    server: dict[str, Totals] = {}
    forged = False
    for statement in statements:
        forged = forged or sha256_of(statement["rows"]) != statement["sha256"]
        for row in statement["rows"]:
            order_no = row["order_no"] or row["reverses_order_no"] or ""
            if order_no.startswith(prefix):
                _add(server.setdefault(order_no, Totals()), row)
    for order_no in server.keys() - books.orders.keys():
        if all(getattr(server[order_no], name) == 0 for name in SUMS):
            del server[order_no]
    differences = [
        Difference(order_no, books.orders.get(order_no, Totals()), server.get(order_no, Totals()))
        for order_no in sorted(books.orders.keys() | server.keys())
        if books.orders.get(order_no, Totals()) != server.get(order_no, Totals())
    ]
    return Comparison(books.total, _sum(server.values()), differences, forged)


def sha256_of(rows: list[Row]) -> str:
    """A statement's SHA-256 as pos.md defines it."""
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _add(totals: Totals, row: Row) -> None:
    totals.redemptions += row["kind"] == "redemption"
    totals.reversals += row["kind"] == "reversal"
    for name in SUMS:
        setattr(totals, name, getattr(totals, name) + row[name])


def _sum(parts: Iterable[Totals]) -> Totals:
    whole = Totals()
    for part in parts:
        for name in Totals.__dataclass_fields__:
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
    return whole
