"""What waits today for a merchant's managers: of their own merchant alone."""

from __future__ import annotations

from datetime import datetime

from huimin.core.days import county_day, instant_text
from huimin.desk import queries
from huimin.desk.today import COUNT_MAX, Oldest, Waiting
from huimin.storage.engine import Row, Transaction


def waiting_at_merchant(tx: Transaction, merchant_id: str, *, now: datetime) -> list[Waiting]:
    """The kinds of which anything waits for the merchant's managers."""
    own = {"merchant_id": merchant_id, "count_max": COUNT_MAX}
    settlements = {**own, "today": county_day(now).isoformat()}
    rows: dict[str, Row] = {
        "settlements_answered": queries.settlements_to_confirm(tx, answered=1, **settlements),
        "settlements_to_confirm": queries.settlements_to_confirm(tx, answered=0, **settlements),
        "payee_proposed": queries.payee_proposed(tx, **own),
        "days_compared": queries.days_compared(tx, **own),
        "devices_unsent": queries.devices_unsent(tx, **own),
        "cashiers_locked": queries.cashiers_locked(tx, now=instant_text(now), **own),
    }
    return [
        Waiting(code, int(row["waiting"]), Oldest(*row["oldest"].split(" ", 2)))
        for code, row in rows.items()
        if row["waiting"]
    ]
