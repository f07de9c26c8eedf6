"""Lock a month, so that no row can count in it any more; and open it again.

A row that comes later counts in the first month that is not locked and names the one it belongs to
(`adjusts_month`). Who may lock and what must be true before is for the room of months to say.
"""

from __future__ import annotations

from datetime import datetime

from huimin.core.chain import GENESIS
from huimin.core.days import instant_text
from huimin.ledger import queries
from huimin.storage.engine import Transaction


def hold_all_rows(tx: Transaction) -> None:
    """Wait for every row that is being written and let none be written until the commit.

    What is read of the ledger after this is what a lock in the same transaction locks.
    """
    queries.lock_all_chains(tx, genesis=GENESIS)


def lock_month(tx: Transaction, month: str, *, now: datetime) -> None:
    """Lock a month ("2026-10") of whose rows `hold_all_rows` holds every one."""
    queries.lock_month(tx, month=month, locked_at=instant_text(now))


def unlock_month(tx: Transaction, month: str) -> None:
    """Let rows count in the month again; those that went to a later month stay there."""
    queries.unlock_month(tx, month=month)


def locked_at(tx: Transaction, month: str) -> str | None:
    """When the month was locked, or None while it is open."""
    found: str | None = queries.month_locked_at(tx, month=month)
    return found
