"""The one edge for tills: a page, a device and the POS API differ only in how the caller is known.

Whoever calls (access/till_guard.py) meets the same throttle of typed card numbers, the same record
of looks at cards, and the same exactly-once. A call goes one way: the body is parsed, the card is
read, one use case runs in one transaction, its answer is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from limits import RateLimitItemPerMinute

from huimin.access.till_guard import Caller, caller, caller_terminal, require_key
from huimin.cards.find import CheckedCard
from huimin.checkout.api_answers import PROBLEMS
from huimin.checkout.api_bodies import (
    CancellationBody,
    CardBody,
    KeyHeader,
    QuoteBody,
    RedemptionBody,
    ReversalBody,
)
from huimin.checkout.cancel import cancel
from huimin.checkout.manager_rule import ManagerRule
from huimin.checkout.once import Answer, KeysInProgress, fingerprint, once
from huimin.checkout.quote import quote_basket
from huimin.checkout.redeem import redeem
from huimin.checkout.requests import check_card
from huimin.checkout.reverse import reverse
from huimin.checkout.verify import verify_at
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.json_answer import json_response, json_text_response
from huimin.web.json_body import json_object, validated
from huimin.web.language import request_language
from huimin.web.throttle import Throttle

# Scanned codes can't be guessed; typed numbers could be tried one after another.
typed_numbers = Throttle("typed_numbers", RateLimitItemPerMinute(60))
keys_in_progress = KeysInProgress()


def till_api(name: str, import_name: str) -> APIBlueprint:
    """A room's part of the POS API: who calls comes first, then whether the body is JSON at all."""
    api = APIBlueprint(
        name,
        import_name,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="POS", description="收银终端 / tills")],
        abp_security=[{"terminal_key": []}],
        abp_responses=PROBLEMS,
    )
    api.before_request(_authorise)
    return api


def verify_response(body: CardBody) -> Response:
    """Who may present the card and what it gets here; the look is recorded, found or missed."""
    who, now = caller(), instance().clock()
    try:
        card = read_card(body.card)
        answer = verify_at(
            instance().engine, card, terminal=who.terminal, now=now, language=request_language()
        )
    except Refusal as refusal:
        _record_look(who, now, refusal.code)
        raise
    _record_look(who, now, "found", answer.pop("card_id"))
    return json_response(answer)


def quote_response(body: QuoteBody) -> Response:
    """What a basket gets, explained, without leaving a trace."""
    asked = body.to_request(read_card(body.card))
    terminal, now, language = caller_terminal(), instance().clock(), request_language()
    return json_response(
        instance().engine.read(
            lambda tx: quote_basket(tx, asked, terminal=terminal, now=now, language=language)
        )
    )


def redemption_response(body: RedemptionBody, key: str, status: int = 201) -> Response:
    """Give the discount and record it, once."""
    redemption = body.to_request(read_card(body.card))
    who, now, language = caller(), instance().clock(), request_language()
    return answer_once(
        "redeem",
        redemption,
        key,
        lambda tx: redeem(
            tx,
            redemption,
            terminal=who.terminal,
            now=now,
            language=language,
            staff_id=who.staff_id,
        ),
        status,
    )


def reversal_response(
    redemption_id: str,
    body: ReversalBody,
    key: str,
    *,
    rule: ManagerRule | None = None,
    status: int = 201,
) -> Response:
    """Take back a redemption, whole or in part, once; `rule` is that of the page."""
    reversal, who, now = body.to_request(), caller(), instance().clock()
    return answer_once(
        f"reverse {redemption_id}",
        reversal,
        key,
        lambda tx: reverse(
            tx,
            redemption_id,
            reversal,
            terminal=who.terminal,
            now=now,
            staff_id=who.staff_id,
            rule=rule,
        ),
        status,
    )


def cancellation_response(body: CancellationBody, rule: ManagerRule | None = None) -> Response:
    """Give an order up for good; it needs no key, because asked again it says the same."""
    return json_response(
        cancel(
            instance().engine,
            body.to_request(),
            terminal=caller_terminal(),
            now=instance().clock(),
            language=request_language(),
            rule=rule,
        )
    )


def read_card(text: str) -> CheckedCard:
    """The card that was scanned or typed, its signature checked before a transaction opens.

    Raises Refusal: card_unreadable, card_number_wrong, card_signature_invalid, too_many_requests.
    """
    card = check_card(text, instance().key_ring.public_keys())
    if card.kind == "number":
        typed_numbers.count(caller_terminal()["terminal_id"])
    return card


def key_of_request() -> str:
    """The Idempotency-Key of a request from the page. Raises FieldProblems."""
    return validated(KeyHeader, dict(request.headers)).key


def answer_once(
    act: str,
    asked: Any,
    key: str,
    work: Callable[[Transaction], dict[str, Any]],
    status: int = 201,
) -> Response:
    """Run `work` under its idempotency key, or give the first answer again.

    `act` and every field of `asked` are what the key stands for. Raises Refusal:
    idempotency_mismatch, request_in_progress, and what `work` raises.
    """
    terminal_id, now = caller_terminal()["terminal_id"], instance().clock()
    request_print = fingerprint(act, asked)

    def use_case(tx: Transaction) -> Answer:
        return once(
            tx,
            terminal_id=terminal_id,
            key=key,
            fingerprint=request_print,
            now=now,
            work=lambda: work(tx),
        )

    with keys_in_progress.holding(terminal_id, key):
        answer = change(use_case)
    response = json_text_response(answer.json_text, status)
    if answer.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _authorise() -> None:
    require_key()
    if request.method == "POST":
        json_object()


def _record_look(who: Caller, now: datetime, outcome: str, card_id: str | None = None) -> None:
    instance().lookups.note(
        at=now,
        terminal_id=who.terminal["terminal_id"],
        staff_id=who.staff_id,
        card_id=card_id,
        outcome=outcome,
    )
