"""Enter what a till gave without network: every check of a sale online, as things stood then.

The same quote is made again and must agree to the fen. The caps of day and month count with all
that other tills gave meanwhile: what they no longer leave is refused whole, and borne by whom the
policy names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from huimin.alerts.note_alerts import note_alerts
from huimin.cards.find import card_row
from huimin.checkout.changing_code import take_code, use_code
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
from huimin.core.changing_code import HELD_SECONDS
from huimin.core.days import county_day, instant_text
from huimin.core.discount import Quote, quote
from huimin.core.offline_terms import OfflineRoom
from huimin.core.refusals import Refusal
from huimin.divisions.find import town_of
from huimin.holders.people import eligibilities_on, family_at, presenters_of
from huimin.ledger.append import Sale, append_redemption, lock_usage
from huimin.storage.engine import Transaction

Row = dict[str, Any]


def redeem_offline(
    tx: Transaction,
    item: OfflineItem,
    *,
    terminal: Mapping[str, Any],
    now: datetime,
    staff_id: str | None = None,
) -> Row:
    """Write the promised discount to the ledger, on its own day; the ledger row.

    The caller holds the terminal's lock. Raises the Refusal or FieldProblems of what does not
    hold; then nothing is written.
    """
    # A clock within the tolerance may be ahead; nothing occurs after it is recorded.
    occurred_at = min(item.occurred_at, now)
    require_times(item, now)
    allowed = terms_of_pack(tx, item, terminal)
    shown = readable_card(item, allowed)
    card = card_row(tx, shown)
    require_usable_then(tx, card, item, occurred_at)
    terms = policy_then(tx, item, terminal, occurred_at)
    holder_id = card["holder_id"]
    presenter_id = _presenter_id(tx, item, holder_id, occurred_at)
    take_code(tx, shown, terminal=terminal, now=occurred_at, allowed_seconds=HELD_SECONDS)
    room = room_then(tx, item, terminal, allowed, card["id"])
    given = promised_quote(item, terms, room)
    usage = lock_usage(tx, holder_id=holder_id, policy_code=terms.code, now=occurred_at)
    require_room_online(quote(item.basket, terms, usage), item)
    eligibilities = tuple(eligibilities_on(tx, holder_id, county_day(occurred_at)))
    division_code = presenters_of(tx, holder_id)[0]["division_code"]
    sale = Sale(
        terminal=terminal,
        order_no=item.order_no,
        card_id=card["id"],
        holder_id=holder_id,
        presenter_kind=item.presented_by,
        presenter_id=presenter_id,
        identity_checked=item.identity_checked,
        eligibility=Entitlement(card, eligibilities, terms).counted_eligibility,
        division_code=division_code,
        town_code=town_of(division_code),
        terms=terms,
        detail=_detail(item, given, room),
        cashier=item.cashier,
        staff_id=staff_id,
        channel="offline",
        occurred_at=occurred_at,
    )
    row = append_redemption(tx, sale, given, now=now)
    use_code(tx, shown, row["id"])
    note_alerts(tx, row, terminal=terminal, cap_redemption_fen=terms.cap_redemption_fen)
    return row


def _presenter_id(tx: Transaction, item: OfflineItem, holder_id: str, occurred_at: datetime) -> str:
    """The holder's id, or the family member's where there was only one; else "", for a till without
    network knows that it was one of the family, not which.
    """
    changing = item.card is not None and item.card.is_changing
    if not item.identity_checked and not changing:
        raise Refusal("identity_unchecked")
    if item.presented_by == "holder":
        return holder_id
    family = family_at(tx, holder_id, occurred_at)
    if not family:
        raise Refusal("presenter_unknown")
    return family[0] if len(family) == 1 else ""


def _detail(item: OfflineItem, given: Quote, room: OfflineRoom) -> dict[str, Any]:
    """What the columns do not hold, enough to make the same quote again under another policy."""
    return {
        "items": item.items,
        "excluded_by_hand_fen": 0 if item.items else item.excluded_fen,
        "lines": given.lines,
        "caps": given.caps,
        "explanation": given.explanation,
        "card_shown": item.card.shown if item.card else "number",
        "identity_by": "cashier" if item.identity_checked else "changing_code",
        "offline": {
            "client_id": item.client_id,
            "pack_issued_at": instant_text(item.pack_issued_at),
            "device_clock_offset_ms": item.device_clock_offset_ms,
            "room": asdict(room),
        },
    }
