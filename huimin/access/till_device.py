"""A device that was set up as a till: a signed cookie names its terminal, and no one signs in.

The cookie holds the terminal's id and a fingerprint of its key's hash, never the key: a new key or
a disabled terminal ends the set-up, and nothing in the database has to be cleaned up.
"""

from __future__ import annotations

import hashlib
import secrets

from itsdangerous import BadSignature, URLSafeSerializer

from huimin.access import queries
from huimin.access.terminal_keys import Terminal
from huimin.storage.engine import Transaction

COOKIE, COOKIE_PATH = "huimin_till", "/till"
# The longest that browsers keep a cookie; each visit renews it.
COOKIE_SECONDS = 400 * 24 * 60 * 60
FINGERPRINT_CHARACTERS = 32


def seal(secret_key: str | bytes, terminal_id: str, key_hash: str) -> str:
    """The cookie that makes a device that terminal."""
    return str(_serializer(secret_key).dumps([terminal_id, _fingerprint(key_hash)]))


def terminal_of_device(tx: Transaction, secret_key: str | bytes, cookie: str) -> Terminal | None:
    """The cookie's terminal with outlet and merchant, in any state; None if the cookie is void."""
    try:
        terminal_id, fingerprint = _serializer(secret_key).loads(cookie)
    except (BadSignature, TypeError, ValueError):
        return None
    row = queries.terminal_of_device(tx, terminal_id=str(terminal_id))
    if row is None or not secrets.compare_digest(
        _fingerprint(row.pop("key_hash")), str(fingerprint)
    ):
        return None
    terminal: Terminal = row
    return terminal


def _serializer(secret_key: str | bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="huimin.till-device")


def _fingerprint(key_hash: str) -> str:
    return hashlib.sha256(f"till-device:{key_hash}".encode()).hexdigest()[:FINGERPRINT_CHARACTERS]
