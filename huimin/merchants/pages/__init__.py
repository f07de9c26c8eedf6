"""Pages: merchants, outlets and terminals for the county, and a merchant's own page."""

from __future__ import annotations

from flask import Blueprint

from huimin.storage.engine import Row

pages = Blueprint("merchants", __name__)


def contact(row: Row) -> str:
    """Name and phone of whom to call."""
    return f"{row['contact_name'] or ''} {row['contact_phone'] or ''}".strip()


from huimin.merchants.pages import (  # noqa: E402
    devices,  # noqa: F401
    joining,  # noqa: F401
    merchants,  # noqa: F401
    outlets,  # noqa: F401
    own,  # noqa: F401
    terminals,  # noqa: F401
)
