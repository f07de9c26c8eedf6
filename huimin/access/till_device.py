"""A device that was set up as a till: a signed cookie names its terminal, and no one signs in.

The cookie holds the terminal's id and a print of its key's hash, never the key: another key or a
terminal that is switched off ends the set-up, and nothing in the database has to be cleaned up.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from huimin.access import queries
from huimin.storage.engine import Transaction

COOKIE, COOKIE_PATH = "huimin_till", "/till"
# As long as browsers keep a cookie at all; each visit of the page begins the time anew.
COOKIE_SECONDS = 400 * 24 * 60 * 60
PRINT_LETTERS = 32


def seal(secret_key: str | bytes, terminal_id: str, key_hash: str) -> str:
    """The cookie of a device at that terminal."""
    return str(_serializer(secret_key).dumps([terminal_id, _print_of(key_hash)]))


def terminal_of_device(
    tx: Transaction, secret_key: str | bytes, cookie: str
) -> dict[str, Any] | None:
    """The cookie's terminal with outlet and merchant, whatever its state; None where it is void."""
    try:
        terminal_id, key_print = _serializer(secret_key).loads(cookie)
    except (BadSignature, TypeError, ValueError):
        return None
    row: dict[str, Any] | None = queries.terminal_of_id(tx, terminal_id=str(terminal_id))
    if row is None or not secrets.compare_digest(_print_of(row.pop("key_hash")), str(key_print)):
        return None
    return row


def _serializer(secret_key: str | bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="huimin.till-device")


def _print_of(key_hash: str) -> str:
    return hashlib.sha256(f"till-device:{key_hash}".encode()).hexdigest()[:PRINT_LETTERS]
