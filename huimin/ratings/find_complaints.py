"""Complaints for the county: the list, and one with the sale as the ledger has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from huimin.core.refusals import Refusal
from huimin.ratings import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery


@dataclass(frozen=True, slots=True)
class ComplaintCriteria:
    """Filters; None means no filter. With `due_before` open ones that were due before that day."""

    state: str | None = None
    outlet_id: str | None = None
    result: str | None = None
    due_before: date | None = None


def complaint_by_id(tx: Transaction, complaint_id: str) -> Row:
    """A complaint with its judgement and its sale. Raises Refusal `not_found`."""
    row: Row | None = queries.complaint_with_record(tx, id=complaint_id)
    if row is None:
        raise Refusal("not_found")
    return row


# The latest first.
complaints_before = ListQuery[ComplaintCriteria](queries, "complaints_before")
