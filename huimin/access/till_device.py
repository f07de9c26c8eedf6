"""A device that is a till: a signed cookie names its row, and no one signs in.

A device joins by a code (access/join_codes.py) and is ended alone: its row decides at every
request, never the cookie's age. A cookie from before devices were listed names its terminal and is
the same on every device of it; until ADOPTED_FOR has passed, a device that comes with one is listed
at its next visit and gets a cookie of its own.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from huimin.access import queries
from huimin.access.terminal_keys import Terminal
from huimin.core.days import instant_text, parse_instant
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id

COOKIE, COOKIE_PATH = "huimin_till", "/till"
FINGERPRINT_CHARACTERS = 32
USER_AGENT_MAX = 300
# The step of the database since which devices are listed, and the time for those of before.
LISTED_SINCE = "doors"
ADOPTED_FOR = timedelta(days=30)
# What the page reads while there is no network: whether a set-up device or a sign-in opened this
# till. They prove nothing to the server.
SIGNED_IN_COOKIE, SET_UP_COOKIE = "huimin_till_signed_in", "huimin_till_set_up"


@dataclass(frozen=True, slots=True)
class TillDevice:
    """What a cookie stands for: a terminal in any state, and the device's row.

    `device_id` is None for a cookie of before devices were listed.
    """

    terminal: Terminal
    device_id: str | None


def seal(secret_key: str | bytes, device_id: str) -> str:
    """The cookie of that device."""
    return str(_serializer(secret_key).dumps({"device": device_id}))


def device_of_cookie(
    tx: Transaction, secret_key: str | bytes, cookie: str, now: datetime
) -> TillDevice | None:
    """The device of a cookie, unless it was ended or the cookie is void."""
    content = _content(secret_key, cookie)
    if isinstance(content, dict):
        device_id = str(content.get("device"))
        terminal = queries.terminal_of_device(tx, device_id=device_id)
        return None if terminal is None else TillDevice(terminal, device_id)
    if isinstance(content, list) and len(content) == 2:
        return _of_before(tx, str(content[0]), str(content[1]), now)
    return None


def named_device(secret_key: str | bytes, cookie: str) -> str | None:
    """The id of the device that a cookie names, even if it was ended."""
    content = _content(secret_key, cookie)
    return str(content.get("device")) if isinstance(content, dict) else None


def adopt_device(
    tx: Transaction, terminal: Terminal, *, user_agent: str | None, now: datetime
) -> str:
    """List a device that was set up before devices were listed; returns its id."""
    device_id = new_id()
    queries.insert_device(
        tx,
        id=device_id,
        terminal_id=terminal["terminal_id"],
        join_code_id=None,
        joined_by=None,
        now=instant_text(now),
        user_agent=(user_agent or "")[:USER_AGENT_MAX] or None,
    )
    return device_id


def _of_before(
    tx: Transaction, terminal_id: str, fingerprint: str, now: datetime
) -> TillDevice | None:
    row = queries.terminal_with_key(tx, terminal_id=terminal_id)
    if row is None or not secrets.compare_digest(
        _fingerprint(row.pop("key_hash")).encode(), fingerprint.encode()
    ):
        return None
    # Whoever bans one device of a terminal means that no copy of the old cookie comes back.
    if queries.any_banned_device(tx, terminal_id=terminal_id) is not None:
        return None
    upgraded_at = queries.step_taken_at(tx, name=LISTED_SINCE)
    if upgraded_at is None or now - parse_instant(upgraded_at) > ADOPTED_FOR:
        return None
    return TillDevice(row, None)


def _content(secret_key: str | bytes, cookie: str) -> Any:
    try:
        return _serializer(secret_key).loads(cookie)
    except (BadSignature, TypeError, ValueError):
        return None


def _serializer(secret_key: str | bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="huimin.till-device")


def _fingerprint(key_hash: str) -> str:
    return hashlib.sha256(f"till-device:{key_hash}".encode()).hexdigest()[:FINGERPRINT_CHARACTERS]
