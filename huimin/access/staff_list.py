"""The list of accounts, and the places that a role can be limited to."""

from __future__ import annotations

from typing import Any

from huimin.access import queries
from huimin.storage.engine import Transaction
from huimin.storage.named_queries import either_way

Row = dict[str, Any]


def staff_after(
    tx: Transaction,
    after: str,
    count: int,
    *,
    role: str | None,
    state: str | None,
    locked_at: str | None = None,
    backwards: bool = False,
) -> list[Row]:
    """Up to `count` accounts behind the id `after`, each with `place`, what its role reaches.

    `locked_at` keeps those that are locked at that instant.
    """
    wanted = {"role": role, "state": state, "locked_at": locked_at}
    find = either_way(queries, "staff_after", backwards)
    return list(find(tx, after=after, count=count, **wanted))


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
