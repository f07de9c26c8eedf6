"""The log of deliveries: a page of it, their count, and those in trouble."""

from __future__ import annotations

from huimin.notices import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery


def _parameters(state: str | None) -> Row:
    return {"state": state}


# Of one state, or of every one (None); the latest first.
deliveries_before = ListQuery[str | None](queries, "deliveries_before", _parameters)


def troubled_deliveries(tx: Transaction) -> list[Row]:
    """Deliveries that were given up, or failed and are waiting for their next attempt."""
    return list(queries.troubled_deliveries(tx))
