"""Claims in the browser: tills file them and pay them out, the office decides."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("claims", __name__)

from huimin.claims.pages import office, till  # noqa: E402, F401
