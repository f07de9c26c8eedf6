"""From what a till reads or a cashier types to the card's row, and whether that card counts today.

A token must carry a good signature before the database is asked. Finding and counting are two
steps, because a stopped card is still found: the cashier is told why it does not count.
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
    """A card number, or the copy id that a good signature vouches for; no database was asked.

    `issued_at` (Unix seconds) is that of a changing code; a printed one has none.
    """

    kind: Literal["number", "copy_id"]
    text: str
    issued_at: int | None = None

    @property
    def is_changing(self) -> bool:
        """True for a code that a phone shows for a minute; it may be used once."""
        return self.issued_at is not None

    @property
    def shown(self) -> Literal["number", "printed_code", "changing_code"]:
        """What was shown or typed, as the ledger records it."""
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
    """The card's row, whatever its state. Raises Refusal `card_unknown`."""
    if checked.kind == "number":
        card = queries.card_by_number(tx, number=checked.text)
    else:
        card = queries.card_by_copy_id(tx, copy_id=checked.text)
    if card is None:
        raise Refusal("card_unknown")
    found: Row = card
    return found


def has_cards(tx: Transaction) -> bool:
    """True when any card was ever issued."""
    return queries.any_card(tx) is not None


def find_card(
    tx: Transaction, reading: CardReading, public_keys: Mapping[int, Ed25519PublicKey]
) -> Row:
    """The row of the card that was read, whatever its state.

    Raises Refusal: `card_signature_invalid` for a token the county did not sign, `card_unknown`.
    """
    return card_row(tx, check_reading(reading, public_keys))


def state_at(tx: Transaction, card: Mapping[str, Any], at: datetime) -> str | None:
    """The card's state at a past instant, as its history tells; None before it was issued."""
    last = queries.last_change_at(tx, card_id=card["id"], at=instant_text(at))
    if last is None:
        return None
    return "active" if last["event"] in ("issued", "resumed") else str(last["event"])


def require_usable(card: Mapping[str, Any], today: date) -> None:
    """Pass when the card counts on that county day; else raise the Refusal of its state."""
    if card["state"] != "active":
        raise Refusal(f"card_{card['state']}")
    if card["expires_on"] < today.isoformat():
        raise Refusal("card_expired")
