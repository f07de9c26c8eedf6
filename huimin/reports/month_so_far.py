"""How the month goes so far: its sums, those of the months before it, and of the same days a month
ago.

Whole months and the one that runs are read from the roll-ups, as the report reads them. The first
days of last month are summed from the ledger, once for each day that the program runs: they hardly
change any more, and a county's first page is opened all day.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from huimin.core.days import month_days, month_of, previous_month
from huimin.reports import queries
from huimin.reports.twelve_months import MonthTotal, months_up_to, twelve_months
from huimin.storage.engine import Engine, Row, Transaction


@dataclass(frozen=True, slots=True)
class Sums:
    """Sales (redemptions), what they saved in fen, and how many different cards were used."""

    redemptions: int
    discount_fen: int
    cards_used: int


class SameDaysBefore:
    """The sums of last month up to a day, of the day that was asked for last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day: date | None = None
        self._sums: Sums | None = None

    def at(self, engine: Engine, day: date) -> Sums:
        """Those up to that day of last month; of many who ask first, one reads and others wait."""
        with self._lock:
            if self._sums is None or self._day != day:
                self._sums = engine.read(lambda tx: _until(tx, day))
                self._day = day
            return self._sums


def months_until(tx: Transaction, month: str) -> list[tuple[str, Sums | None]]:
    """MONTHS months up to this one, the earliest first; None where nothing was sold."""
    totals = {each.month: each for each in twelve_months(tx, month)}
    return [(each, _sums_of(totals.get(each))) for each in months_up_to(month)]


def same_day_last_month(today: date) -> date | None:
    """The same day of the month before; None where that month is shorter."""
    first, last = month_days(previous_month(month_of(today)))
    day = first + timedelta(days=today.day - 1)
    return day if day <= last else None


def change_bp(now: int, before: int) -> int | None:
    """How much more than before, in basis points of what was before; None where that is 0."""
    if before == 0:
        return None
    return round((now - before) * 10_000 / before)


def _sums_of(total: MonthTotal | None) -> Sums | None:
    if total is None or not (total.redemptions or total.amount_fen):
        return None
    return Sums(total.redemptions, total.discount_fen, total.cards_used)


def _until(tx: Transaction, day: date) -> Sums:
    until = {"month": month_of(day), "day": day.isoformat()}
    sums: Row = queries.sums_until_day(tx, **until)
    cards = int(queries.cards_until_day(tx, **until))
    return Sums(int(sums["redemptions"]), int(sums["discount_fen"]), cards)


def values_of(line: Sequence[tuple[str, Sums | None]], name: str) -> list[int | None]:
    """One of the sums along the months."""
    return [None if sums is None else int(getattr(sums, name)) for _, sums in line]
