"""Shelf prices in the browser: written down on a phone, compared at a desk, the basket kept."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("shelf_prices", __name__)

from huimin.shelf_prices.pages import basket, compared, record  # noqa: E402, F401
