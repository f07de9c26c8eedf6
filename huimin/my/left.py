"""What a holder's card still gives, and what it gave.

What is left is read from the counters that a till's verify reads, under the policy of each kind of
point; kinds of points under one policy stand together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huimin.checkout.entitlement import policy_on
from huimin.checkout.quote_answer import remaining
from huimin.core.days import county_day, month_of
from huimin.core.words import OUTLET_KINDS
from huimin.holders.people import eligibilities_on
from huimin.ledger.read import usage_at
from huimin.my import queries
from huimin.storage.engine import Row, Transaction


@dataclass(frozen=True, slots=True)
class Left:
    """What one policy leaves in the kinds of points where it applies, in fen; None for no cap."""

    outlet_kinds: tuple[str, ...]
    rate_bp: int
    redemption_fen: int | None
    day_fen: int | None
    month_fen: int | None

    @property
    def everywhere(self) -> bool:
        """Whether it applies in every kind of point."""
        return set(self.outlet_kinds) == set(OUTLET_KINDS)


def what_is_left(tx: Transaction, holder_id: str, now: datetime) -> list[Left]:
    """Of each policy that applies to the holder today; empty where none does."""
    today = county_day(now)
    eligibilities = tuple(eligibilities_on(tx, holder_id, today))
    if not eligibilities:
        return []
    by_policy: dict[str, tuple[Any, list[str]]] = {}
    for kind in OUTLET_KINDS:
        # No outlet has this id: a policy of one outlet is told where it is.
        terms = policy_on(tx, {"outlet_id": "", "outlet_kind": kind}, today, eligibilities)
        if terms is not None:
            by_policy.setdefault(terms.id, (terms, []))[1].append(kind)
    lefts = []
    for terms, kinds in by_policy.values():
        usage = usage_at(tx, holder_id=holder_id, terms=terms, at=now, now=now)
        left = remaining(terms, usage)
        month_fen = _within(left["card_month_fen"], left["budget_fen"])
        # What the month leaves is also the most that today can have.
        day_fen = _within(left["card_day_fen"], month_fen)
        lefts.append(
            Left(
                outlet_kinds=tuple(kinds),
                rate_bp=terms.rate_bp,
                redemption_fen=left["redemption_fen"],
                day_fen=day_fen,
                month_fen=month_fen,
            )
        )
    return lefts


def saved_by(tx: Transaction, holder_id: str, now: datetime) -> Row:
    """`month_fen` and `all_fen` that purchases saved, net of returns, and `purchases`."""
    month = month_of(county_day(now))
    row: Row = queries.saved_by(tx, holder_id=holder_id, month=month)
    return row


def _within(fen: int | None, limit_fen: int | None) -> int | None:
    return fen if limit_fen is None else min(fen if fen is not None else limit_fen, limit_fen)
