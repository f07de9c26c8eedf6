"""The rules of a changing code: a card token on the holder's phone that changes every minute.

It contains its time of issue and is valid for one step; a step before and after is tolerated,
because clocks of phones and tills differ. Whoever shows it has the phone, which a photo of a
printed card can't prove. The checkout ensures that it is used only once.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huimin.core.card_token import sign_token

STEP_SECONDS = 60
# How long the till that read a code has to finish its sale.
HELD_SECONDS = 600


def sign_code(
    copy_id: bytes, issued_at: datetime, key_id: int, private_key: Ed25519PrivateKey
) -> str:
    """The code of a card copy at that instant, as digits; it changes every second."""
    issued = int(issued_at.timestamp())
    return sign_token(copy_id, issued + STEP_SECONDS, key_id, private_key, issued)


def is_fresh(issued_at: int, now: datetime, *, allowed_seconds: int = 0) -> bool:
    """Whether a code is accepted at `now`: within its step, the one before or the one after.

    `allowed_seconds` is the time that may have passed between the reading and `now`.
    """
    age = now.timestamp() - issued_at
    return -STEP_SECONDS <= age < 2 * STEP_SECONDS + allowed_seconds
