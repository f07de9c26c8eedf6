"""What a till asks when it files a claim, checked: the same from the API and from the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from huimin.core.card_token import CheckedCard
from huimin.core.discount import Basket, Item
from huimin.core.json_text import ADDED

NOTE_MAX = 200


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """A purchase without its discount. `occurred_on` is None for one that is being made now."""

    card: CheckedCard
    order_no: str
    amount_fen: int
    excluded_fen: int = 0
    insurance_fen: int = 0
    occurred_on: date | None = None
    presented_by: Literal["holder", "family_member"] = "holder"
    identity_checked: bool = False
    refusal_code: str | None = None
    note: str | None = None
    cashier: str | None = None
    items: tuple[Item, ...] = field(default=(), metadata={ADDED: True})

    @property
    def basket(self) -> Basket:
        """The same as the discount rules take it."""
        return Basket(self.amount_fen, self.excluded_fen, self.insurance_fen, self.items)
