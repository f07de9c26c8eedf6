"""Find the card that a till scanned or a cashier typed, and check whether it is usable today.

A token's signature is verified before the database is asked. Finding and checking are two steps,
because a stopped card is still found: the cashier must learn why it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from huimin.cards import queries
from huimin.core.card_token import CardReading, verify_token
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CheckedCard:
    """A card number, or the copy id from a verified token; not yet looked up in the database.

    `issued_at` (Unix seconds) is set for a changing code only.
    """

    kind: Literal["number", "copy_id"]
    text: str
    issued_at: int | None = None

    @property
    def is_changing(self) -> bool:
        """Whether it is a phone's one-minute code, which can be used once."""
        return self.issued_at is not None

    @property
    def shown(self) -> Literal["number", "printed_code", "changing_code"]:
        """How the card was presented, as recorded in the ledger."""
        if self.kind == "number":
            return "number"
        return "changing_code" if self.is_changing else "printed_code"


def check_reading(reading: CardReading, public_keys: Mapping[int, Ed25519PublicKey]) -> CheckedCard:
    """Check a token's signature. Raises Refusal `card_signature_invalid`."""
    if reading.kind == "number":
        return CheckedCard("number", reading.text)
    claims = verify_token(reading.text, public_keys)
    return CheckedCard("copy_id", claims.copy_id.hex(), claims.issued_at)


def card_row(tx: Transaction, checked: CheckedCard) -> Row:
    """The card's row, in any state. Raises Refusal `card_unknown`."""
    if checked.kind == "number":
        card = queries.card_by_number(tx, number=checked.text)
    else:
        card = queries.card_by_copy_id(tx, copy_id=checked.text)
    if card is None:
        raise Refusal("card_unknown")
    row: Row = card
    return row


def has_cards(tx: Transaction) -> bool:
    """Whether any card was ever issued."""
    return queries.any_card(tx) is not None


def find_card(
    tx: Transaction, reading: CardReading, public_keys: Mapping[int, Ed25519PublicKey]
) -> Row:
    """The row of a scanned or typed card, in any state.

    Raises Refusal: `card_signature_invalid` for a token the county did not sign, `card_unknown`.
    """
    return card_row(tx, check_reading(reading, public_keys))


def state_at(tx: Transaction, card: Mapping[str, Any], at: datetime) -> str | None:
    """The card's state at a past instant, from its events; None before it was issued."""
    last = queries.last_change_at(tx, card_id=card["id"], at=instant_text(at))
    if last is None:
        return None
    return "active" if last["event"] in ("issued", "resumed") else str(last["event"])


def require_usable(card: Mapping[str, Any], today: date) -> None:
    """Raise the Refusal for the card's state unless it is active and in date on that county day."""
    if card["state"] != "active":
        raise Refusal(f"card_{card['state']}")
    if card["expires_on"] < today.isoformat():
        raise Refusal("card_expired")
