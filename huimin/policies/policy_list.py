"""Policies as pages show them: all versions with their words, and what is behind one."""

from __future__ import annotations

from typing import Any

from huimin.core.refusals import FieldProblems, Refusal
from huimin.policies.in_force import queries
from huimin.policies.publish import policy_by_id
from huimin.storage.engine import Transaction

Row = dict[str, Any]


def all_policies(tx: Transaction) -> list[Row]:
    """Every version of every policy, with `outlet_name` where it is for one outlet."""
    return list(queries.list_policies(tx, state=None))


def shown_policy(tx: Transaction, policy_id: str) -> Row:
    """One version. Raises Refusal `not_found`."""
    try:
        return policy_by_id(tx, policy_id)
    except FieldProblems:
        raise Refusal("not_found") from None
