"""Which merchants have an account to be paid to, and where a change waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from huimin.settlement import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery


@dataclass(frozen=True, slots=True)
class PayeeCriteria:
    """What to list; `pattern` is part of a name or credit code, `wanted` is none or proposed."""

    pattern: str | None = None
    wanted: str | None = None


# In the order in which they joined, without any account number.
merchants_with_payee = ListQuery[PayeeCriteria](queries, "merchants_with_payee")


def unpaid_of(tx: Transaction, merchant_id: str, today: date) -> Row:
    """What is confirmed and unpaid of a merchant: how many `settlements`, and `unpaid_fen`."""
    row: Row = queries.unpaid_of_merchant(tx, merchant_id=merchant_id, today=today.isoformat())
    return row
