"""What is confirmed and not paid, by how long it has waited: the county's list of debts, by age.

Days are county days since the settlement was confirmed (or counted as confirmed). Every unpaid fen
stands in exactly one age.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from huimin.settlement import queries
from huimin.settlement.answer import time_confirms_on
from huimin.settlement.find_settlements import with_sums
from huimin.storage.engine import Row, Transaction

# The last day of each age; after the last of them everything is "over".
AGES: tuple[tuple[str, int | None], ...] = (
    ("0–30", 30),
    ("31–60", 60),
    ("61–90", 90),
    (">90", None),
)


@dataclass(frozen=True)
class AgedList:
    """The settlements, the oldest first, each with `days` and `age`; sums in fen by age."""

    rows: tuple[Row, ...]
    sums: dict[str, int]

    @property
    def total_fen(self) -> int:
        """All that is unpaid."""
        return sum(self.sums.values())


def aged_list(
    tx: Transaction, *, today: date, merchant_id: str | None = None, month: str | None = None
) -> AgedList:
    """What is confirmed and unpaid on a county day; of one merchant or month where one is given."""
    rows = []
    sums = {age: 0 for age, _ in AGES}
    for row in queries.unpaid(tx, today=today.isoformat(), merchant_id=merchant_id, month=month):
        since = confirmed_on(row)
        days = (today - since).days
        bill = {
            **with_sums(row),
            "confirmed_on": since.isoformat(),
            "days": days,
            "age": age_of(days),
        }
        sums[bill["age"]] += bill["unpaid_fen"]
        rows.append(bill)
    return AgedList(tuple(rows), sums)


def confirmed_on(row: Row) -> date:
    """The county day from which it counts as confirmed, by its merchant or by the time."""
    day = row["confirmed_on"]
    return date.fromisoformat(day) if day else time_confirms_on(row)


def age_of(days: int) -> str:
    """The age that a number of days falls in."""
    return next(age for age, last in AGES if last is None or days <= last)
