"""Publish a month when it is closed, and withdraw it when it is opened again.

Called by the room of months in the transaction that locks or unlocks the month, with what was
counted before it, because no till can sell meanwhile. Figures are
computed once: a month that is closed anew gets the figures that were published first, because the
difference of two versions would tell what few people did. Later corrections stay in the county's
own report.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from huimin.core.days import instant_text
from huimin.core.json_text import read_json, write_json
from huimin.publication import queries
from huimin.publication.counts import MonthCounts
from huimin.publication.month_figures import count_month, month_figures
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id


def count_to_publish(tx: Transaction, month: str) -> MonthCounts | None:
    """What publish_month would have to count, counted before anybody waits for it.

    It reads every card used in the month: a second or two in a very large county. None where
    nothing is counted because the month was published before.
    """
    return None if queries.first_figures(tx, month=month) else count_month(tx, month)


def publish_month(
    tx: Transaction, month: str, *, close_id: str, now: datetime, counted: MonthCounts | None = None
) -> Row:
    """Publish a month ("2026-10"), as it is or as it was first published; the version's row.

    `counted` is that of count_to_publish; without it, or if a sale came since, it is counted here.
    """
    first = queries.first_figures(tx, month=month)
    text = write_json(month_figures(tx, month, counted)) if first is None else first["figures_json"]
    return _add(tx, month, close_id, text, now)


def withdraw_month(tx: Transaction, month: str, *, close_id: str, now: datetime) -> None:
    """Show no figures of the month until it is closed again. Nothing if none are shown."""
    published = queries.published_month(tx, month=month)
    if published is not None and published["state"] == "published":
        _add(tx, month, close_id, None, now)


def published_months(tx: Transaction) -> list[Row]:
    """Each month that ever was published, the latest first; `figures` is None while withdrawn."""
    return [_read(row) for row in queries.published_months(tx)]


def published_month(tx: Transaction, month: str) -> Row | None:
    """The same of one month; None when it never was published."""
    row = queries.published_month(tx, month=month)
    return None if row is None else _read(row)


def _add(tx: Transaction, month: str, close_id: str, text: str | None, now: datetime) -> Row:
    newest = queries.published_month(tx, month=month)
    row: Row = {
        "month": month,
        "version": 1 if newest is None else newest["version"] + 1,
        "close_id": close_id,
        "state": "withdrawn" if text is None else "published",
        "figures_json": text,
        "sha256": None if text is None else hashlib.sha256(text.encode()).hexdigest(),
        "published_at": instant_text(now),
    }
    queries.insert_publication(tx, id=new_id(), **row)
    return _read(row)


def _read(row: Row) -> Row:
    text = row["figures_json"]
    return {**row, "figures": None if text is None else read_json(text)}
