"""The till in the browser: the page, and the endpoints its script calls.

The script asks these endpoints, which share one edge with the POS API (till_edge.py). Who asks is a
till: a signed-in cashier at a terminal of their own outlet, or a device that was set up.
"""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("checkout", __name__, url_prefix="/till")

from huimin.checkout.pages import (  # noqa: E402, F401
    offline,
    receipts,
    sale,
    set_up,
    till,
    till_app,
    today,
)
