"""The rules of a changing code: the minute's code on a holder's phone, in the form of a card token.

It says when it was issued and lives for one step; a step before and after is allowed for, because
phones and tills have clocks of their own. Whoever shows it holds the phone, which a photo of a
printed card can't prove. That it counts once is the checkout's to keep.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huimin.core.card_token import sign_token

STEP_SECONDS = 60
# How long the till that read a code may finish its sale.
HELD_SECONDS = 600


def sign_code(
    copy_id: bytes, issued_at: datetime, key_id: int, private_key: Ed25519PrivateKey
) -> str:
    """The code of a card copy at that instant, as digits. Another second is another code."""
    issued = int(issued_at.timestamp())
    return sign_token(copy_id, issued + STEP_SECONDS, key_id, private_key, issued)


def is_fresh(issued_at: int, now: datetime, *, allowed_seconds: int = 0) -> bool:
    """Whether a code may be read at `now`: within its step, the one before or the one after.

    `allowed_seconds` is what may lie between the reading and `now`.
    """
    age = now.timestamp() - issued_at
    return -STEP_SECONDS <= age < 2 * STEP_SECONDS + allowed_seconds
