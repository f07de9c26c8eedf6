"""Match a till's list with the ledger's day, order by order; rows may come in any sequence.

What counts is an order's total on that day: its sale less its returns. A row without a discount
that the ledger does not know belongs to another customer and is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huimin.closing.listing import Listing, TillRow

NAMES = ("amount", "discount", "payable")
Sums = tuple[int | None, int | None, int | None]
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


def match(statement_rows: Iterable[Mapping[str, Any]], listing: Listing) -> Match:
    """Compare the rows of a day's statement with the list."""
    ledger = _by_order(statement_rows)
    listed: dict[str, list[TillRow]] = {}
    for row in listing.rows:
        listed.setdefault(row.order_no, []).append(row)
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


def _by_order(rows: Iterable[Mapping[str, Any]]) -> dict[str, Sums]:
    by_order: dict[str, list[int]] = {}
    for row in rows:
        sums = by_order.setdefault(row["order_no"] or row["reverses_order_no"], [0, 0, 0])
        for place, name in enumerate(NAMES):
            sums[place] += row[f"{name}_fen"]
    return {order_no: (sums[0], sums[1], sums[2]) for order_no, sums in by_order.items()}


def _values(row: TillRow) -> Sums:
    return row.amount_fen, row.discount_fen, row.payable_fen


def _sum(rows: Sequence[TillRow]) -> Sums:
    columns = list(zip(*(_values(row) for row in rows), strict=True)) or [(), (), ()]
    sums = [None if None in column else sum(fen or 0 for fen in column) for column in columns]
    return sums[0], sums[1], sums[2]


def _is_sale(row: TillRow) -> bool:
    """False for a return, in which nothing is positive."""
    known = [fen for fen in _values(row) if fen is not None]
    return any(fen > 0 for fen in known) or all(fen == 0 for fen in known)


def _has_benefit(rows: Sequence[TillRow]) -> bool:
    """True if a discount was given, or may have been."""
    return any(row.discount_fen is None or row.discount_fen != 0 for row in rows)
