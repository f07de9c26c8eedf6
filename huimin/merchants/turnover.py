"""What an outlet turned over with the card, month by month, from the roll-ups."""

from __future__ import annotations

from datetime import date

from huimin.core.days import month_of, previous_month
from huimin.merchants import queries
from huimin.storage.engine import Row, Transaction

MONTHS = 12


def turnover_of(tx: Transaction, outlet_id: str, today: date) -> list[Row]:
    """The months up to a county day's, the latest first, as far back as the outlet has sold within
    a year: `month`, `cards`, and net sums; what a month does not have is 0.
    """
    months, month = [], month_of(today)
    for _ in range(MONTHS):
        months.append({"month": month, **queries.turnover(tx, outlet_id=outlet_id, month=month)})
        month = previous_month(month)
    while months and not (months[-1]["redemptions"] or months[-1]["reversals"]):
        months.pop()
    return months
