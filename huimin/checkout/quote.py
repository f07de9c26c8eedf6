"""Quote a basket for a card: what it would get, explained, without leaving a trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from huimin.checkout.changing_code import require_code
from huimin.checkout.entitlement import entitlement_of
from huimin.checkout.requests import QuoteRequest
from huimin.checkout.verify import policy_answer
from huimin.core.discount import PolicyTerms, Quote, explain, quote
from huimin.ledger.read import usage_at
from huimin.storage.engine import Transaction


def quote_basket(
    tx: Transaction,
    request: QuoteRequest,
    *,
    terminal: Mapping[str, Any],
    now: datetime,
    language: str = "zh_Hans",
) -> dict[str, Any]:
    """The answer of `POST /api/v1/quotes`.

    Raises FieldProblems for sums that don't fit, or the Refusal of card, policy or caps.
    """
    entitled = entitlement_of(tx, request.card, terminal=terminal, now=now)
    require_code(tx, request.card, terminal=terminal, now=now)
    terms = entitled.required_terms
    usage = usage_at(tx, holder_id=entitled.card["holder_id"], policy_code=terms.code, now=now)
    return quote_answer(quote(request.basket, terms, usage), terms, language)


def quote_answer(given: Quote, terms: PolicyTerms, language: str) -> dict[str, Any]:
    """A quote as tills are told it: sums in fen, lines, and sentences to read out."""
    return {
        "amount_fen": given.amount_fen,
        "insurance_fen": given.insurance_fen,
        "excluded_fen": given.excluded_fen,
        "eligible_fen": given.eligible_fen,
        "rate_bp": given.rate_bp,
        "discount_fen": given.discount_fen,
        "payable_fen": given.payable_fen,
        "lines": [asdict(line) for line in given.lines],
        "caps": list(given.caps),
        "explanation": [explain(step, language) for step in given.explanation],
        "policy": policy_answer(terms, language),
    }
