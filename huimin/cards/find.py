"""Find the card that a till scanned or a cashier typed, and check whether it is usable today.

A token's signature is verified before the database is asked (core/card_token.py). Finding and
checking are two steps, because a stopped card is still found: the cashier must learn why it is
refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from huimin.cards import queries
from huimin.core.card_token import CardReading, CheckedCard, check_reading
from huimin.core.days import county_day, instant_text
from huimin.core.refusals import Refusal
from huimin.storage.engine import Row, Transaction

# The state that an event leads to, where it is not called like the event.
STATE_AFTER = {"issued": "active", "resumed": "active"}
# The instant is before this copy of the card; there may have been another copy.
NOT_ISSUED = "not_issued"


def card_row(tx: Transaction, checked: CheckedCard) -> Row:
    """The card's row, in any state, with `key_revoked_at` if its signing key leaked.

    Raises Refusal `card_unknown`, and `card_signature_invalid` for a copy that the county signed
    with another key: whoever has a leaked key can sign for any copy.
    """
    if checked.kind == "number":
        card = queries.card_by_number(tx, number=checked.text)
    else:
        card = queries.card_by_copy_id(tx, copy_id=checked.text)
    if card is None:
        raise Refusal("card_unknown")
    if checked.key_id not in (None, card["key_id"]):
        raise Refusal("card_signature_invalid")
    row: Row = card
    return row


def card_by_id(tx: Transaction, card_id: str) -> Row:
    """The same row of a card that a row names. Raises Refusal `card_unknown`."""
    card: Row | None = queries.card_by_id(tx, id=card_id)
    if card is None:
        raise Refusal("card_unknown")
    return card


def has_cards(tx: Transaction) -> bool:
    """Whether any card was ever issued."""
    return queries.any_card(tx) is not None


def newest_signing_key(tx: Transaction) -> int | None:
    """The id of the key that signed the card issued last; None before the first."""
    row = queries.newest_card_key(tx)
    return None if row is None else int(row["key_id"])


def find_card(
    tx: Transaction, reading: CardReading, public_keys: Mapping[int, Ed25519PublicKey]
) -> Row:
    """The row of a scanned or typed card, in any state.

    Raises Refusal: `card_signature_invalid` for a token the county did not sign, `card_unknown`.
    """
    return card_row(tx, check_reading(reading, public_keys))


def card_state_at(
    tx: Transaction, card: Mapping[str, Any], at: datetime, *, hour_known: bool = True
) -> str:
    """The card's state at a past instant, as its history tells, or NOT_ISSUED.

    Where only the county day of `at` is known, a card that was issued on that day counts.
    """
    day = county_day(at).isoformat()
    last_change = queries.last_change_at(tx, card_id=card["id"], at=instant_text(at))
    if last_change is not None:
        state = STATE_AFTER.get(last_change["event"], last_change["event"])
    elif not hour_known and card["issued_on"] <= day:
        state = "active"
    else:
        return NOT_ISSUED
    return "expired" if state == "active" and card["expires_on"] < day else str(state)


def is_usable_throughout(
    tx: Transaction, card: Mapping[str, Any], since: datetime, until: datetime
) -> bool:
    """Whether the card was active at both instants and nothing happened to it in between."""
    if {card_state_at(tx, card, at) for at in (since, until)} != {"active"}:
        return False
    changes = [
        queries.last_change_at(tx, card_id=card["id"], at=instant_text(at)) for at in (since, until)
    ]
    return bool(changes[0]["id"] == changes[1]["id"])


def require_usable(card: Mapping[str, Any], today: date) -> None:
    """Raise the Refusal for the card's state unless it is active and in date on that county day.

    Of a card whose key was revoked that is said rather than that there is a new copy.
    """
    if card["state"] in ("active", "replaced") and card.get("key_revoked_at") is not None:
        raise Refusal("card_key_revoked")
    if card["state"] != "active":
        raise Refusal(f"card_{card['state']}")
    if card["expires_on"] < today.isoformat():
        raise Refusal("card_expired")
