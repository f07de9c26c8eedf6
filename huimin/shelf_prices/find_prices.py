"""Prices as they were written down, one by one: the list for the county."""

from __future__ import annotations

from dataclasses import dataclass

from huimin.core.refusals import Refusal
from huimin.shelf_prices import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery


@dataclass(frozen=True, slots=True)
class PriceCriteria:
    """Filters; None means no filter."""

    good_id: str | None = None
    outlet_id: str | None = None
    month: str | None = None


def price_by_id(tx: Transaction, price_id: str) -> Row:
    """One price. Raises Refusal `not_found`."""
    row: Row | None = queries.price_by_id(tx, id=price_id)
    if row is None:
        raise Refusal("not_found")
    return row


# The latest first.
prices_before = ListQuery[PriceCriteria](queries, "prices_before")
