"""A sale that the page asked for and got no answer to, given up: taken back if it was entered, and
never entered later.
"""

from __future__ import annotations

from flask import Response

from huimin.access.till_guard import require_till
from huimin.checkout.api_bodies import CancellationBody
from huimin.checkout.manager_rule import ManagerRule
from huimin.checkout.pages import pages
from huimin.checkout.till_edge import cancellation_response
from huimin.web.json_body import json_body


@pages.post("/cancellations")
@require_till("redemption.reverse")
def cancel_now() -> Response:
    """Give up an order; asked again it says the same. What needs the manager is not given up."""
    return cancellation_response(json_body(CancellationBody), ManagerRule())
