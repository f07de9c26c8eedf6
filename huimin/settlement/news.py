"""What a merchant's manager should hear of: settlements to confirm, and what was paid lately.

A manager's day begins at the till, not at a list: the pages that a manager opens first say it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from huimin.core.days import county_day, instant_text
from huimin.settlement import queries
from huimin.settlement.payees import changed_since
from huimin.storage.engine import Row, Transaction

# A payment is said for so long after it was recorded.
PAID_DAYS = 7


@dataclass(frozen=True, slots=True)
class News:
    """Rows of settlements that wait, the nearest deadline first, and of payments, the latest first.

    Of what waits, `answered` is how many of its disputes were answered: it waits once more.
    """

    to_confirm: list[Row]
    paid: list[Row]
    # Proposals and approvals of another bank account: a change that nobody knows of is fraud.
    payees: list[Row]


def news_for(tx: Transaction, merchant_id: str, *, now: datetime) -> News:
    """What there is to say to a merchant's managers now."""
    since = instant_text(now - timedelta(days=PAID_DAYS))
    return News(
        list(queries.to_confirm(tx, merchant_id=merchant_id, today=county_day(now).isoformat())),
        list(queries.paid_since(tx, merchant_id=merchant_id, since=since)),
        changed_since(tx, merchant_id, now - timedelta(days=PAID_DAYS)),
    )
