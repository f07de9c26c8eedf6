"""A terminal's key: made once, shown once, stored as a hash; finding the terminal by its key."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from huimin.access import queries
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction

KEY_PREFIX = "hmt_"
KEY_LENGTH_MAX = 128


def new_key() -> str:
    """A fresh key of 256 random bits: `hmt_` and 43 URL-safe characters."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """SHA-256 in hex. The key is random, so a slow hash would add nothing but time at each sale."""
    return hashlib.sha256(key.encode()).hexdigest()


def terminal_of_key(tx: Transaction, key: str) -> dict[str, Any]:
    """The terminal with its outlet and merchant: terminal_id, terminal_code, outlet_id, …

    Raises Refusal: `unauthorized`, `terminal_disabled`, `outlet_suspended`.
    """
    if not key.startswith(KEY_PREFIX) or len(key) > KEY_LENGTH_MAX:
        raise Refusal("unauthorized")
    row: dict[str, Any] | None = queries.terminal_of_key(tx, key_hash=hash_key(key))
    if row is None:
        raise Refusal("unauthorized")
    require_open(row)
    return row


def terminals_of(
    tx: Transaction, *, outlet_id: str | None, merchant_id: str | None
) -> list[dict[str, Any]]:
    """The active terminals of an outlet (a cashier's) or of a merchant (its manager's), by code."""
    if outlet_id is not None:
        rows = queries.terminals_of_outlet(tx, outlet_id=outlet_id)
    else:
        rows = queries.terminals_of_merchant(tx, merchant_id=merchant_id or "")
    return [row for row in rows if row["terminal_state"] == "active"]


def require_open(terminal: dict[str, Any]) -> None:
    """Raise Refusal `terminal_disabled` or `outlet_suspended` unless all three are active."""
    if terminal["terminal_state"] != "active":
        raise Refusal("terminal_disabled")
    if terminal["outlet_state"] != "active" or terminal["merchant_state"] != "active":
        raise Refusal("outlet_suspended")
