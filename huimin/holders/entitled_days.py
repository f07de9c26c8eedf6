"""The days on which a person is entitled, kept beside them: the last stretch without a gap.

A list, a count or the offline pack finds whoever is not entitled from an index, without a look at
the million who are. Whatever writes an eligibility calls `note_entitled_days`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from huimin.holders import queries
from huimin.storage.engine import Transaction

# The last day of an eligibility that has no end.
NO_END = "9999-12-31"


def note_entitled_days(tx: Transaction, holder_id: str) -> None:
    """Write the first and last day of the holder's last stretch, from all eligibilities."""
    # On PostgreSQL two who add one each would otherwise not see the other's.
    queries.lock_holder(tx, id=holder_id)
    rows = queries.eligibilities_of(tx, holder_id=holder_id)
    first, last = last_stretch((row["starts_on"], row["ends_on"]) for row in rows)
    queries.set_entitled_days(tx, id=holder_id, entitled_from=first, entitled_until=last)


def last_stretch(spans: Iterable[tuple[str, str | None]]) -> tuple[str, str]:
    """The last run of days that the spans (both days included, None = no end) cover without a gap.

    The spans are sorted by their first day. Without spans both days are "".
    """
    first = last = ""
    for starts_on, ends_on in spans:
        if not last or starts_on > _day_after(last):
            first = starts_on
        last = max(last, ends_on or NO_END)
    return first, last


def _day_after(day: str) -> str:
    if day == NO_END:
        return day
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
