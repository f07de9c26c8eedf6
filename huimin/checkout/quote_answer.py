"""A policy, a quote and a ledger row as answers to a till: plain values, ready for JSON.

The shapes are described in api_answers.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from huimin.core.catalogue import say
from huimin.core.discount import PolicyTerms, Quote, Usage, explain, most_discount
from huimin.core.money import percent_words, rate_words


def quote_answer(quote: Quote, terms: PolicyTerms, language: str) -> dict[str, Any]:
    """A quote: sums in fen, lines, and sentences to read out."""
    return {
        "amount_fen": quote.amount_fen,
        "insurance_fen": quote.insurance_fen,
        "excluded_fen": quote.excluded_fen,
        "eligible_fen": quote.eligible_fen,
        "rate_bp": quote.rate_bp,
        "discount_fen": quote.discount_fen,
        "payable_fen": quote.payable_fen,
        "lines": [asdict(line) for line in quote.lines],
        "caps": list(quote.caps),
        "explanation": [explain(step, language) for step in quote.explanation],
        "policy": policy_answer(terms, language),
    }


def policy_answer(terms: PolicyTerms, language: str) -> dict[str, Any]:
    """A policy; `label` is to be read aloud: 九二折（优惠 8%）."""
    percent = percent_words(terms.rate_bp)
    rate = rate_words(terms.rate_bp, language)
    return {
        "id": terms.id,
        "code": terms.code,
        "version": terms.version,
        "name": terms.name,
        "rate_bp": terms.rate_bp,
        "label": rate
        if language == "en"
        else say("{rate}（优惠 {percent}）", language, rate=rate, percent=percent),
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
        "budget_fen": None
        if usage.budget_left_fen is None
        else most_discount(terms, usage.budget_left_fen),
    }


def chain_part(row: Mapping[str, Any]) -> dict[str, Any]:
    """A ledger row's place in its terminal's chain, and its hash."""
    return {"sequence": row["sequence"], "hash": row["hash"]}
