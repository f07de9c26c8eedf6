"""The changing code: a card token on the holder's own phone that changes every minute and counts
once.

It contains its time of issue and is valid for one step; a step before and after is tolerated,
because clocks of phones and tills differ. Whoever shows it has the phone, which a photo of a
printed card can't prove; so no command or office page makes one.

The terminal that reads it first has it, and redeems it once. Taking is one insert that waits for a
rival, so of two tills that read the same phone at the same moment one has it and the other is told
to ask for a fresh code. A printed code passes untouched. A code that bought nothing is forgotten
after a day; one that bought stays as long as the ledger, because a sale of the same code made
without network may be handed in days later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huimin.cards import queries
from huimin.core.card_token import CheckedCard, sign_token
from huimin.core.days import instant_text, parse_instant
from huimin.core.refusals import Refusal
from huimin.keys.key_ring import KeyRing
from huimin.storage.engine import Transaction

STEP_SECONDS = 60
# How long the till that read a code has to finish its sale.
HELD_SECONDS = 600
# Far longer than a code lives with its allowances, so that a clock that is set right costs nothing.
FORGOTTEN_AFTER = timedelta(days=1)


def code_of(card: Mapping[str, Any], key_ring: KeyRing, at: datetime) -> str:
    """The code as decimal digits, signed by the key that signs today's cards."""
    key_id = key_ring.active_key_id
    return sign_code(bytes.fromhex(card["copy_id"]), at, key_id, key_ring.private_key(key_id))


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


def take_code(
    tx: Transaction, card: CheckedCard, *, terminal_id: str, now: datetime, allowed_seconds: int = 0
) -> None:
    """Take the code for this terminal, or pass when this terminal has it and may still use it.

    `allowed_seconds` is for a sale without network, whose `now` is the moment of paying and not of
    reading. Raises Refusal `code_stale` or `code_used`.
    """
    if card.issued_at is None:
        return
    key = _key(card)
    if is_fresh(card.issued_at, now, allowed_seconds=allowed_seconds):
        forgotten_at = int((now - FORGOTTEN_AFTER).timestamp())
        queries.forget_codes(tx, copy_id=card.text, issued_before=forgotten_at)
        use = queries.take_code(tx, terminal_id=terminal_id, taken_at=instant_text(now), **key)
    else:
        use = queries.code_use_of(tx, **key)
    _require_ours(use, terminal_id, now)


def require_code(tx: Transaction, card: CheckedCard, *, terminal_id: str, now: datetime) -> None:
    """Pass when `take_code` would, and take nothing: a quote leaves no trace."""
    if card.issued_at is None:
        return
    use = queries.code_use_of(tx, **_key(card))
    if use is not None or not is_fresh(card.issued_at, now):
        _require_ours(use, terminal_id, now)


def taken_since(tx: Transaction, card: Mapping[str, Any], now: datetime) -> frozenset[int]:
    """The seconds of issue, from now on, whose codes of that card a till has already."""
    since = int(now.timestamp())
    rows = queries.codes_taken_since(tx, copy_id=card["copy_id"], since=since)
    return frozenset(row["issued_at"] for row in rows)


def use_code(tx: Transaction, card: CheckedCard, redemption_id: str) -> None:
    """Let the code have paid for that redemption. Raises Refusal `code_used` for a second one."""
    if card.issued_at is None:
        return
    if queries.use_code(tx, redemption_id=redemption_id, **_key(card)) is None:
        raise Refusal("code_used")


def _require_ours(use: Mapping[str, Any] | None, terminal_id: str, now: datetime) -> None:
    if use is None:
        raise Refusal("code_stale")
    if use["terminal_id"] != terminal_id or use["redemption_id"] is not None:
        raise Refusal("code_used")
    if now - parse_instant(use["taken_at"]) > timedelta(seconds=HELD_SECONDS):
        raise Refusal("code_stale")


def _key(card: CheckedCard) -> dict[str, Any]:
    return {"copy_id": card.text, "issued_at": card.issued_at}
