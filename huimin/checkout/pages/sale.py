"""A sale, step by step, as the page's script asks for it: verify, quote, redeem."""

from __future__ import annotations

from flask import Response

from huimin.access.till_guard import require_till
from huimin.checkout.api_bodies import CardBody, QuoteBody, RedemptionBody
from huimin.checkout.pages import pages
from huimin.checkout.till_edge import (
    key_of_request,
    quote_response,
    redemption_response,
    verify_response,
)
from huimin.web.json_body import json_body


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
