"""The work list: who of a town is entitled and not reached, and why. Names are masked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from huimin.core.days import county_start, instant_text
from huimin.core.identity import mask_name
from huimin.reach import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.named_queries import either_way

# Not used for so many days: the person may need help, or no longer the card.
LATELY_DAYS = 90
# Why somebody is not reached → the statement that finds them; count_… counts them.
REASONS = {
    "no_card": "unreached_without_card",
    "never_used": "unreached_never_used",
    "not_lately": "unreached_not_lately",
}


def unreached_after(
    tx: Transaction,
    after: str,
    row_limit: int,
    *,
    reason: str,
    town: str,
    day: date,
    division_code: str | None = None,
    backwards: bool = False,
) -> list[Row]:
    """{id, name_masked, division_code, last_used_at} behind the holder's id `after`.

    `town` is the 12-digit code; `division_code` narrows to one village; `reason` is of REASONS.
    """
    asked = _asked(reason, town, day, division_code)
    rows = either_way(queries, REASONS[reason], backwards)(
        tx, after=after, row_limit=row_limit, **asked
    )
    return [
        {
            "id": row["id"],
            "name_masked": mask_name(row["name"]),
            "division_code": row["division_code"],
            "last_used_at": row["last_used_at"],
            "reason": reason,
        }
        for row in rows
    ]


def count_unreached(
    tx: Transaction,
    count_limit: int,
    *,
    reason: str,
    town: str,
    day: date,
    division_code: str | None = None,
) -> int:
    """How many there are of them, counted up to `count_limit`."""
    asked = _asked(reason, town, day, division_code)
    counted = getattr(queries, f"{REASONS[reason]}_counted")
    return int(counted(tx, after="", row_limit=count_limit, **asked))


def _asked(reason: str, town: str, day: date, division_code: str | None) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "town": town[:9],
        "day": day.isoformat(),
        "division_code": division_code,
    }
    if reason == "not_lately":
        asked["since"] = instant_text(county_start(day - timedelta(days=LATELY_DAYS)))
    return asked
