"""What a till without network gave, as it sends it afterwards: one item, its fields checked.

The card's signature is looked at before a transaction opens, as for a sale online; what is wrong
with it is kept as this item's own refusal, because the other items of the call must go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from huimin.checkout.requests import Amounts
from huimin.core.card_token import CheckedCard
from huimin.core.refusals import Refusal

ITEMS_A_CALL_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineItem(Amounts):
    """A discount that a till promised by itself. `card` is None where `unreadable` says why."""

    client_id: str
    # Of what was sent, and of the same item in other forms; the first of these is kept.
    fingerprint: str
    other_fingerprints: tuple[str, ...] = ()
    card: CheckedCard | None
    unreadable: Refusal | None
    order_no: str
    presented_by: Literal["holder", "family_member"]
    identity_checked: bool
    policy_id: str
    discount_fen: int
    payable_fen: int
    occurred_at: datetime
    pack_id: str | None
    # Tills that do not know the ids of packs name theirs by this.
    pack_issued_at: datetime | None
    device_clock_offset_ms: int
    # When the county gave that pack to this terminal, as its id proves (pack_ids.py).
    pack_proved_at: datetime | None = None
    cashier: str | None = None
    shop_order_no: str | None = None
    # As the till wrote it: a record of before the upgrade has that form. None where it is not new.
    sent_order_no: str | None = None
