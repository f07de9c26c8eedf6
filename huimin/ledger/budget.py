"""A policy's budget: what the government's shares of its sales add up to, and what they leave.

The one row of a budget is locked before a sale is quoted and stays so until the commit, so that all
tills together never give one fen more than the budget, and none is refused while it still has
enough. A return gives back. A policy without a budget has no row and asks for none.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huimin.core.days import county_day
from huimin.core.discount import PolicyTerms
from huimin.ledger import queries
from huimin.storage.engine import Transaction


def lock_budget(tx: Transaction, terms: PolicyTerms, now: datetime) -> int | None:
    """Lock the budget and return what it leaves, in fen; None for a policy without one.

    `now` is the real time, also for a sale of an earlier day: how large the budget is is what the
    latest version that has begun by then says.
    """
    if terms.budget_version is not None:
        queries.lock_budget(tx, **_key(terms))
    return budget_left(tx, terms, now)


def budget_left(tx: Transaction, terms: PolicyTerms, now: datetime) -> int | None:
    """The same, read without locking."""
    if terms.budget_version is None:
        return None
    row = queries.budget_state(tx, **_key(terms), today=county_day(now).isoformat())
    budget_fen = row["budget_fen"] if row["budget_fen"] is not None else terms.budget_fen
    return int(max((budget_fen or 0) - row["used_fen"], 0))


def budget_used(tx: Transaction, code: str, budget_version: int) -> int:
    """What has been used of a budget, in fen."""
    row = queries.budget_row(tx, policy_code=code, budget_version=budget_version)
    return int(row["used_fen"]) if row else 0


def use_budget(tx: Transaction, terms: PolicyTerms, government_share_fen: int) -> None:
    """Count the government's share of a row against the budget of its policy, if it has one.

    Below zero for a return, which may come first to a row that nobody has locked yet.
    """
    if terms.budget_version is not None and government_share_fen:
        queries.use_budget(tx, **_key(terms), government_share_fen=government_share_fen)


def government_share_in(tx: Transaction, policy_id: str, month: str) -> int:
    """What the government pays under a version in a month such as "2026-10", in fen."""
    return int(queries.government_share_in(tx, policy_id=policy_id, month=month))


def _key(terms: PolicyTerms) -> dict[str, Any]:
    return {"policy_code": terms.code, "budget_version": terms.budget_version}
