"""The list of accounts, and the places that a role can be limited to."""

from __future__ import annotations

from dataclasses import dataclass

from huimin.access import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery, like_pattern, parameters_of


@dataclass(frozen=True, slots=True)
class StaffCriteria:
    """What to list; None does not filter. `text` is part of a name or of a user name.

    `locked_at` keeps those locked at that instant.
    """

    text: str | None = None
    role: str | None = None
    state: str | None = None
    locked_at: str | None = None


def _parameters(criteria: StaffCriteria) -> Row:
    return {**parameters_of(criteria), "pattern": like_pattern(criteria.text)}


# Each with `place`, what its role reaches.
staff_after = ListQuery[StaffCriteria](queries, "staff_after", _parameters)


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
