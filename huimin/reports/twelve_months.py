"""The months up to that of a report, each with the few sums that a chart of a year shows.

Drawn from the roll-ups, a few rows a month. Months before the county's first sale are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from huimin.core.days import previous_month
from huimin.reports import queries
from huimin.storage.engine import Transaction

MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class MonthTotal:
    """A month of the county: sums in fen, net of reversals, and different cards used."""

    month: str
    redemptions: int
    amount_fen: int
    discount_fen: int
    cards_used: int


def months_up_to(month: str) -> list[str]:
    """MONTHS months up to `month`, the earliest first."""
    months = [month]
    while len(months) < MONTHS:
        months.insert(0, previous_month(months[0]))
    return months


def twelve_months(tx: Transaction, month: str) -> tuple[MonthTotal, ...]:
    """MONTHS months up to `month` ("2026-10"), the earliest first; a month without sales has 0."""
    months = months_up_to(month)
    rows = {row["month"]: row for row in queries.sums_of_months(tx, first=months[0], last=month)}
    begun = min(rows, default=None)
    return tuple(
        MonthTotal(
            month=each,
            **{
                name: int(rows[each][name]) if each in rows else 0
                for name in ("redemptions", "amount_fen", "discount_fen", "cards_used")
            },
        )
        for each in months
        if begun is not None and each >= begun
    )
