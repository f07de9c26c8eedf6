"""Settlements in the browser: the merchant's own, and the county's with answers and payments."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("settlement", __name__, url_prefix="/settlements")

from huimin.settlement.pages import (  # noqa: E402, F401
    answers,
    listing,
    news,
    paid_list,
    payees,
    payments,
    statement,
    unpaid,
)
