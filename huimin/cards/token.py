"""The signed text of a card's QR code, computed from the card's row and the key ring.

It is never stored: Ed25519 is deterministic, so a reprint gives the same digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from huimin.core.card_token import sign_token
from huimin.core.days import county_start
from huimin.keys.key_ring import KeyRing


def token_of(card: Mapping[str, Any], key_ring: KeyRing) -> str:
    """The card's token as decimal digits, signed with the key the card was issued under.

    Raises FieldProblems when that key is missing from the ring.
    """
    return sign_token(
        bytes.fromhex(card["copy_id"]),
        end_of_day(date.fromisoformat(card["expires_on"])),
        card["key_id"],
        key_ring.private_key(card["key_id"]),
    )


def end_of_day(day: date) -> int:
    """The end of that county day in Unix seconds."""
    return int(county_start(day + timedelta(days=1)).timestamp())
