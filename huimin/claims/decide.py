"""Decide a claim: approve it, which writes a redemption of its own day, or reject it with a reason.

The approval recomputes everything in its transaction with the counters locked, so it gives just
what the caps of that day and month still leave; whoever filed the claim can't approve it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Unpack

from huimin.access.terminal_keys import terminal_by_id
from huimin.audit.record import GROUNDS, checked_reason
from huimin.checkout.sale import presenter_then, record_sale
from huimin.claims import queries
from huimin.claims.assess import assess_claim, basket_of
from huimin.claims.news import claim_news
from huimin.claims.submit import record_claim
from huimin.core.acting import By
from huimin.core.days import instant_text, parse_instant
from huimin.core.discount import Basket
from huimin.core.refusals import Refusal
from huimin.notices.merchant_webhook import tell_merchant_of_outlet
from huimin.storage.engine import Row, Transaction


@dataclass(frozen=True, slots=True)
class ClaimedPurchase:
    """A claim's purchase, ready to be recorded; its card was read when the claim was filed."""

    basket: Basket
    order_no: str
    identity_checked: bool
    cashier: str | None
    shop_order_no: None = None
    card: None = None


def approve_claim(tx: Transaction, claim_id: str, *, reason: str, **by: Unpack[By]) -> Row:
    """Give the discount under the terms of the claim's own day; returns the ledger row.

    If the card was not usable on that day, `reason` must say why it is given all the same. Raises
    FieldProblems on `reason`, Refusal `claim_decided`, `claim_own`, or whatever prevents it.
    """
    claim = _open(tx, claim_id)
    if claim["submitted_by"] == by["actor"]:
        raise Refusal("claim_own")
    assessment = assess_claim(tx, claim, by["now"])
    quote = assessment.required_quote
    must_explain = assessment.needs_judgement or reason.strip()
    checked = checked_reason(reason, GROUNDS) if must_explain else None
    occurred_at = parse_instant(claim["occurred_at"])
    row = record_sale(
        tx,
        ClaimedPurchase(
            basket_of(claim), claim["order_no"], bool(claim["identity_checked"]), claim["cashier"]
        ),
        quote,
        entitlement=assessment.entitlement,
        presenter=presenter_then(tx, claim["holder_id"], claim["presenter_kind"], occurred_at),
        terminal=terminal_by_id(tx, claim["terminal_id"]),
        now=by["now"],
        staff_id=claim["staff_id"],
        channel="claim",
        occurred_at=occurred_at,
        detail={"claim": {"id": claim["id"], "claim_no": claim["claim_no"]}},
    )
    decided = _decide(tx, claim, "approved", reason=checked, redemption_id=row["id"], **by)
    tell_merchant_of_outlet(tx, claim["outlet_id"], claim_news(decided, row), now=by["now"])
    return row


def reject_claim(tx: Transaction, claim_id: str, *, reason: str, **by: Unpack[By]) -> Row:
    """Reject the claim with a reason, which the outlet can read; returns the claim's row."""
    claim = _open(tx, claim_id)
    checked = checked_reason(reason, GROUNDS)
    decided = _decide(tx, claim, "rejected", reason=checked, **by)
    tell_merchant_of_outlet(tx, claim["outlet_id"], claim_news(decided, None), now=by["now"])
    return decided


def _open(tx: Transaction, claim_id: str) -> Row:
    """The claim, locked until the commit."""
    locked = queries.lock_claim(tx, id=claim_id)
    if locked is None:
        raise Refusal("not_found")
    if locked["state"] != "submitted":
        raise Refusal("claim_decided")
    claim: Row = queries.claim_with_names(tx, id=claim_id)
    return claim


def _decide(
    tx: Transaction,
    claim: Mapping[str, object],
    state: str,
    *,
    reason: str | None,
    redemption_id: str | None = None,
    **by: Unpack[By],
) -> Row:
    decided: Row | None = queries.decide_claim(
        tx,
        id=claim["id"],
        state=state,
        decided_at=instant_text(by["now"]),
        decided_by=by["actor"],
        reason=reason,
        redemption_id=redemption_id,
    )
    if decided is None:
        raise Refusal("claim_decided")
    record_claim(tx, f"claim.{state}", decided, reason=reason, **by)
    return decided
