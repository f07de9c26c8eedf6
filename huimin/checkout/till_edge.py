"""The one edge for tills: a page, a device and the POS API differ only in how the caller is known.

Every caller (access/till_guard.py) meets the same throttle of typed card numbers, the same record
of look-ups, and the same exactly-once. A call goes one way: the body is parsed, the card is read,
one use case runs in one transaction, its answer is sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from huimin.access.till_guard import Caller, require_key
from huimin.audit.lookups import LookupLog
from huimin.checkout.api_bodies import (
    CancellationBody,
    CardBody,
    QuoteBody,
    ReversalBody,
)
from huimin.checkout.attempts import attempt, note_closed, open_caller
from huimin.checkout.cancel import cancel
from huimin.checkout.manager_rule import ManagerRule
from huimin.checkout.once import answer_once
from huimin.checkout.quote import quote_basket
from huimin.checkout.redeem import redeem
from huimin.checkout.redemption_body import RedemptionBody
from huimin.checkout.reverse import reverse
from huimin.checkout.verify import verify_at
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction
from huimin.web.api_documents import EVERY, PROBLEM_SCHEMA, problem_schema
from huimin.web.current import instance
from huimin.web.json_answer import json_response
from huimin.web.json_body import json_object, validated
from huimin.web.key_header import KeyHeader
from huimin.web.language import request_language


def till_api(name: str, import_name: str) -> APIBlueprint:
    """A room's part of the POS API: it checks the caller first, then that the body is JSON."""
    api = APIBlueprint(
        name,
        import_name,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="POS", description="收银终端 / tills")],
        abp_security=[{"terminal_key": []}],
        abp_responses=EVERY,
    )
    api.components_schemas[PROBLEM_SCHEMA] = problem_schema()
    api.before_request(_authorise)
    return api


def verify_response(body: CardBody) -> Response:
    """Who may present the card and what it gets here; the look-up is recorded, found or missed."""
    caller, now, language = open_caller(), instance().clock(), request_language()
    with attempt("verify", caller) as trying:
        try:
            card = trying.read_card(body.card)
            answer = verify_at(
                instance().engine, card, terminal=caller.terminal, now=now, language=language
            )
        except Refusal as refusal:
            _record_look(caller, now, refusal.code)
            raise
    _record_look(caller, now, "found", answer.pop("card_id"))
    return json_response(answer)


def quote_response(body: QuoteBody) -> Response:
    """What a basket gets, explained; it leaves no trace unless it is refused."""
    caller, now, language = open_caller(), instance().clock(), request_language()
    terminal = caller.terminal
    with attempt("quote", caller, amount_fen=body.amount_fen) as trying:
        basket = body.to_request(trying.read_card(body.card))
        answer = instance().engine.read(
            lambda tx: quote_basket(tx, basket, terminal=terminal, now=now, language=language)
        )
    return json_response(answer)


def redemption_response(body: RedemptionBody, key: str, status: int = 201) -> Response:
    """Give the discount and record it, once."""
    caller, now, language = open_caller(), instance().clock(), request_language()
    bought = {"order_no": body.order_no, "amount_fen": body.amount_fen, "cashier": body.cashier}
    with attempt("redeem", caller, **bought) as trying:
        card = trying.read_card(body.card)
        redemption = body.to_request(card)

        def work(tx: Transaction) -> dict[str, Any]:
            body.require_order()
            return redeem(
                tx,
                redemption,
                terminal=caller.terminal,
                now=now,
                language=language,
                staff_id=caller.staff_id,
            )

        sent_order_no = body.sent_order_no
        return answer_once("redeem", redemption, key, work, status, sent_order_no=sent_order_no)


def reversal_response(
    redemption_id: str,
    body: ReversalBody,
    key: str,
    *,
    rule: ManagerRule | None = None,
    status: int = 201,
) -> Response:
    """Reverse a redemption, in full or in part, once; `rule` is that of the page."""
    caller, now = open_caller(), instance().clock()
    returned = {"amount_fen": body.amount_fen, "cashier": body.cashier}
    with attempt("reverse", caller, redemption_id=redemption_id, **returned):
        reversal = body.to_request(body.reason, body.cashier)

        def work(tx: Transaction) -> dict[str, Any]:
            return reverse(
                tx,
                redemption_id,
                reversal,
                terminal=caller.terminal,
                now=now,
                staff_id=caller.staff_id,
                rule=rule,
            )

        return answer_once(f"reverse {redemption_id}", reversal, key, work, status)


def cancellation_response(body: CancellationBody, rule: ManagerRule | None = None) -> Response:
    """Cancel an order for good; it needs no key, because a repeat gets the same answer."""
    caller = open_caller()
    with attempt("cancel", caller, order_no=body.order_no, cashier=body.cashier):
        answer = cancel(
            instance().engine,
            body.to_request(),
            terminal=caller.terminal,
            now=instance().clock(),
            language=request_language(),
            rule=rule,
        )
    return json_response(answer)


def key_of_request() -> str:
    """The Idempotency-Key of a request from the page. Raises FieldProblems."""
    return validated(KeyHeader, dict(request.headers)).key


def _authorise() -> None:
    try:
        require_key()
    except Refusal as refused:
        note_closed(refused)
        raise
    if request.method == "POST":
        json_object()


def _record_look(caller: Caller, now: datetime, outcome: str, card_id: str | None = None) -> None:
    instance().part(LookupLog).note(
        at=now,
        terminal_id=caller.terminal["terminal_id"],
        staff_id=caller.staff_id,
        card_id=card_id,
        outcome=outcome,
    )
