"""A sale, step by step, as the page's script asks for it: verify, quote, redeem, take back.

A sale that was asked for and got no answer is given up: taken back if it was entered, and never
entered later. Where the merchant wants it, a sale is taken back with the manager's word only.
"""

from __future__ import annotations

from flask import Response

from huimin.access.terminal_keys import Terminal
from huimin.access.till_guard import current_terminal, require_till
from huimin.checkout import queries
from huimin.checkout.api_bodies import (
    CancellationBody,
    CardBody,
    QuoteBody,
    RedemptionBody,
    ReversalBody,
)
from huimin.checkout.manager_rule import ManagerRule
from huimin.checkout.pages import pages
from huimin.checkout.pages.set_up import ManagerBody, confirming_manager
from huimin.checkout.till_edge import (
    cancellation_response,
    key_of_request,
    quote_response,
    redemption_response,
    reversal_response,
    verify_response,
)
from huimin.web.current import instance
from huimin.web.json_body import json_body


class TillReversalBody(ReversalBody):
    """What goes back, and the manager's word. It is looked at and never stored."""

    manager: ManagerBody | None = None


@pages.post("/verify")
@require_till("till.use")
def verify() -> Response:
    """Who may present this card, and what it gets here today."""
    return verify_response(json_body(CardBody))


@pages.post("/quote")
@require_till("till.use")
def quote() -> Response:
    """What the amount gets, as it is typed."""
    return quote_response(json_body(QuoteBody))


@pages.post("/redeem")
@require_till("till.use")
def redeem_now() -> Response:
    """Give the discount. The page made the key when the amount was confirmed."""
    return redemption_response(json_body(RedemptionBody), key_of_request(), status=200)


@pages.post("/cancellations")
@require_till("redemption.reverse")
def cancel_now() -> Response:
    """Give up an order; asked again it says the same. What needs the manager is not given up."""
    return cancellation_response(json_body(CancellationBody), ManagerRule())


@pages.post("/redemptions/<redemption_id>/reverse")
@require_till("redemption.reverse")
def reverse_now(redemption_id: str) -> Response:
    """Take back a sale of this outlet, whole or in part."""
    body, key = json_body(TillReversalBody), key_of_request()
    rule = _rule(body.manager, current_terminal(), key)
    return reversal_response(redemption_id, body, key, rule=rule, status=200)


def _rule(manager: ManagerBody | None, terminal: Terminal, key: str) -> ManagerRule:
    """Who confirms. A repeat of what was done needs nobody: a code counts only once."""
    terminal_id = terminal["terminal_id"]
    if manager is None or instance().engine.read(
        lambda tx: queries.kept_answer(tx, terminal_id=terminal_id, key=key)
    ):
        return ManagerRule()
    confirmed_by = confirming_manager(manager, terminal)
    return ManagerRule(confirmed_by.id, confirmed_by.username)
