"""Record a sale made without network: every check of an online sale, as things stood at that time.

The quote is made again and must agree to the fen. The day and month caps include what other tills
gave meanwhile: a sale that no longer fits is refused as a whole, and borne by whoever the policy
says.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from huimin.access.terminal_keys import Terminal
from huimin.cards.find import card_row
from huimin.cards.take_code import take_code
from huimin.checkout.entitlement import Entitlement
from huimin.checkout.offline.checks import (
    policy_then,
    promised_quote,
    readable_card,
    require_room_online,
    require_times,
    require_usable_then,
    room_then,
    terms_of_pack,
)
from huimin.checkout.offline.requests import OfflineItem
from huimin.checkout.sale import Presenter, presenter_then, record_sale
from huimin.core.changing_code import HELD_SECONDS
from huimin.core.days import county_day, instant_text
from huimin.core.discount import quote
from huimin.core.refusals import Refusal
from huimin.holders.people import eligibilities_on
from huimin.ledger.append import lock_usage
from huimin.storage.engine import Row, Transaction


def redeem_offline(
    tx: Transaction,
    item: OfflineItem,
    *,
    terminal: Terminal,
    now: datetime,
    staff_id: str | None = None,
) -> Row:
    """Write the promised discount to the ledger on the day it was given; returns the ledger row.

    The caller holds the terminal's lock. Raises the Refusal or FieldProblems of what does not
    hold; then nothing is written.
    """
    # A clock within the tolerance may be ahead, but nothing occurs after it is recorded.
    occurred_at = min(item.occurred_at, now)
    require_times(item, now)
    allowed = terms_of_pack(tx, item, terminal)
    card = readable_card(item, allowed)
    row = card_row(tx, card)
    require_usable_then(tx, row, item, occurred_at)
    terms = policy_then(tx, item, terminal, occurred_at)
    holder_id = row["holder_id"]
    eligibilities = tuple(eligibilities_on(tx, holder_id, county_day(occurred_at)))
    entitlement = Entitlement(row, eligibilities, terms).require_entitled()
    presenter = _presenter(tx, item, holder_id, occurred_at)
    take_code(
        tx, card, terminal_id=terminal["terminal_id"], now=occurred_at, allowed_seconds=HELD_SECONDS
    )
    room = room_then(tx, item, terminal, allowed, row["id"])
    promised = promised_quote(item, terms, room)
    usage = lock_usage(tx, holder_id=holder_id, policy_code=terms.code, now=occurred_at)
    require_room_online(quote(item.basket, terms, usage), item)
    return record_sale(
        tx,
        item,
        promised,
        entitlement=entitlement,
        presenter=presenter,
        terminal=terminal,
        now=now,
        staff_id=staff_id,
        channel="offline",
        occurred_at=occurred_at,
        detail={
            "offline": {
                "client_id": item.client_id,
                "pack_issued_at": instant_text(item.pack_issued_at),
                "device_clock_offset_ms": item.device_clock_offset_ms,
                "room": asdict(room),
            }
        },
    )


def _presenter(
    tx: Transaction, item: OfflineItem, holder_id: str, occurred_at: datetime
) -> Presenter:
    changing = item.card is not None and item.card.is_changing
    if not item.identity_checked and not changing:
        raise Refusal("identity_unchecked")
    return presenter_then(tx, holder_id, item.presented_by, occurred_at, must_exist=True)
