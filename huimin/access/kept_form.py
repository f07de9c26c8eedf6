"""A form that was sent when the session had ended: kept in the page until its sender is back.

It is sealed, so that a browser can only give back what was really sent here; passwords, codes and
files are not in it. Who signs in again as the same person goes on where the form was: it is shown
once more (web/forms.py), and until it is sent again nothing is written (guards.py). Whose it is
stands in its form key, which outlives the session and its cookie; a form of nobody is not kept.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Request, current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from huimin.web.forms import sent_fields

KEPT_FOR = timedelta(hours=2)
FIELD = "kept_form"
# With which Flask-WTF signs the keys of forms.
CSRF_SALT = "wtf-csrf-token"


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where a form was sent and with what, the page where it stood, and whose it is.

    `lacks` is true when something was left out that must be typed or chosen again.
    """

    path: str
    fields: list[tuple[str, str]]
    page: str
    staff_id: str
    at: float
    lacks: bool

    @classmethod
    def sent(cls, request: Request, *, page: str, staff_id: str, now: datetime) -> KeptForm:
        """What this request sent."""
        fields, lacks = sent_fields()
        path = request.full_path if request.query_string else request.path
        return cls(path, fields, page, staff_id, now.timestamp(), lacks)

    def seal(self, encrypt: Callable[..., str]) -> str:
        """As it stands in a page."""
        return encrypt(json.dumps(asdict(self)), FIELD)

    def is_of(self, staff_id: str, now: datetime) -> bool:
        """Whether that person may go on with it now."""
        age = now.timestamp() - self.at
        return self.staff_id == staff_id and 0 <= age <= KEPT_FOR.total_seconds()


def opened(sealed: str, decrypt: Callable[..., str]) -> KeptForm | None:
    """The form that was sealed, or None for anything else."""
    try:
        content: Mapping[str, Any] = json.loads(decrypt(sealed, FIELD))
        fields = [(str(name), str(value)) for name, value in content["fields"]]
        return KeptForm(**{**content, "fields": fields})
    except Exception:  # also one that an older version has sealed
        return None


def form_key_of(staff_id: str) -> str:
    """A session's secret against forged forms, which also says whose the session is."""
    return f"{secrets.token_urlsafe(24)} {staff_id}"


def owner_of_form_key(sent: str) -> str | None:
    """Whose session gave a form the key that was sent with it; None for any other text."""
    signed = URLSafeTimedSerializer(current_app.secret_key or "", salt=CSRF_SALT)
    try:
        key = signed.loads(sent)
    except BadData:
        return None
    return str(key).partition(" ")[2] or None


def is_from_here(request: Request) -> bool:
    """Whether the browser says that a page of this server sent the form."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin.partition("://")[2] == request.host
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
