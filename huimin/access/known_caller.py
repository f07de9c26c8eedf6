"""Who sends a request, as far as it can be told before its body has arrived and without a look-up.

The server keeps places for large bodies of callers who are known here, so that strangers can't take
them all (serving/bodies.py). What tells them is a cookie that this server has signed, or a
terminal's key that was accepted lately. It opens nothing: a session or device that has ended is
still known for as long as its cookie is, and is refused once its body has arrived.
"""

from __future__ import annotations

from typing import Any

from flask import Flask

from huimin.access.accepted_keys import AcceptedKeys
from huimin.access.sign_in import session_hash
from huimin.access.terminal_keys import KEY_LENGTH_MAX, hash_key
from huimin.access.till_device import COOKIE, named_device
from huimin.web.current import instance_of


def known_caller(app: Flask, environ: dict[str, Any]) -> str | None:
    """A name for whoever is known here, the same for each of their requests; None for strangers."""
    request = app.request_class(environ)
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and len(key) <= KEY_LENGTH_MAX:
        key_hash = hash_key(key.strip())
        return f"key {key_hash}" if instance_of(app).part(AcceptedKeys).knows(key_hash) else None
    session = app.session_interface.open_session(app, request)
    if session and isinstance(session.get("session_id"), str):
        return f"session {session_hash(session['session_id'])}"
    device = named_device(app.secret_key or "", request.cookies.get(COOKIE, ""))
    return None if device is None else f"device {device}"
