"""Any range of days, summed from the ledger's rows by their business day.

The same figures by the same groupings as a month's roll-ups, found through the index of days: it
costs what the range holds, not what history holds.
"""

from __future__ import annotations

from datetime import date

from huimin.core.days import parse_day
from huimin.reports.figures import ADDED_FIGURES, NOTHING, Figures, Row, added
from huimin.reports.month_sums import CARD_DIMENSIONS, MonthSums, queries
from huimin.storage.engine import Transaction

GROUPINGS = (
    *("outlet", "merchant", "kind", "town", "village", "eligibility", "presenter", "channel"),
    *("weekday", "hour", "adjusts_month"),
)


def range_sums(tx: Transaction, first: date, last: date) -> MonthSums:
    """The sums of the days from `first` to `last`, both included, by every grouping."""
    groups: dict[str, dict[str, Figures]] = {grouping: {} for grouping in GROUPINGS}
    total, days = NOTHING, []
    rows = queries.range_sums(tx, first=first.isoformat(), last=last.isoformat())
    for row in rows:
        dimension, key = row["dimension"], row["key"]
        if dimension == "day":
            days.append((str(parse_day(key).isoweekday()), _figures(row, None)))
        elif dimension == "total":
            total = _figures(row, row["cards_used"])
        elif key is not None:
            cards = row["cards_used"] if dimension in CARD_DIMENSIONS else None
            groups[dimension][key] = _figures(row, cards)
    for weekday in sorted({weekday for weekday, _ in days}):
        found = (figures for of, figures in days if of == weekday)
        groups["weekday"][weekday] = added(found, None)
    return MonthSums(total, groups)


def _figures(row: Row, cards_used: int | None) -> Figures:
    return Figures(cards_used=cards_used, **{name: row[name] for name in ADDED_FIGURES})
