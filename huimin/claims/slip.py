"""The slip that a customer takes home: claim number, order number, amount paid; no name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huimin.checkout.receipts.paper import RULE, Paper, Piece, centre, large_sum, pair, small, title
from huimin.checkout.receipts.receipt_words import RECEIPT
from huimin.core.days import county_minute
from huimin.core.money import yuan_text
from huimin.settings import Settings


def claim_slip(
    claim: Mapping[str, Any], *, outlet_name: str, settings: Settings, language: str = "zh_Hans"
) -> Paper:
    """The slip on paper. A missed purchase shows only its day, because the hour is not known."""

    def word(name: str, **values: object) -> str:
        return RECEIPT.say(name, language, **values)

    missed = claim["source"] == "missed"
    when = claim["business_day"] if missed else county_minute(claim["occurred_at"])
    pieces: list[Piece] = [
        title(f"{settings.county_name}{word('card')}"),
        centre(word("claim")),
        RULE,
        large_sum(word("claim_no"), claim["claim_no"]),
        pair(word("outlet"), outlet_name),
        pair(word("time"), when),
        pair(word("order_no"), claim["order_no"]),
        pair(word("paid"), yuan_text(claim["amount_fen"])),
    ]
    if claim["cashier"]:
        pieces.append(pair(word("cashier"), claim["cashier"]))
    return (*pieces, RULE, small(word("keep")), centre(word("help", line=settings.help_line)))
