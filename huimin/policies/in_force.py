"""Find the policy that applies to a purchase: the most specific one in force that day.

Every quote and redemption needs it, so it is one statement. At a hospital the base is always what
the patient pays after insurance, whichever policy applies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from huimin.core.days import instant_text
from huimin.core.discount import PolicyTerms
from huimin.core.offline_terms import OfflineTerms
from huimin.policies import queries
from huimin.storage.engine import Transaction

# Most specific first; in_force in queries.sql sorts in the same order.
SCOPES = ("outlet", "eligibility", "kind", "all")
# The terms that are columns of the policy table as they are.
COLUMNS = tuple({one.name for one in fields(PolicyTerms)} - {"excluded_categories", "offline"})


def in_force(
    tx: Transaction,
    *,
    day: date,
    outlet_id: str,
    outlet_kind: str,
    eligibilities: Sequence[str] = (),
) -> PolicyTerms | None:
    """The terms that apply on that county day to a holder of these eligibilities, or None.

    Outlet takes precedence over eligibility, then kind, then all. Of several eligibility policies
    the highest rate wins, then the first code.
    """
    row = queries.in_force(
        tx,
        day=day.isoformat(),
        outlet_id=outlet_id,
        outlet_kind=outlet_kind,
        # A comma on both sides of each value, so that the statement can match ",dibao,".
        eligibilities="".join(f",{kind}," for kind in eligibilities),
    )
    return None if row is None else at_outlet_kind(terms_of(row), outlet_kind)


def in_force_as_known(
    tx: Transaction, *, day: date, known_at: datetime, outlet_id: str, outlet_kind: str
) -> PolicyTerms | None:
    """The terms for holders in general on `day`, as published by the instant `known_at`."""
    row = queries.in_force_as_known(
        tx,
        day=day.isoformat(),
        known_at=instant_text(known_at),
        outlet_id=outlet_id,
        outlet_kind=outlet_kind,
    )
    return None if row is None else at_outlet_kind(terms_of(row), outlet_kind)


def terms_by_id(tx: Transaction, policy_id: str) -> PolicyTerms:
    """The terms of a policy version that was once published. Raises KeyError without one."""
    row = queries.policy_by_id(tx, id=policy_id)
    if row is None:
        raise KeyError(policy_id)
    return terms_of(row)


def at_outlet_kind(terms: PolicyTerms, outlet_kind: str) -> PolicyTerms:
    """The terms as they apply at outlets of that kind."""
    if outlet_kind == "hospital" and terms.base != "after_insurance":
        return replace(terms, base="after_insurance")
    return terms


def terms_of(row: Mapping[str, Any]) -> PolicyTerms:
    """The terms in a row of the policy table."""
    return _terms(tuple(row), tuple(row.values()))


# Every sale reads the row anew and mostly finds the one that the sale before it found.
@lru_cache(maxsize=256)
def _terms(names: tuple[str, ...], values: tuple[Any, ...]) -> PolicyTerms:
    row = dict(zip(names, values, strict=True))
    excluded = tuple(json.loads(row["excluded_categories"]))
    columns = {name: row[name] for name in COLUMNS}
    return PolicyTerms(**columns, excluded_categories=excluded, offline=_offline_terms(row))


def _offline_terms(row: Mapping[str, Any]) -> OfflineTerms | None:
    if not row["offline_hours"]:
        return None
    return OfflineTerms(
        hours=row["offline_hours"],
        cap_redemption_fen=row["offline_cap_redemption_fen"],
        cap_card_fen=row["offline_cap_card_fen"],
        cap_terminal_fen=row["offline_cap_terminal_fen"],
        bearer=row["offline_bearer"],
        changing_code=bool(row["offline_changing_code"]),
        clock_minutes=row["offline_clock_minutes"],
        send_days=row["offline_send_days"],
        two_people_fen=row["offline_two_people_fen"],
    )
