"""Pages: signing in, one's own account, other people's accounts."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("access", __name__)

from huimin.access.pages import account, names, session, sign_in, staff  # noqa: E402, F401
