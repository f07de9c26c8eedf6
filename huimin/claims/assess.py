"""What a claim is worth: the policy of its own day, that day's caps as they stand now, the quote.

Viewing and approving use the same function, so that what an administrator sees is what is written;
the approval works on locked counters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huimin.cards.find import card_state_at
from huimin.checkout.entitlement import Entitlement, entitlement_on
from huimin.claims import queries
from huimin.core.days import parse_day, parse_instant
from huimin.core.discount import Basket, Item, Quote, Usage, quote
from huimin.core.json_text import read_json
from huimin.core.refusals import FieldProblems, Refusal
from huimin.ledger.append import lock_usage, require_unsold_order
from huimin.ledger.read import usage_at
from huimin.storage.engine import Row, Transaction

ReadUsage = Callable[..., Usage]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What decides a claim: `quote` is the discount, or `refusal` says why there would be none."""

    card_state_then: str
    entitlement: Entitlement
    usage: Usage
    quote: Quote | None
    refusal: Refusal | FieldProblems | None

    @property
    def needs_judgement(self) -> bool:
        """True if the card was not usable on that day: then an approval needs a reason."""
        return self.card_state_then != "active"

    @property
    def required_quote(self) -> Quote:
        """The discount. Raises the refusal if there is one."""
        if self.refusal is not None:
            raise self.refusal
        if self.quote is None:
            raise Refusal("no_policy")
        return self.quote


def look_at_claim(tx: Transaction, claim: Mapping[str, Any], now: datetime) -> Assessment:
    """What the claim would get now; nothing is locked or written."""
    return _assess(tx, claim, now, usage_at)


def assess_claim(tx: Transaction, claim: Mapping[str, Any], now: datetime) -> Assessment:
    """The same with the counters of its day and month locked until the commit."""
    return _assess(tx, claim, now, lock_usage)


def same_sales(tx: Transaction, claim: Mapping[str, Any]) -> list[Row]:
    """Redemptions of the holder on that day for the same amount: perhaps the same purchase."""
    rows = queries.same_sale(
        tx, holder_id=claim["holder_id"], day=claim["business_day"], amount_fen=claim["amount_fen"]
    )
    return [row for row in rows if row["id"] != claim["redemption_id"]]


def _assess(
    tx: Transaction, claim: Mapping[str, Any], now: datetime, read_usage: ReadUsage
) -> Assessment:
    day, at = parse_day(claim["business_day"]), parse_instant(claim["occurred_at"])
    card = {name: claim[name] for name in ("holder_id", "issued_on", "expires_on")}
    card["id"] = claim["card_id"]
    # For a missed purchase only the day is known.
    state = card_state_at(tx, card, at, hour_known=claim["source"] != "missed")
    entitlement = entitlement_on(tx, card, day, claim)
    terms, usage, basket_quote = entitlement.terms, Usage(), None
    refusal: Refusal | FieldProblems | None = _hindrance(tx, claim, entitlement)
    if terms is not None:
        usage = read_usage(tx, holder_id=claim["holder_id"], terms=terms, at=at, now=now)
    if refusal is None and terms is not None:
        try:
            basket_quote = quote(basket_of(claim), terms, usage, any_category=True)
        except (Refusal, FieldProblems) as error:
            refusal = error
    return Assessment(state, entitlement, usage, basket_quote, refusal)


def basket_of(claim: Mapping[str, Any]) -> Basket:
    """What was bought."""
    items = tuple(Item(**line) for line in read_json(claim["items_json"] or "[]"))
    # With lines, what takes no part follows from their categories under the day's policy.
    excluded_fen = 0 if items else claim["excluded_fen"]
    return Basket(claim["amount_fen"], excluded_fen, claim["insurance_fen"], items)


def _hindrance(
    tx: Transaction, claim: Mapping[str, Any], entitlement: Entitlement
) -> Refusal | None:
    """What rules out a discount, whatever the administrator thinks."""
    try:
        require_unsold_order(tx, claim["outlet_id"], claim["order_no"])
    except Refusal as refusal:
        return refusal
    if claim["erased_at"] or not entitlement.eligibilities:
        return Refusal("not_entitled")
    return Refusal("no_policy") if entitlement.terms is None else None
