"""The log of deliveries: a page of it, their count, and those in trouble."""

from __future__ import annotations

from typing import Any

from huimin.notices import queries
from huimin.storage.engine import Transaction
from huimin.storage.named_queries import either_way

Row = dict[str, Any]
# Behind every id: they are lower-case hexadecimal.
LAST_ID = "~"


def deliveries_before(
    tx: Transaction, state: str | None, before: str, count: int, *, backwards: bool = False
) -> list[Row]:
    """Up to `count` deliveries behind an id, the latest first; None as state is every state."""
    find = either_way(queries, "deliveries_before", backwards)
    return list(find(tx, state=state, before=before or LAST_ID, row_limit=count))


def count_deliveries(tx: Transaction, state: str | None, count_max: int) -> int:
    """How many there are, counted up to `count_max`."""
    return int(queries.count_deliveries(tx, state=state, count_max=count_max))


def troubled_deliveries(tx: Transaction) -> list[Row]:
    """Deliveries that were given up, or failed and are waiting for their next attempt."""
    return list(queries.troubled_deliveries(tx))
