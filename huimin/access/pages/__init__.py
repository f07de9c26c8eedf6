"""Signing in, one's own account, and the accounts of others."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("access", __name__)

from huimin.access.pages import account, session, sign_in, staff  # noqa: E402, F401
