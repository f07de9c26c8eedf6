"""Match a till's list with the ledger's day, order by order; rows may come in any sequence.

What counts is an order's total on that day: its sale less its returns. A row without a discount
that the ledger does not know belongs to another customer and is ignored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huimin.closing.listing import Listing, Sums, TillRow
from huimin.core.order_number import plain_order, without_zeros

NAMES = ("amount", "discount", "payable")
NOTHING: Sums = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between both sides; `name` is unique within a comparison."""

    kind: str  # missing_in_file, missing_in_ledger, amounts_differ, repeated, unreadable
    order_no: str
    rows: tuple[int, ...] = ()
    till: Sums | None = None
    ledger: Sums | None = None
    code: str = ""

    @property
    def name(self) -> str:
        """The name under which its reason is given."""
        return f"{self.kind}:{self.order_no or self.rows[0]}"


@dataclass(frozen=True)
class Match:
    """Both sides compared by `amounts`."""

    amounts: tuple[str, ...]
    agreed: int
    unrelated: int
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """True when nothing differs."""
        return not self.differences


def match(
    statement_rows: Iterable[Mapping[str, Any]],
    listing: Listing,
    shop_orders: Mapping[str, str] = {},
) -> Match:
    """Compare the rows of a day's statement with the list.

    `shop_orders` has the number of the shop's own books for a sale, by the sale's id; it counts
    where the list does not have the sale's own number.
    """
    listed: dict[str, list[TillRow]] = {}
    for row in listing.rows:
        listed.setdefault(plain_order(row.order_no), []).append(row)
    ledger = _by_order(statement_rows, listed.keys(), shop_orders)
    _give_back_zeros(ledger, listed, listing.amounts)
    differences = [
        Difference("unreadable", "", (problem.number,), code=problem.code)
        for problem in listing.problems
    ]
    agreed = unrelated = 0
    for order_no in sorted(ledger.keys() | listed.keys()):
        rows, sums = listed.get(order_no, []), ledger.get(order_no)
        if sums is None and not _has_benefit(rows):
            unrelated += len(rows)
            continue
        difference = _compare(order_no, rows, sums, listing.amounts)
        if difference is None:
            agreed += 1
        else:
            differences.append(difference)
    return Match(listing.amounts, agreed, unrelated, tuple(differences))


def _compare(
    order_no: str, rows: Sequence[TillRow], ledger: Sums | None, amounts: tuple[str, ...]
) -> Difference | None:
    numbers, till = tuple(row.number for row in rows), _sum(rows)
    if sum(_is_sale(row) for row in rows) > 1:
        return Difference("repeated", order_no, numbers, till, ledger)
    if ledger is None:
        return Difference("missing_in_ledger", order_no, numbers, till)
    if not rows:
        # Sold and fully reversed on the same day: a till need not list it.
        return None if ledger == NOTHING else Difference("missing_in_file", order_no, ledger=ledger)
    compared = [NAMES.index(name) for name in amounts]
    if any(till[place] != ledger[place] for place in compared):
        return Difference("amounts_differ", order_no, numbers, till, ledger)
    return None


def own_order(row: Mapping[str, Any]) -> str:
    """The order number of a statement row, in its one form; a return has that of its sale."""
    return plain_order(row["order_no"] or row["reverses_order_no"])


def sale_of(row: Mapping[str, Any]) -> str:
    """The id of the sale that a row of the statement is about."""
    return str(row["reverses_id"] or row["id"])


def _by_order(
    rows: Iterable[Mapping[str, Any]], listed: Collection[str], shop_orders: Mapping[str, str]
) -> dict[str, Sums]:
    by_order: dict[str, list[int]] = {}
    for row in rows:
        order_no = own_order(row)
        if shop_orders and order_no not in listed:
            order_no = plain_order(shop_orders.get(sale_of(row), order_no))
        sums = by_order.setdefault(order_no, [0, 0, 0])
        for place, name in enumerate(NAMES):
            sums[place] += row[f"{name}_fen"]
    return {order_no: (sums[0], sums[1], sums[2]) for order_no, sums in by_order.items()}


def _give_back_zeros(
    ledger: Mapping[str, Sums], listed: dict[str, list[TillRow]], amounts: tuple[str, ...]
) -> None:
    """Rows under 12 are those of order 0012 if the sums agree: a spreadsheet dropped its zeros."""
    shortened: dict[str, list[str]] = {}
    for order_no in ledger.keys() - listed.keys():
        shortened.setdefault(without_zeros(order_no), []).append(order_no)
    for short, order_nos in shortened.items():
        rows = listed.get(short)
        if rows and len(order_nos) == 1 and short not in ledger:
            (order_no,) = order_nos
            if _compare(order_no, rows, ledger[order_no], amounts) is None:
                listed[order_no] = listed.pop(short)


def _sum(rows: Sequence[TillRow]) -> Sums:
    columns = list(zip(*(row.sums for row in rows), strict=True)) or [(), (), ()]
    sums = [None if None in column else sum(fen or 0 for fen in column) for column in columns]
    return sums[0], sums[1], sums[2]


def _is_sale(row: TillRow) -> bool:
    """False for a return, in which nothing is positive."""
    known = [fen for fen in row.sums if fen is not None]
    return any(fen > 0 for fen in known) or all(fen == 0 for fen in known)


def _has_benefit(rows: Sequence[TillRow]) -> bool:
    """True if a discount was given, or may have been."""
    return any(row.discount_fen is None or row.discount_fen != 0 for row in rows)
