"""What a claim is worth: the policy of its own day, the caps as they stand for that day, the quote.

One function for whoever looks and for the approval, so that what an administrator sees is what is
written; the approval hands in the counters that it holds locked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from huimin.cards.events import events_of_card
from huimin.claims import queries
from huimin.claims.find_claims import Row
from huimin.core.days import parse_day, parse_instant
from huimin.core.discount import Basket, PolicyTerms, Quote, Usage, quote
from huimin.core.refusals import FieldProblems, Refusal
from huimin.holders.people import eligibilities_on
from huimin.ledger.append import lock_usage
from huimin.ledger.read import redemption_by_order, usage_at
from huimin.policies.in_force import in_force
from huimin.storage.engine import Transaction

# An event of a card → the state that it leads to; printing changes nothing.
STATE_AFTER = {
    "issued": "active",
    "suspended": "suspended",
    "lost": "lost",
    "resumed": "active",
    "replaced": "replaced",
    "revoked": "revoked",
    "expired": "expired",
}
# The purchase is older than this copy of the card; there may have been another copy.
NOT_ISSUED = "not_issued"
ReadUsage = Callable[..., Usage]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What decides a claim. `refusal` says why there would be no discount; `given` the discount."""

    card_state_then: str
    eligibilities: tuple[str, ...]
    terms: PolicyTerms | None
    usage: Usage
    given: Quote | None
    refusal: Refusal | FieldProblems | None

    @property
    def needs_judgement(self) -> bool:
        """True when the card did not count on that day: then approval needs a reason."""
        return self.card_state_then != "active"

    @property
    def required(self) -> tuple[Quote, PolicyTerms]:
        """The discount and its policy. Raises what stands against it."""
        if self.refusal is not None:
            raise self.refusal
        if self.given is None or self.terms is None:
            raise Refusal("no_policy")
        return self.given, self.terms


def look_at_claim(tx: Transaction, claim: Mapping[str, Any]) -> Assessment:
    """What the claim would get now; nothing is locked or written."""
    return _assess(tx, claim, usage_at)


def assess_claim(tx: Transaction, claim: Mapping[str, Any]) -> Assessment:
    """The same with the counters of its day and month locked until the commit."""
    return _assess(tx, claim, lock_usage)


def same_sales(tx: Transaction, claim: Mapping[str, Any]) -> list[Row]:
    """Redemptions of the holder on that day for the same amount: perhaps the same purchase."""
    rows = queries.same_sale(
        tx,
        holder_id=claim["holder_id"],
        day=claim["business_day"],
        amount_fen=claim["amount_fen"],
    )
    return [row for row in rows if row["id"] != claim["redemption_id"]]


def card_state_at(tx: Transaction, claim: Mapping[str, Any], day: date) -> str:
    """The card's state when the purchase was made: its events up to then, and its last day.

    Of a missed purchase the day alone is known: a card that was issued on it counts.
    """
    card_id, instant = claim["card_id"], claim["occurred_at"]
    state = "active" if claim["issued_on"] <= day.isoformat() else NOT_ISSUED
    for event in events_of_card(tx, card_id):
        if event["recorded_at"] <= instant and event["event"] in STATE_AFTER:
            state = STATE_AFTER[event["event"]]
    if state == "active" and claim["expires_on"] < day.isoformat():
        return "expired"
    return state


def _assess(tx: Transaction, claim: Mapping[str, Any], read_usage: ReadUsage) -> Assessment:
    day, at = parse_day(claim["business_day"]), parse_instant(claim["occurred_at"])
    state = card_state_at(tx, claim, day)
    eligibilities = tuple(eligibilities_on(tx, claim["holder_id"], day))
    terms = in_force(
        tx,
        day=day,
        outlet_id=claim["outlet_id"],
        outlet_kind=claim["outlet_kind"],
        eligibilities=eligibilities,
    )
    usage, given = Usage(), None
    refusal: Refusal | FieldProblems | None = _hindrance(tx, claim, eligibilities, terms)
    if terms is not None:
        usage = _usage(tx, claim, terms, at, read_usage)
    if refusal is None and terms is not None:
        try:
            given = quote(basket_of(claim), terms, usage)
        except (Refusal, FieldProblems) as why:
            refusal = why
    return Assessment(state, eligibilities, terms, usage, given, refusal)


def basket_of(claim: Mapping[str, Any]) -> Basket:
    """What was bought."""
    return Basket(claim["amount_fen"], claim["excluded_fen"], claim["insurance_fen"])


def _hindrance(
    tx: Transaction,
    claim: Mapping[str, Any],
    eligibilities: tuple[str, ...],
    terms: PolicyTerms | None,
) -> Refusal | None:
    """What no judgement can overcome."""
    if redemption_by_order(tx, claim["outlet_id"], claim["order_no"]) is not None:
        return Refusal("order_exists", order_no=claim["order_no"])
    if claim["erased_at"] or not eligibilities:
        return Refusal("holder_not_entitled")
    return Refusal("no_policy") if terms is None else None


def _usage(
    tx: Transaction,
    claim: Mapping[str, Any],
    terms: PolicyTerms,
    at: datetime,
    read_usage: ReadUsage,
) -> Usage:
    return read_usage(tx, holder_id=claim["holder_id"], policy_code=terms.code, now=at)
