"""A sale, step by step, as the page's script asks for it: verify, quote, redeem, reverse.

A sale that got no answer is cancelled: reversed if it was recorded, and never recorded later. If
the merchant wants it so, a reversal needs the manager's confirmation.
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
    Reason,
    ReturnBody,
    ReversalBody,
)
from huimin.checkout.find_redemption import find_redemption
from huimin.checkout.manager_rule import ManagerRule
from huimin.checkout.pages import pages
from huimin.checkout.pages.set_up import ManagerBody, confirming_manager
from huimin.checkout.redemption_body import RedemptionBody
from huimin.checkout.reverse import quote_return
from huimin.checkout.till_edge import (
    cancellation_response,
    key_of_request,
    quote_response,
    redemption_response,
    reversal_response,
    verify_response,
)
from huimin.core.one_case import capitals_of
from huimin.web.current import instance
from huimin.web.json_answer import json_response
from huimin.web.json_body import json_body
from huimin.web.language import request_language


class ReturnQuoteBody(ReturnBody):
    """The same part as a reversal would take; its reason may still be missing."""

    reason: Reason | None = None


class TillReversalBody(ReversalBody):
    """What goes back, with the manager's confirmation, which is checked and never stored."""

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
    """Cancel an order, unless it needs a manager; repeating it gives the same answer."""
    return cancellation_response(json_body(CancellationBody), ManagerRule())


@pages.get("/redemptions/<redemption_id>")
@require_till("redemption.reverse")
def sale_record(redemption_id: str) -> Response:
    """A sale of this outlet, with what of each line is left to return."""
    terminal, language = current_terminal(), request_language()
    return json_response(
        instance().engine.read(
            lambda tx: find_redemption(
                tx, terminal=terminal, redemption_id=redemption_id, language=language
            )
        )
    )


@pages.post("/redemptions/<redemption_id>/return-quote")
@require_till("redemption.reverse")
def return_quote(redemption_id: str) -> Response:
    """What the chosen part would give back, before it is confirmed."""
    request, terminal = json_body(ReturnQuoteBody).to_request(), current_terminal()
    return json_response(
        instance().engine.read(
            lambda tx: quote_return(tx, redemption_id, request, terminal=terminal)
        )
    )


@pages.post("/redemptions/<redemption_id>/reverse")
@require_till("redemption.reverse")
def reverse_now(redemption_id: str) -> Response:
    """Take back a sale of this outlet, whole or in part."""
    body, key = json_body(TillReversalBody), key_of_request()
    rule = _rule(body.manager, current_terminal(), key)
    return reversal_response(redemption_id, body, key, rule=rule, status=200)


def _rule(manager: ManagerBody | None, terminal: Terminal, key: str) -> ManagerRule:
    """The rule with who confirmed it. A repeated request needs nobody: a code works only once."""
    terminal_id = terminal["terminal_id"]
    if manager is None or instance().engine.read(
        lambda tx: queries.kept_answer(
            tx, terminal_id=terminal_id, key=key, capitals=capitals_of(key)
        )
    ):
        return ManagerRule()
    confirmed_by = confirming_manager(manager, terminal)
    return ManagerRule(confirmed_by.id, confirmed_by.username)
