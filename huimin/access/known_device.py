"""A browser in which somebody has signed in before: it gets in while strangers have locked a name.

A signed cookie names the device and, as fingerprints, whose accounts have been opened in it. It
lets nobody in: it only takes its owner past the limits that strangers' failures have filled, and
has a limit of its own. Only a complete sign-in writes it.
"""

from __future__ import annotations

import hashlib
import secrets

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from huimin.web.cookies import LONGEST_SECONDS, set_own_cookie

COOKIE, COOKIE_PATH = "huimin_known", "/sign-in"
ACCOUNTS_MAX = 8


def known_device(username: str) -> str | None:
    """This browser's id as a device, if that account has been opened in it; None otherwise."""
    device, accounts = _read()
    return device if _fingerprint(username) in accounts else None


def remember_device(response: Response, username: str) -> None:
    """Note with the answer that the account was opened in this browser."""
    device, accounts = _read()
    own = _fingerprint(username)
    accounts = [own, *(one for one in accounts if one != own)][:ACCOUNTS_MAX]
    noted = str(_serializer().dumps([device or secrets.token_urlsafe(16), accounts]))
    # Each sign-in renews it.
    set_own_cookie(response, COOKIE, noted, path=COOKIE_PATH, seconds=LONGEST_SECONDS)


def _read() -> tuple[str | None, list[str]]:
    try:
        device, accounts = _serializer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, TypeError, ValueError):
        return None, []
    return str(device), [str(one) for one in accounts]


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="huimin.known-device")


def _fingerprint(username: str) -> str:
    return hashlib.sha256(f"known-device:{username}".encode()).hexdigest()[:32]
