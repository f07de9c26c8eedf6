"""A sale, step by step, as the page's script asks for it: verify, quote, redeem."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from huimin.access.till_guard import require_till
from huimin.checkout.api_bodies import CardBody, QuoteBody, RedemptionBody
from huimin.checkout.once import fingerprint
from huimin.checkout.pages import pages
from huimin.checkout.pages.at_till import answer_once, checked, staff_id_here, terminal_here
from huimin.checkout.quote import quote_basket
from huimin.checkout.redeem import redeem
from huimin.checkout.verify import verify_at
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.json_answer import json_response
from huimin.web.language import request_language


@pages.post("/verify")
@require_till("till.use")
def verify() -> Response:
    """Who may present this card, and what it gets here today."""
    body = CardBody.model_validate(request.get_json())
    terminal, now, language = terminal_here(), instance().clock(), request_language()
    card = checked(body.card)
    answer = verify_at(instance().engine, card, terminal=terminal, now=now, language=language)
    instance().lookups.note(
        at=now,
        terminal_id=terminal["terminal_id"],
        staff_id=staff_id_here(),
        card_id=answer.pop("card_id"),
        outcome="found",
    )
    return json_response(answer)


@pages.post("/quote")
@require_till("till.use")
def quote() -> Response:
    """What the amount gets, as it is typed."""
    body = QuoteBody.model_validate(request.get_json())
    terminal, now, language = terminal_here(), instance().clock(), request_language()
    asked = body.to_request(checked(body.card))
    return json_response(
        instance().engine.read(
            lambda tx: quote_basket(tx, asked, terminal=terminal, now=now, language=language)
        )
    )


@pages.post("/redeem")
@require_till("till.use")
def redeem_now() -> Response:
    """Give the discount. The page made the key when the amount was confirmed."""
    body = RedemptionBody.model_validate(request.get_json())
    terminal, now, language = terminal_here(), instance().clock(), request_language()
    asked, staff_id = body.to_request(checked(body.card)), staff_id_here()

    def work(tx: Transaction) -> dict[str, Any]:
        return redeem(tx, asked, terminal=terminal, now=now, language=language, staff_id=staff_id)

    return answer_once(terminal, fingerprint("redeem", asked), work)
