"""Lock a month, so that no row can count in it any more; and unlock it.

A later row counts in the first month that is not locked and records the month it belongs to
(`adjusts_month`). The months room decides who may lock a month, and when.
"""

from __future__ import annotations

from datetime import datetime

from huimin.core.chain import GENESIS
from huimin.core.days import instant_text
from huimin.ledger import queries
from huimin.storage.engine import Transaction


def hold_all_rows(tx: Transaction) -> None:
    """Wait for every row that is being written, and block new ones until the commit.

    What is read from the ledger after this is what a lock in the same transaction locks.
    """
    queries.lock_all_chains(tx, genesis=GENESIS)


def lock_month(tx: Transaction, month: str, *, now: datetime) -> None:
    """Lock a month such as "2026-10"; call `hold_all_rows` first."""
    queries.lock_month(tx, month=month, locked_at=instant_text(now))


def unlock_month(tx: Transaction, month: str) -> None:
    """Unlock a month; rows that were counted in a later month stay there."""
    queries.unlock_month(tx, month=month)


def locked_at(tx: Transaction, month: str) -> str | None:
    """When the month was locked, or None while it is open."""
    instant: str | None = queries.month_locked_at(tx, month=month)
    return instant
