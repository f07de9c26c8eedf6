"""Policies as pages show them: the list of all versions, and one version."""

from __future__ import annotations

from datetime import datetime

from huimin.core.refusals import Refusal
from huimin.policies import queries
from huimin.policies.budgets import budgets_to_look_at
from huimin.storage.engine import Row, Transaction

# Pseudo-state of drafts and approved versions.
UNPUBLISHED = "unpublished"
# Pseudo-state of policies in force whose budget is nearly or wholly used up.
BUDGET = "budget"


def all_policies(tx: Transaction, now: datetime) -> list[Row]:
    """Every version of every policy, with `outlet_name` if it is for one outlet.

    `budget_near` says whether it is in force with a budget that is nearly or wholly used up.
    """
    near = {state.terms.id for state in budgets_to_look_at(tx, now)}
    rows = queries.list_policies(tx, state=None)
    return [{**row, "budget_near": row["id"] in near} for row in rows]


def is_in_state(row: Row, state: str) -> bool:
    """Whether a version is in that state; "" is any state, UNPUBLISHED is draft or approved."""
    if state == BUDGET:
        return bool(row["budget_near"])
    if state == UNPUBLISHED:
        return row["state"] in ("draft", "approved")
    return not state or row["state"] == state


def shown_policy(tx: Transaction, policy_id: str) -> Row:
    """One version, with `outlet_name`. Raises Refusal `not_found`."""
    row: Row | None = queries.policy_with_outlet(tx, id=policy_id)
    if row is None:
        raise Refusal("not_found")
    return row


def outlets_to_choose(tx: Transaction) -> list[tuple[str, str]]:
    """(id, name) of the outlets that a policy can be limited to."""
    return [(row["id"], row["name"]) for row in queries.outlets_for_scope(tx)]
