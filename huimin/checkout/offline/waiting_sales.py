"""Waiting sales: offline sales that could be true and can't be told, kept with all that it takes to
enter one later and with the facts for and against it.

What people decide is added (decide_waiting.py); the sale itself is never changed. One whose order
the till cancelled is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from huimin.checkout import queries
from huimin.checkout.offline.redeem_offline import Judgement
from huimin.checkout.offline.requests import OfflineItem
from huimin.core.card_token import CheckedCard
from huimin.core.days import instant_text, parse_instant
from huimin.core.discount import Item
from huimin.core.json_text import read_json, write_json
from huimin.core.kept_refusal import KeptRefusal
from huimin.core.offline_terms import OfflineRoom
from huimin.storage.engine import Row, Transaction

PURCHASE = (
    *("presented_by", "identity_checked", "excluded_fen", "insurance_fen"),
    "shop_order_no",
)


def keep_waiting(
    tx: Transaction, item_id: str, item: OfflineItem, judged: Judgement, staff_id: str | None
) -> None:
    """Keep what was bought, and why it waits, beside the item of that id."""
    purchase = {
        **{name: getattr(item, name) for name in PURCHASE},
        "items": [asdict(line) for line in item.items],
        "card": None if item.card is None else asdict(item.card),
    }
    evidence = {
        "doubts": [KeptRefusal.of(doubt).as_record() for doubt in judged.doubts],
        "room": asdict(judged.room),
        "pack": {
            "id": judged.pack.id,
            "issued_at": instant_text(judged.pack.issued_at),
            "valid_until": instant_text(judged.pack.valid_until),
        },
    }
    queries.insert_waiting_sale(
        tx,
        id=item_id,
        purchase_json=write_json(purchase),
        evidence_json=write_json(evidence),
        two_people_fen=judged.pack.terms.two_people_fen,
        staff_id=staff_id,
    )


def item_of_waiting(row: Mapping[str, Any]) -> OfflineItem:
    """The item as the till sent it; `row` is that of `waiting_sale`."""
    purchase = read_json(row["purchase_json"])
    card = purchase["card"]
    return OfflineItem(
        client_id=row["client_id"],
        fingerprint=row["fingerprint"],
        card=None if card is None else CheckedCard(**card),
        unreadable=None,
        order_no=row["order_no"],
        policy_id=row["policy_id"],
        amount_fen=row["amount_fen"],
        discount_fen=row["discount_fen"],
        payable_fen=row["payable_fen"],
        items=tuple(Item(**line) for line in purchase["items"]),
        occurred_at=parse_instant(row["occurred_at"]),
        pack_id=row["pack_id"],
        pack_issued_at=parse_instant(row["pack_issued_at"]),
        device_clock_offset_ms=row["device_clock_offset_ms"],
        cashier=row["cashier"],
        **{name: purchase[name] for name in PURCHASE},
    )


def room_of_waiting(row: Mapping[str, Any]) -> OfflineRoom:
    """What the pack's caps had left when the sale came."""
    return OfflineRoom(**read_json(row["evidence_json"])["room"])


def doubts_of_waiting(row: Mapping[str, Any]) -> list[KeptRefusal]:
    """Why it waits."""
    return [KeptRefusal.from_record(doubt) for doubt in read_json(row["evidence_json"])["doubts"]]


def waiting_sale(tx: Transaction, sale_id: str) -> Row | None:
    """The item with all that was kept beside it, its final decision and its names; None if it does
    not wait or never did.
    """
    row: Row | None = queries.waiting_sale(tx, id=sale_id)
    return row


def count_waiting(
    tx: Transaction, *, first_day: str, last_day: str, outlet_id: str | None = None
) -> tuple[int, int]:
    """How many sales of these county days wait, at one outlet or anywhere, and their discounts."""
    row = queries.count_waiting(tx, first_day=first_day, last_day=last_day, outlet_id=outlet_id)
    return int(row["sales"]), int(row["discount_fen"])
