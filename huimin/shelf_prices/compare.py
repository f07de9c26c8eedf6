"""The basket's prices compared: between the outlets of a month, and from month to month.

Of each outlet the last price of the month counts. The median of a month says what a good costs in
the county; one outlet more or less hardly moves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from statistics import median_high, median_low

from huimin.alerts.note_prices import Spread, spread_of
from huimin.core.days import previous_month
from huimin.core.money import BASIS_POINTS, half_up
from huimin.shelf_prices import queries
from huimin.storage.engine import Row, Transaction

MONTHS_BACK = 12


@dataclass(frozen=True, slots=True)
class GoodInMonth:
    """A good's prices in a month over all outlets; `change_bp` is how the median moved since the
    month before, None where there is none; `standing_out` counts outliers."""

    good: Row
    outlets: int
    median_fen: int
    lowest_fen: int
    highest_fen: int
    change_bp: int | None
    standing_out: int


@dataclass(frozen=True, slots=True)
class OutletPrice:
    """An outlet's last price of the month; `off_bp`: how far above (or below) the median."""

    row: Row
    off_bp: int
    stands_out: bool


@dataclass(frozen=True, slots=True)
class MonthPrice:
    """A good's median in a month."""

    month: str
    median_fen: int
    outlets: int


def basket_of_month(tx: Transaction, month: str) -> list[GoodInMonth]:
    """Every good that was seen in a month, in the order of the basket."""
    before = {
        row["id"]: _median([each["price_fen"] for each in rows])
        for row, rows in _by_good(tx, previous_month(month))
    }
    return [
        _in_month(row, [each["price_fen"] for each in rows], before.get(row["id"]))
        for row, rows in _by_good(tx, month)
    ]


def outlets_of_month(tx: Transaction, good_id: str, month: str) -> list[OutletPrice]:
    """A good's price at each outlet in a month, the dearest first."""
    rows = list(queries.prices_of_good(tx, good_id=good_id, month=month))
    prices = [row["price_fen"] for row in rows]
    if not prices:
        return []
    middle, spread = _median(prices), spread_of(prices)
    priced = [
        OutletPrice(row, _off(row["price_fen"], middle), _out(spread, row["price_fen"]))
        for row in rows
    ]
    return sorted(priced, key=lambda each: -each.row["price_fen"])


def months_of_good(tx: Transaction, good_id: str, month: str) -> list[MonthPrice]:
    """A good's median in each of the MONTHS_BACK months up to this one in which it was seen."""
    first = month
    for _ in range(MONTHS_BACK - 1):
        first = previous_month(first)
    rows = queries.months_of_good(tx, good_id=good_id, first_month=first, last_month=month)
    medians = []
    for each_month, prices in groupby(rows, key=lambda row: row["month"]):
        listed = [row["price_fen"] for row in prices]
        medians.append(MonthPrice(each_month, _median(listed), len(listed)))
    return medians


def months_with_prices(tx: Transaction) -> list[str]:
    """The months in which prices were seen, the latest first."""
    return [row["month"] for row in queries.months_with_prices(tx)]


def _by_good(tx: Transaction, month: str) -> Iterable[tuple[Row, list[Row]]]:
    rows = queries.prices_of_month(tx, month=month)
    for _good_id, of_good in groupby(rows, key=lambda row: row["id"]):
        listed = list(of_good)
        yield listed[0], listed


def _in_month(good: Row, prices: list[int], before: int | None) -> GoodInMonth:
    spread, middle = spread_of(prices), _median(prices)
    return GoodInMonth(
        good=good,
        outlets=len(prices),
        median_fen=middle,
        lowest_fen=min(prices),
        highest_fen=max(prices),
        change_bp=None if before is None else _off(middle, before),
        standing_out=sum(_out(spread, price) for price in prices),
    )


def _out(spread: Spread | None, price_fen: int) -> bool:
    return spread is not None and spread.stands_out(price_fen)


def _off(price_fen: int, from_fen: int) -> int:
    return half_up((price_fen - from_fen) * BASIS_POINTS, from_fen)


def _median(prices: list[int]) -> int:
    return half_up(median_low(prices) + median_high(prices), 2)
