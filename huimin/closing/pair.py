"""Pairs of a sale and a row of the shop's list that may be the same purchase under two numbers.

The till page makes order numbers of its own, so a shop's list can know a sale by another. Where the
sums agree to the fen, the two are proposed, the nearest in time first; a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huimin.closing.listing import Listing, Sums, TillRow
from huimin.closing.match import NAMES, Match, own_order, sale_of
from huimin.core.days import COUNTY_ZONE, parse_instant
from huimin.core.order_number import plain_order

# Further apart than this, equal sums are no sign if there are several of them.
APART_MAX_SECONDS = 3_600
# So many of one sum are compared with one another, at most.
SAME_SUMS_MAX = 200
FILE_LACKS, LEDGER_LACKS = "missing_in_file", "missing_in_ledger"


@dataclass(frozen=True, slots=True)
class Pair:
    """A sale and an order of the list. `listed` is the list's time of day, "14:05:33", None if it
    has none; the sale's times are instants. `alone` is true if no other sale and no other order
    of the day has these sums.
    """

    sale_id: str
    order_no: str
    receipt_no: str
    shop_order_no: str
    rows: tuple[int, ...]
    sums: Sums
    occurred_at: str
    recorded_at: str
    listed: str | None
    seconds_apart: int | None
    alone: bool

    @property
    def name(self) -> str:
        """The name under which it is confirmed."""
        return f"{self.sale_id} {self.shop_order_no}"


@dataclass(frozen=True, slots=True)
class _Sale:
    row: Mapping[str, Any]
    sums: Sums

    def seconds_from(self, clock: str) -> int:
        """How far that time of the day is from when it was paid for, or recorded if that is nearer:
        a sale sent afterwards has two times.
        """
        moments = [parse_instant(self.row[name]) for name in ("occurred_at", "recorded_at")]
        local = [moment.astimezone(COUNTY_ZONE) for moment in moments]
        same_day = [each for each in local if each.date() == local[0].date()]
        return min(abs(_seconds(clock) - _seconds(f"{each:%H:%M:%S}")) for each in same_day)


def propose(
    day_rows: Sequence[Mapping[str, Any]],
    listing: Listing,
    shop_orders: Mapping[str, str],
    result: Match,
) -> tuple[Pair, ...]:
    """The pairs of what `result` misses on either side; each sale and each order is in one at most.

    `day_rows` are the ledger's rows of the day, whole.
    """
    missing = {one.order_no: one.ledger for one in result.differences if one.kind == FILE_LACKS}
    strangers = {one.order_no: one.till for one in result.differences if one.kind == LEDGER_LACKS}
    sales = _sales(day_rows, missing, shop_orders)
    rows: dict[str, list[TillRow]] = {}
    for row in listing.rows:
        rows.setdefault(plain_order(row.order_no), []).append(row)
    places = [NAMES.index(name) for name in result.amounts]
    groups: dict[tuple[int | None, ...], tuple[list[_Sale], list[str]]] = {}
    for sale in sales:
        groups.setdefault(_at(sale.sums, places), ([], []))[0].append(sale)
    for order_no, sums in strangers.items():
        group = groups.get(_at(sums, places))
        if group is not None:
            group[1].append(order_no)
    return tuple(pair for group in groups.values() for pair in _pairs(*group, rows))


def _sales(
    day_rows: Iterable[Mapping[str, Any]],
    missing: Mapping[str, Sums | None],
    shop_orders: Mapping[str, str],
) -> list[_Sale]:
    """The sales behind the orders that the list lacks, each by its first row of the day."""
    first: dict[str, list[Mapping[str, Any]]] = {}
    for row in day_rows:
        order_no = own_order(row)
        if order_no not in missing:
            order_no = plain_order(shop_orders.get(sale_of(row), order_no))
        if missing.get(order_no) is not None:
            first.setdefault(order_no, []).append(row)
    return [
        _Sale(rows[0], missing[order_no] or (None, None, None))
        for order_no, rows in first.items()
        if len({sale_of(row) for row in rows}) == 1
    ]


def _pairs(
    sales: list[_Sale], orders: list[str], rows: Mapping[str, Sequence[TillRow]]
) -> list[Pair]:
    """Sales and orders of the same sums, in pairs."""
    if len(sales) == len(orders) == 1:
        return [_pair(sales[0], rows[orders[0]], alone=True)]
    sales, orders = sales[:SAME_SUMS_MAX], orders[:SAME_SUMS_MAX]
    by_nearness = sorted(
        (_pair(sale, rows[order], alone=False) for sale in sales for order in orders),
        key=lambda pair: (
            pair.seconds_apart is None,
            pair.seconds_apart or 0,
            pair.occurred_at,
            pair.rows,
        ),
    )
    pairs: list[Pair] = []
    for pair in by_nearness:
        taken = any(
            other.sale_id == pair.sale_id or other.shop_order_no == pair.shop_order_no
            for other in pairs
        )
        if not taken and (pair.seconds_apart or 0) <= APART_MAX_SECONDS:
            pairs.append(pair)
    return pairs


def _pair(sale: _Sale, rows: Sequence[TillRow], *, alone: bool) -> Pair:
    listed = next((row.time for row in rows if row.time), None)
    apart = None if listed is None else sale.seconds_from(listed)
    return Pair(
        sale_id=sale_of(sale.row),
        order_no=own_order(sale.row),
        receipt_no=sale.row["receipt_no"],
        shop_order_no=plain_order(rows[0].order_no),
        rows=tuple(row.number for row in rows),
        sums=sale.sums,
        occurred_at=sale.row["occurred_at"],
        recorded_at=sale.row["recorded_at"],
        listed=listed,
        seconds_apart=apart,
        alone=alone,
    )


def _at(sums: Sums | None, places: Sequence[int]) -> tuple[int | None, ...]:
    return tuple(sums[place] for place in places) if sums is not None else (None,)


def _seconds(clock: str) -> int:
    hours, minutes, seconds = map(int, clock.split(":"))
    return hours * 3_600 + minutes * 60 + seconds
