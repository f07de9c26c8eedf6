"""The till in the browser: the page and what its script asks, one file per thing.

The script asks these endpoints, which call the same functions as the POS API. Who asks is a till:
a signed-in cashier at a terminal of their own outlet, or a device that was set up (at_till.py).
"""

from __future__ import annotations

from flask import Blueprint
from pydantic import ValidationError

from huimin.web.problems import answer_validation_error

pages = Blueprint("checkout", __name__, url_prefix="/till")
pages.register_error_handler(ValidationError, answer_validation_error)

from huimin.checkout.pages import (  # noqa: E402, F401
    cancellation,
    offline,
    receipts,
    reversal,
    sale,
    set_up,
    till,
    till_app,
    today,
)
