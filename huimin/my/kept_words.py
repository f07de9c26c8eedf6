"""Words that a holder wrote and that were not sent: whose they are, and where they wait.

When the session has ended, the door keeps them sealed in its own page, as the office's does
(access/kept_form.py). When the network has gone, or the page was closed, the phone keeps a draft
that is encrypted with a key of this person and this form (static/draft.js): the key stands only in
pages of whoever is signed in as that person, so the next one who holds the phone reads nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode

from flask import current_app, request
from flask_wtf.csrf import validate_csrf

from huimin.access.kept_form import KeptForm, is_from_here, opened
from huimin.my.page_owner import owner_of_form
from huimin.my.sessions import SignedIn
from huimin.web.current import instance
from huimin.web.own_address import page_of_form


def is_own_form() -> bool:
    """Whether a page of ours sent this form: as none of /my/ names where it comes from, its browser
    calls the origin "null" and says otherwise who sent it; an old one shows a key of this browser.
    """
    if is_from_here(request) or request.headers.get("Sec-Fetch-Site") == "same-origin":
        return True
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValueError:
        return False
    return True


def sealed_words() -> str:
    """The form of this request, sealed for its owner; "" where it has no words or no owner."""
    if not request.form.get("words", "").strip() or not is_own_form():
        return ""
    owner = owner_of_form()
    if owner is None:
        return ""
    page = page_of_form(request.path, request.referrer, request.host)
    kept = KeptForm.sent(request, page=page, staff_id=owner, now=instance().clock())
    return kept.seal(instance().personal_data.encrypt)


def words_of(sealed: str, person_id: str) -> KeptForm | None:
    """The form that was sealed, if it is that person's and not too old."""
    kept = opened(sealed, instance().personal_data.decrypt) if sealed else None
    return kept if kept is not None and kept.is_of(person_id, instance().clock()) else None


def draft_of(looking: SignedIn, path: str) -> dict[str, str] | None:
    """The name and the key of that person's draft of the form at `path`, in base64; None at the
    counter, where the device is the office's."""
    if looking.opened_by is not None:
        return None
    return {use: _derived(f"{use} {looking.person_id} {path}") for use in ("name", "key")}


def _derived(text: str) -> str:
    secret = current_app.secret_key or b""
    key = secret.encode() if isinstance(secret, str) else secret
    content = f"huimin.my-draft {text}".encode()
    return b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
