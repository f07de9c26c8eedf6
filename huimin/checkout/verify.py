"""Verify a card at a till: who may present it, what it gets here today.

It changes nothing, except that a changing code is taken by the till that reads it first; only such
a code needs a transaction that writes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.cards.changing_code import take_code
from huimin.checkout.entitlement import entitlement_of
from huimin.checkout.quote_answer import policy_answer, remaining
from huimin.core.card_token import CheckedCard
from huimin.core.discount import Usage
from huimin.holders.people import presenters_of
from huimin.ledger.read import usage_at
from huimin.storage.engine import Engine, Transaction


def verify_at(engine: Engine, card: CheckedCard, **details: Any) -> dict[str, Any]:
    """`verify_card` in a transaction that reads, or writes for a changing code."""
    run = engine.write if card.is_changing else engine.read
    return run(lambda tx: verify_card(tx, card, **details))


def verify_card(
    tx: Transaction,
    card: CheckedCard,
    *,
    terminal: Terminal,
    now: datetime,
    language: str = "zh_Hans",
) -> dict[str, Any]:
    """The answer of `POST /api/v1/cards/verify`; names are masked, the eligibility stays unsaid.

    `card_id` is for the look-up record and is not sent. Raises the Refusal of a card that
    is unknown or not usable today, or of a changing code that is stale or used.
    """
    entitlement = entitlement_of(tx, card, terminal=terminal, now=now)
    take_code(tx, card, terminal_id=terminal["terminal_id"], now=now)
    row, terms = entitlement.card, entitlement.terms
    presenters = presenters_of(tx, row["holder_id"])
    usage = Usage()
    if terms is not None:
        usage = usage_at(tx, holder_id=row["holder_id"], terms=terms, at=now, now=now)
    return {
        "card_id": row["id"],
        "card": {name: row[name] for name in ("number", "state", "expires_on")},
        "identity_needed": not card.is_changing,
        "holder": {"name_masked": presenters[0]["name_masked"]},
        "may_present": [
            {name: person[name] for name in ("id", "kind", "name_masked", "relation")}
            for person in presenters
        ],
        "policy": None if terms is None else policy_answer(terms, language),
        "remaining": None if terms is None else remaining(terms, usage),
    }
