"""Verify a card at a till: who may present it, what it gets here today.

It changes nothing, but that a changing code is taken for the till that reads it first; only for
such a code does it need a transaction that writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.cards.find import CheckedCard
from huimin.checkout.changing_code import take_code
from huimin.checkout.entitlement import entitlement_of
from huimin.core.discount import PolicyTerms, Usage
from huimin.core.money import percent_words, rate_words
from huimin.holders.people import presenters_of
from huimin.ledger.read import usage_at
from huimin.storage.engine import Engine, Transaction


def verify_at(engine: Engine, card: CheckedCard, **given: Any) -> dict[str, Any]:
    """`verify_card` in a transaction that reads, or writes for a changing code."""
    run = engine.write if card.is_changing else engine.read
    return run(lambda tx: verify_card(tx, card, **given))


def verify_card(
    tx: Transaction,
    card: CheckedCard,
    *,
    terminal: Mapping[str, Any],
    now: datetime,
    language: str = "zh_Hans",
) -> dict[str, Any]:
    """The answer of `POST /api/v1/cards/verify`; names are masked, the eligibility is not told.

    `card_id` is for the record of who looked and is not told. Raises the Refusal of a card that
    is unknown or does not count today, or of a changing code that is stale or used.
    """
    entitled = entitlement_of(tx, card, terminal=terminal, now=now)
    take_code(tx, card, terminal=terminal, now=now)
    row, terms = entitled.card, entitled.terms
    presenters = presenters_of(tx, row["holder_id"])
    usage = Usage()
    if terms is not None:
        usage = usage_at(tx, holder_id=row["holder_id"], policy_code=terms.code, now=now)
    return {
        "card_id": row["id"],
        "card": {
            "number": row["number"],
            "state": row["state"],
            "expires_on": row["expires_on"],
        },
        "identity_needed": not card.is_changing,
        "holder": {"name_masked": presenters[0]["name_masked"]},
        "may_present": [
            {name: person[name] for name in ("id", "kind", "name_masked", "relation")}
            for person in presenters
        ],
        "policy": None if terms is None else policy_answer(terms, language),
        "remaining": None if terms is None else remaining(terms, usage),
    }


def policy_answer(terms: PolicyTerms, language: str) -> dict[str, Any]:
    """A policy as tills are told it; `label` is to be read out: 九二折（优惠 8%）."""
    percent = percent_words(terms.rate_bp)
    word = {"zh_Hant": "優惠"}.get(language, "优惠")
    said = rate_words(terms.rate_bp, language)
    return {
        "id": terms.id,
        "code": terms.code,
        "version": terms.version,
        "name": terms.name,
        "rate_bp": terms.rate_bp,
        "label": said if language == "en" else f"{said}（{word} {percent}）",
        "base": terms.base,
        "minimum_spend_fen": terms.minimum_spend_fen,
        "rounding_unit_fen": terms.rounding_unit_fen,
        "excluded_categories": list(terms.excluded_categories),
    }


def remaining(terms: PolicyTerms, usage: Usage) -> dict[str, int | None]:
    """The discount that the caps still leave, in fen; None where there is no cap."""

    def left(cap_fen: int | None, used_fen: int) -> int | None:
        return None if cap_fen is None else max(cap_fen - used_fen, 0)

    return {
        "redemption_fen": terms.cap_redemption_fen,
        "card_day_fen": left(terms.cap_card_day_fen, usage.day_used_fen),
        "card_month_fen": left(terms.cap_card_month_fen, usage.month_used_fen),
    }
