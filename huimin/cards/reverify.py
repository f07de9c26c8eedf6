"""Cards of people whose entitlement was not looked at again in time are suspended after the grace.

The last look is `holder.verified_on`, or the card's issue where there was none.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

from huimin.cards.card_list import WantedCards, card_ids
from huimin.cards.change_state import suspend_card
from huimin.storage.engine import Transaction

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
    tx: Transaction, *, last_day: date, count: int, division_code: str | None = None
) -> list[str]:
    """Ids of up to `count` active cards of people who were last verified before `last_day`."""
    wanted = WantedCards(verified_before=last_day, within=division_code)
    return card_ids(tx, wanted, "", count)


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
    ids = unverified_cards(tx, last_day=last_day, count=count, division_code=division_code)
    for card_id in ids:
        suspend_card(tx, card_id=card_id, now=now, actor=actor, reason=REASON)
    return len(ids)
