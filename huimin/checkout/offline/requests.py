"""What a till without network gave, as it sends it afterwards: one item, its fields checked.

The card's signature is looked at before a transaction opens, as for a sale online; what is wrong
with it is kept as this item's own refusal, because the other items of the call must go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from huimin.core.card_token import CheckedCard
from huimin.core.discount import Basket, Item
from huimin.core.refusals import Refusal

ITEMS_A_CALL_MAX = 100


@dataclass(frozen=True, slots=True)
class OfflineItem:
    """A discount that a till promised by itself. `card` is None where `unreadable` says why."""

    client_id: str
    fingerprint: str
    card: CheckedCard | None
    unreadable: Refusal | None
    order_no: str
    amount_fen: int
    excluded_fen: int
    insurance_fen: int
    items: tuple[Item, ...]
    presented_by: Literal["holder", "family_member"]
    identity_checked: bool
    policy_id: str
    discount_fen: int
    payable_fen: int
    occurred_at: datetime
    pack_issued_at: datetime
    device_clock_offset_ms: int
    cashier: str | None = None

    @property
    def basket(self) -> Basket:
        """What was bought."""
        return Basket(self.amount_fen, self.excluded_fen, self.insurance_fen, self.items)
