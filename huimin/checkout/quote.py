"""Quote a basket for a card: what it would get, explained, without leaving a trace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.cards.changing_code import require_code
from huimin.checkout.entitlement import entitlement_of
from huimin.checkout.quote_answer import quote_answer
from huimin.checkout.requests import QuoteRequest
from huimin.core.discount import quote
from huimin.ledger.read import usage_at
from huimin.storage.engine import Transaction


def quote_basket(
    tx: Transaction,
    request: QuoteRequest,
    *,
    terminal: Terminal,
    now: datetime,
    language: str = "zh_Hans",
) -> dict[str, Any]:
    """The answer of `POST /api/v1/quotes`.

    Raises FieldProblems for sums that don't fit, or the Refusal of card, policy or caps.
    """
    entitlement = entitlement_of(tx, request.card, terminal=terminal, now=now)
    require_code(tx, request.card, terminal_id=terminal["terminal_id"], now=now)
    terms = entitlement.required_terms
    holder_id = entitlement.card["holder_id"]
    usage = usage_at(tx, holder_id=holder_id, terms=terms, at=now, now=now)
    return quote_answer(quote(request.basket, terms, usage), terms, language)
