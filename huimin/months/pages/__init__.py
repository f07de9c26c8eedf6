"""Closing a month in the browser: the list, one month with its checks and signatures, the files."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("months", __name__)

from huimin.months.pages import checking, listing, month, signing  # noqa: E402, F401
