"""The list of accounts, and the places that a role can be limited to."""

from __future__ import annotations

from dataclasses import dataclass

from huimin.access import queries
from huimin.storage.engine import Transaction
from huimin.storage.list_query import ListQuery


@dataclass(frozen=True, slots=True)
class StaffCriteria:
    """What to list; None does not filter. `locked_at` keeps those locked at that instant."""

    role: str | None = None
    state: str | None = None
    locked_at: str | None = None


# Each with `place`, what its role reaches.
staff_after = ListQuery[StaffCriteria](queries, "staff_after")


def places_to_choose(tx: Transaction) -> dict[str, list[tuple[str, str]]]:
    """(id, name) pairs of towns, merchants and outlets, keyed as the form's lists are."""
    outlets = [
        (row["id"], f"{row['merchant_name']} · {row['name']}")
        for row in queries.outlets_to_choose(tx)
    ]
    return {
        "towns": [(row["id"], row["name"]) for row in queries.towns_to_choose(tx)],
        "merchants": [(row["id"], row["name"]) for row in queries.merchants_to_choose(tx)],
        "outlets": outlets,
    }
