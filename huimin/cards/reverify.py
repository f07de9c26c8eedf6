"""Cards of people whose entitlement was not looked at again in time are suspended after the grace.

The last look is `holder.verified_on`, or the card's issue where there was none.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from typing import Any

from huimin.cards.change_state import suspend_card
from huimin.cards.events import queries
from huimin.holders.people import division_bounds
from huimin.storage.engine import Transaction

Row = dict[str, Any]
REASON = "保障资格超期未复核"
MONTHS_A_YEAR = 12


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or that month's last day."""
    place = day.year * MONTHS_A_YEAR + day.month - 1 - months
    year, month = divmod(place, MONTHS_A_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day."""
    return months_before(day, -months)


def due_before(today: date, verify_months: int) -> date:
    """Whoever was verified before this day is due."""
    return months_before(today, verify_months)


def overdue_before(today: date, verify_months: int, grace_days: int) -> date:
    """Whoever was verified before this day has used up the grace as well."""
    return months_before(today - timedelta(days=grace_days), verify_months)


def unverified_cards(
    tx: Transaction, *, last_day: date, after: str, count: int, division_code: str | None = None
) -> list[Row]:
    """Up to `count` active cards behind the id `after`, last verified before `last_day`."""
    first, last = division_bounds(division_code or "0" * 12)
    return list(
        queries.unverified_cards(
            tx,
            last_day=last_day.isoformat(),
            after=after,
            count=count,
            division_first=first,
            division_last=last,
        )
    )


def suspend_overdue(
    tx: Transaction,
    *,
    last_day: date,
    count: int,
    now: datetime,
    actor: str,
    division_code: str | None = None,
) -> int:
    """Suspend up to `count` cards last verified before `last_day`; how many it were."""
    rows = unverified_cards(
        tx, last_day=last_day, after="", count=count, division_code=division_code
    )
    for row in rows:
        suspend_card(tx, card_id=row["id"], now=now, actor=actor, reason=REASON)
    return len(rows)
