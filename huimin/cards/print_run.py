"""Choose the cards of a print run, and record that they were printed.

Only active cards are printed. The event is written after the file is safe on disk, so that a run
that fails half-way leaves its cards unprinted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Unpack
from urllib.parse import urlsplit

from huimin.cards import queries
from huimin.cards.change_state import STATE_WORDS
from huimin.cards.events import record_event
from huimin.cards.sheet import PrintedCard
from huimin.cards.token import token_of
from huimin.core.acting import By
from huimin.core.card_token import address_form
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.keys.key_ring import KeyRing
from huimin.storage.engine import Row, Transaction

DIVISION_FIRST, DIVISION_LAST = "000000000000", "999999999999"


def cards_of_run(
    tx: Transaction, *, today: date, town_code: str | None = None, printed_too: bool = False
) -> list[Row]:
    """Active cards ordered by village, each with `holder_name`.

    `town_code` (12 digits) limits them to one town; without `printed_too` only cards that were
    never printed are returned.
    """
    first, last = DIVISION_FIRST, DIVISION_LAST
    if town_code is not None:
        first, last = town_code[:9] + "000", town_code[:9] + "999"
    return list(
        queries.cards_of_run(
            tx,
            today=today.isoformat(),
            division_first=first,
            division_last=last,
            printed_too=int(printed_too),
        )
    )


def card_to_print(tx: Transaction, card_id: str, today: date) -> Row:
    """An active card with `holder_name`. Raises FieldProblems when it is not active, or when its
    signing key leaked.
    """
    card: Row | None = queries.card_with_name(tx, id=card_id)
    if card is None:
        raise Refusal("card_unknown")
    state = card["state"]
    if state == "active" and card["expires_on"] < today.isoformat():
        state = "expired"
    if state != "active":
        raise field_problem(
            "card", "这张卡{state}，不能打印；只打印正常的卡。", state=STATE_WORDS.text(state)
        )
    if card["key_revoked_at"] is not None:
        raise field_problem("card", "这张卡的签发密钥已作废，请先补卡，再打印新卡。")
    return card


def card_of_holder(tx: Transaction, holder_id: str, today: date) -> Row:
    """The holder's active card. Raises FieldProblems when there is none."""
    card = queries.live_card_of_holder(tx, holder_id=holder_id)
    if card is None:
        raise field_problem("holder", "这位持卡人没有可打印的卡，请先发卡。")
    return card_to_print(tx, card["id"], today)


def printed_cards(
    rows: Iterable[Mapping[str, Any]], key_ring: KeyRing, host: str | None
) -> Iterator[PrintedCard]:
    """What is printed on each card. With a `host` the QR code is an address, else the digits."""
    for row in rows:
        token = token_of(row, key_ring)
        yield PrintedCard(
            number=row["number"],
            name=row["holder_name"],
            expires_on=row["expires_on"],
            code_text=address_form(token, host) if host else token,
        )


def public_host(base_url: str | None) -> str | None:
    """The host for the address form of the QR code; None unless the base URL is https."""
    address = urlsplit(base_url or "")
    return address.netloc if address.scheme == "https" and address.netloc else None


def record_printed(
    tx: Transaction, card_ids: Iterable[str], *, reason: str, **by: Unpack[By]
) -> None:
    """Write a `printed` event for each card."""
    for card_id in card_ids:
        record_event(tx, card_id, "printed", reason=reason, **by)
        queries.note_printed(tx, id=card_id, printed_at=instant_text(by["now"]))
