"""The reach in the browser: one module for the figures, one for the people; one blueprint."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("reach", __name__, url_prefix="/reach")


from huimin.reach.pages import contact, people, places  # noqa: E402, F401
