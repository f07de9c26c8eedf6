"""Cards in the browser: the two public addresses, and the office's pages."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("cards", __name__)

from huimin.cards.pages import card, card_list, printing, public, renewal  # noqa: E402, F401
