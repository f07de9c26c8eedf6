"""Suspend the cards of holders who were not re-verified in time, after a period of grace.

The last verification is `holder.verified_on`, or else the day the card was issued.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Unpack

from huimin.cards.card_list import CardCriteria, card_ids
from huimin.cards.change_state import suspend_card
from huimin.core.acting import By
from huimin.core.recorded_reasons import REASONS
from huimin.storage.engine import Transaction

REASON = REASONS["not_reverified"]
MONTHS_A_YEAR = 12


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or that month's last day."""
    month_number = day.year * MONTHS_A_YEAR + day.month - 1 - months
    year, month = divmod(month_number, MONTHS_A_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or that month's last day."""
    return months_before(day, -months)


def due_before(today: date, verify_months: int) -> date:
    """Holders last verified before this day are due."""
    return months_before(today, verify_months)


def overdue_before(today: date, verify_months: int, grace_days: int) -> date:
    """Holders last verified before this day are overdue, grace included."""
    return months_before(today - timedelta(days=grace_days), verify_months)


def unverified_cards(
    tx: Transaction, *, last_day: date, count: int, division_code: str | None = None
) -> list[str]:
    """Ids of up to `count` active cards of holders last verified before `last_day`."""
    criteria = CardCriteria(verified_before=last_day, within=division_code)
    return card_ids(tx, criteria, "", count)


def suspend_overdue(
    tx: Transaction,
    *,
    last_day: date,
    count: int,
    division_code: str | None = None,
    **by: Unpack[By],
) -> int:
    """Suspend up to `count` cards of holders last verified before `last_day`; returns how many."""
    ids = unverified_cards(tx, last_day=last_day, count=count, division_code=division_code)
    for card_id in ids:
        suspend_card(tx, card_id=card_id, reason=REASON, **by)
    return len(ids)
