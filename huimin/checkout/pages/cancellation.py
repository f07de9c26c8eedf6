"""A sale that the page asked for and got no answer to, given up: taken back if it was entered, and
never entered later.
"""

from __future__ import annotations

from flask import Response, request

from huimin.access.till_guard import require_till
from huimin.checkout.api_bodies import CancellationBody
from huimin.checkout.cancel import cancel
from huimin.checkout.manager_rule import ManagerRule
from huimin.checkout.pages import pages
from huimin.checkout.pages.at_till import terminal_here
from huimin.web.current import instance
from huimin.web.json_answer import json_response
from huimin.web.language import request_language


@pages.post("/cancellations")
@require_till("redemption.reverse")
def cancel_now() -> Response:
    """Give up an order; asked again it says the same. What needs the manager is not given up."""
    body = CancellationBody.model_validate(request.get_json())
    terminal, now, language = terminal_here(), instance().clock(), request_language()
    asked, rule = body.to_request(), ManagerRule()
    return json_response(
        cancel(instance().engine, asked, terminal=terminal, now=now, language=language, rule=rule)
    )
