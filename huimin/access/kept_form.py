"""A form that was sent when the session had ended: kept in the page until its sender is back.

It is sealed, so that a browser can only give back what was really sent here; passwords, codes and
files are not in it. Who signs in again as the same person goes on where the form was (web/forms.py
shows it once more instead of acting at once).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Request

KEPT_FOR = timedelta(hours=2)
FIELD = "kept_form"
# Of forms that hold secrets, these are typed again.
SECRETS = ("csrf_token", "code", "new_again")


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where a form was sent and with what; `staff_id` is None where nobody knows whose it was.

    `lacks` is true when something was left out that must be typed or chosen again.
    """

    path: str
    fields: list[tuple[str, str]]
    staff_id: str | None
    at: float
    lacks: bool

    @classmethod
    def sent(cls, request: Request, *, staff_id: str | None, now: datetime) -> KeptForm:
        """What this request sent."""
        fields, lacks = [], any(file.filename for file in request.files.values())
        for name, value in request.form.items(multi=True):
            if name in (FIELD, *SECRETS) or "password" in name:
                lacks = lacks or name not in (FIELD, "csrf_token")
            else:
                fields.append((name, value))
        path = request.full_path if request.query_string else request.path
        return cls(path, fields, staff_id, now.timestamp(), lacks)

    def seal(self, encrypt: Callable[..., str]) -> str:
        """As it stands in a page."""
        return encrypt(json.dumps(asdict(self)), FIELD)

    def is_of(self, staff_id: str, now: datetime) -> bool:
        """Whether that person may go on with it now."""
        age = now.timestamp() - self.at
        return self.staff_id in (None, staff_id) and 0 <= age <= KEPT_FOR.total_seconds()


def opened(sealed: str, decrypt: Callable[..., str]) -> KeptForm | None:
    """The form that was sealed, or None for anything else."""
    try:
        content: Mapping[str, Any] = json.loads(decrypt(sealed, FIELD))
    except Exception:
        return None
    fields = [(str(name), str(value)) for name, value in content["fields"]]
    return KeptForm(**{**content, "fields": fields})


def is_from_here(request: Request) -> bool:
    """Whether the browser says that a page of this server sent the form."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin.partition("://")[2] == request.host
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
