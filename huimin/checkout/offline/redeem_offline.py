"""Judge a sale made without network, and enter it: every check of an online sale, as things stood
at that time.

What can't be true is refused. What could be true and can't be told waits for people, with its
doubts (doubts.py). The quote is made again and must agree to the fen. The day and month caps
include what other tills gave meanwhile: a sale that no longer fits is refused as a whole, and borne
by whoever the policy says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.cards.changing_code import HELD_SECONDS, take_code
from huimin.cards.find import card_row
from huimin.checkout.entitlement import Entitlement
from huimin.checkout.offline.checks import (
    policy_then,
    promised_quote,
    readable_card,
    require_in_date,
    require_room_online,
    require_times,
    room_then,
)
from huimin.checkout.offline.doubts import (
    doubt_of_delay,
    doubt_of_key,
    doubt_of_pack,
    doubt_of_total,
    doubts_of_card,
)
from huimin.checkout.offline.packs import Pack, pack_of_item, pack_of_waiting
from huimin.checkout.offline.place_then import require_open_then
from huimin.checkout.offline.requests import OfflineItem
from huimin.checkout.sale import Presenter, presenter_then, record_sale
from huimin.core.card_token import CheckedCard
from huimin.core.days import county_day, instant_text
from huimin.core.discount import Quote, quote
from huimin.core.offline_terms import OfflineRoom
from huimin.core.refusals import Refusal
from huimin.holders.people import eligibilities_on
from huimin.ledger.append import lock_usage
from huimin.storage.engine import Row, Transaction


@dataclass(frozen=True, slots=True)
class Judgement:
    """A sale that is possible: all that it takes to enter it, and what speaks against doing so
    without asking a person. `occurred_at` is the till's, but never after it was recorded.
    """

    pack: Pack
    occurred_at: datetime
    entitlement: Entitlement
    presenter: Presenter
    room: OfflineRoom
    promised: Quote
    doubts: tuple[Refusal, ...]


def judge_offline(
    tx: Transaction, item: OfflineItem, *, terminal: Terminal, now: datetime
) -> Judgement:
    """What is to be done with the sale; a changing code is taken for this terminal.

    The caller holds the terminal's lock. Raises the Refusal or FieldProblems of what can't be true.
    """
    occurred_at = min(item.occurred_at, now)
    pack = pack_of_item(tx, item, terminal)
    require_times(item, pack, now)
    require_open_then(tx, terminal, occurred_at)
    checked_card = readable_card(item, pack.terms)
    card = card_row(tx, checked_card)
    require_in_date(card, occurred_at)
    doubts = (
        *doubt_of_pack(pack),
        *doubt_of_delay(occurred_at, pack, now),
        *doubt_of_key(card, pack),
        *doubts_of_card(tx, card, terminal, pack, occurred_at=occurred_at, now=now),
        *doubt_of_total(tx, item, terminal, pack),
    )
    _take(tx, checked_card, terminal, occurred_at)
    room = room_then(tx, terminal, pack, card["id"])
    return _judgement(tx, item, terminal, pack, card, occurred_at, room=room, doubts=doubts)


def judge_again(
    tx: Transaction,
    item: OfflineItem,
    *,
    terminal: Terminal,
    room: OfflineRoom,
    recorded_at: datetime,
    take: bool,
) -> Judgement:
    """The judgement of a sale that waited, for whoever decides on it: its pack had `room` left when
    it came. With `take` a changing code is taken again: one that bought nothing is forgotten after
    a day.
    """
    occurred_at = min(item.occurred_at, recorded_at)
    pack = pack_of_waiting(tx, item, terminal)
    checked_card = readable_card(item, pack.terms)
    card = card_row(tx, checked_card)
    if take:
        _take(tx, checked_card, terminal, occurred_at)
    return _judgement(tx, item, terminal, pack, card, occurred_at, room=room, doubts=())


def _take(tx: Transaction, card: CheckedCard, terminal: Terminal, occurred_at: datetime) -> None:
    terminal_id = terminal["terminal_id"]
    take_code(tx, card, terminal_id=terminal_id, now=occurred_at, allowed_seconds=HELD_SECONDS)


def _judgement(
    tx: Transaction,
    item: OfflineItem,
    terminal: Terminal,
    pack: Pack,
    card: Mapping[str, Any],
    occurred_at: datetime,
    *,
    room: OfflineRoom,
    doubts: tuple[Refusal, ...],
) -> Judgement:
    entitlement = _entitlement_then(tx, item, terminal, pack, card, occurred_at)
    return Judgement(
        pack=pack,
        occurred_at=occurred_at,
        entitlement=entitlement,
        presenter=_presenter(tx, item, card["holder_id"], occurred_at),
        room=room,
        promised=promised_quote(item, entitlement.required_terms, room),
        doubts=doubts,
    )


def enter_offline(
    tx: Transaction,
    item: OfflineItem,
    judged: Judgement,
    *,
    terminal: Terminal,
    now: datetime,
    staff_id: str | None = None,
    waiting_id: str | None = None,
    decided: Mapping[str, Any] | None = None,
) -> Row:
    """Write the promised discount to the ledger on the day it was given; returns the ledger row.

    `waiting_id` is its id where it had waited, `decided` which decision of people let it in. Raises
    the Refusal of what the day's and month's caps, the order number or the code no longer allow;
    then nothing is written.
    """
    entitlement, occurred_at = judged.entitlement, judged.occurred_at
    terms = entitlement.required_terms
    usage = lock_usage(
        tx, holder_id=entitlement.card["holder_id"], terms=terms, at=occurred_at, now=now
    )
    require_room_online(quote(item.basket, terms, usage, any_category=True), item)
    return record_sale(
        tx,
        item,
        judged.promised,
        entitlement=entitlement,
        presenter=judged.presenter,
        terminal=terminal,
        now=now,
        staff_id=staff_id,
        channel="offline",
        occurred_at=occurred_at,
        waiting_id=waiting_id,
        detail={
            "offline": {
                "client_id": item.client_id,
                "pack_id": judged.pack.id,
                "pack_issued_at": instant_text(judged.pack.issued_at),
                "device_clock_offset_ms": item.device_clock_offset_ms,
                "room": asdict(judged.room),
                **({} if decided is None else {"decided": decided}),
            }
        },
    )


def _entitlement_then(
    tx: Transaction,
    item: OfflineItem,
    terminal: Terminal,
    pack: Pack,
    card: Mapping[str, Any],
    occurred_at: datetime,
) -> Entitlement:
    terms = policy_then(tx, item, terminal, pack, occurred_at)
    day = county_day(occurred_at)
    eligibilities = tuple(eligibilities_on(tx, card["holder_id"], day))
    return Entitlement(card, eligibilities, terms).require_entitled()


def _presenter(
    tx: Transaction, item: OfflineItem, holder_id: str, occurred_at: datetime
) -> Presenter:
    changing = item.card is not None and item.card.is_changing
    if not item.identity_checked and not changing:
        raise Refusal("identity_unchecked")
    return presenter_then(tx, holder_id, item.presented_by, occurred_at, must_exist=True)
