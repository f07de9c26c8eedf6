"""The POS API, version 1: what a till asks over HTTP. Each endpoint parses, authorises, calls one
function and renders; the rules stand in the modules beside this one.

A caller is a terminal with a bearer key. Every error is answered by web/problems.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, g, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import BadRequest

from huimin.access.terminal_keys import terminal_of_key
from huimin.cards.find import CheckedCard
from huimin.checkout.api_answers import (
    PROBLEMS,
    CancellationAnswer,
    QuoteAnswer,
    RedemptionAnswer,
    RedemptionRecord,
    ReversalAnswer,
    StatementAnswer,
    TerminalAnswer,
    VerifyAnswer,
)
from huimin.checkout.api_bodies import (
    CancellationBody,
    CardBody,
    DayPath,
    KeyHeader,
    OrderQuery,
    QuoteBody,
    RedemptionBody,
    RedemptionPath,
    ReversalBody,
)
from huimin.checkout.cancel import cancel
from huimin.checkout.day_statement import day_statement, statement_csv
from huimin.checkout.find_redemption import find_redemption
from huimin.checkout.once import Answer, KeysInProgress, fingerprint, once
from huimin.checkout.quote import quote_basket
from huimin.checkout.redeem import redeem
from huimin.checkout.requests import check_card
from huimin.checkout.reverse import reverse
from huimin.checkout.terminal_answer import terminal_answer
from huimin.checkout.verify import verify_at
from huimin.core.days import parse_day
from huimin.core.refusals import Refusal, field_problem
from huimin.storage.engine import Transaction
from huimin.web.current import house
from huimin.web.json_answer import json_response, json_text_response
from huimin.web.language import request_language

TYPED_NUMBERS = RateLimitItemPerMinute(60)

api = APIBlueprint(
    "api_v1",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="POS", description="收银终端 / tills")],
    abp_security=[{"terminal_key": []}],
    abp_responses=PROBLEMS,
)
in_progress = KeysInProgress()
typed_numbers = FixedWindowRateLimiter(MemoryStorage())


@api.before_request
def authorise() -> None:
    """Who is asking comes first, then whether the body is JSON at all."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refusal("unauthorized")
    g.terminal = house().engine.read(lambda tx: terminal_of_key(tx, key.strip()))
    if request.method == "POST":
        _require_json_object()


@api.get("/terminal", summary="我是谁 / who am I", responses={200: TerminalAnswer})
def terminal() -> Response:
    now = house().clock()
    return json_response(
        house().engine.read(lambda tx: terminal_answer(tx, g.terminal, now, _language()))
    )


@api.post("/cards/verify", summary="核验 / verify a card", responses={200: VerifyAnswer})
def verify(body: CardBody) -> Response:
    home, now, who = house(), house().clock(), g.terminal
    try:
        card = _checked(body.card)
        answer = verify_at(home.engine, card, terminal=who, now=now, language=_language())
    except Refusal as refusal:
        home.lookups.note(at=now, terminal_id=who["terminal_id"], outcome=refusal.code)
        raise
    home.lookups.note(
        at=now, terminal_id=who["terminal_id"], card_id=answer.pop("card_id"), outcome="found"
    )
    return json_response(answer)


@api.post("/quotes", summary="试算 / quote a basket", responses={200: QuoteAnswer})
def quotes(body: QuoteBody) -> Response:
    asked = body.to_request(_checked(body.card))
    now, who, language = house().clock(), g.terminal, _language()
    return json_response(
        house().engine.read(
            lambda tx: quote_basket(tx, asked, terminal=who, now=now, language=language)
        )
    )


@api.post("/redemptions", summary="优惠交易 / redeem", responses={201: RedemptionAnswer})
def redemptions(header: KeyHeader, body: RedemptionBody) -> Response:
    asked = body.to_request(_checked(body.card))
    now, who, language = house().clock(), g.terminal, _language()

    def work(tx: Transaction) -> dict[str, Any]:
        return redeem(tx, asked, terminal=who, now=now, language=language)

    return _once(header.key, fingerprint("redeem", asked), work)


@api.get("/redemptions", summary="按订单号查询 / find by order", responses={200: RedemptionRecord})
def redemption_of_order(query: OrderQuery) -> Response:
    who, language = g.terminal, _language()
    return json_response(
        house().engine.read(
            lambda tx: find_redemption(tx, terminal=who, order_no=query.order_no, language=language)
        )
    )


@api.get(
    "/redemptions/<string:redemption_id>",
    summary="查询 / find",
    responses={200: RedemptionRecord},
)
def redemption(path: RedemptionPath) -> Response:
    who, language = g.terminal, _language()
    return json_response(
        house().engine.read(
            lambda tx: find_redemption(
                tx, terminal=who, redemption_id=path.redemption_id, language=language
            )
        )
    )


@api.post(
    "/redemptions/<string:redemption_id>/reversals",
    summary="冲正、退款 / reverse",
    responses={201: ReversalAnswer},
)
def reversals(path: RedemptionPath, header: KeyHeader, body: ReversalBody) -> Response:
    asked, now, who = body.to_request(), house().clock(), g.terminal

    def work(tx: Transaction) -> dict[str, Any]:
        return reverse(tx, path.redemption_id, asked, terminal=who, now=now)

    return _once(header.key, fingerprint(f"reverse {path.redemption_id}", asked), work)


@api.post(
    "/cancellations",
    summary="取消订单：没有记入就不再记入，记入了就冲正 / give an order up for good",
    responses={200: CancellationAnswer},
)
def cancellations(body: CancellationBody) -> Response:
    asked, now, who = body.to_request(), house().clock(), g.terminal
    return json_response(cancel(house().engine, asked, terminal=who, now=now, language=_language()))


@api.get("/statements/<string:day>", summary="对账单 / the day", responses={200: StatementAnswer})
def statement(path: DayPath) -> Response:
    try:
        day = parse_day(path.day)
    except ValueError:
        raise field_problem(
            "day", "没有这一天，请写成 2026-10-31。", "is no day; write it as 2026-10-31."
        ) from None
    who = g.terminal
    found = house().engine.read(lambda tx: day_statement(tx, who, day))
    best = request.accept_mimetypes.best_match(["application/json", "text/csv"])
    if best == "text/csv":
        response = Response("\ufeff" + statement_csv(found), mimetype="text/csv")
        response.headers["X-Content-SHA256"] = found["sha256"]
        return response
    return json_response(found)


def _once(key: str, print_of_body: str, work: Callable[[Transaction], dict[str, Any]]) -> Response:
    """Run the work under its idempotency key and answer 201, or give the first answer again."""
    now, terminal_id = house().clock(), g.terminal["terminal_id"]

    def use_case(tx: Transaction) -> Answer:
        return once(
            tx,
            terminal_id=terminal_id,
            key=key,
            fingerprint=print_of_body,
            now=now,
            work=lambda: work(tx),
        )

    with in_progress.holding(terminal_id, key):
        answer = house().engine.write(use_case)
    response = json_text_response(answer.json_text, 201)
    if answer.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _language() -> str:
    return request_language()


def _checked(text: str) -> CheckedCard:
    card = check_card(text, house().key_ring.public_keys())
    # Scanned codes can't be guessed; typed numbers could be tried one after another.
    if card.kind == "number" and not typed_numbers.hit(TYPED_NUMBERS, g.terminal["terminal_id"]):
        raise Refusal("too_many_requests")
    return card


def _require_json_object() -> None:
    if not request.is_json:
        raise Refusal("unsupported_media_type")
    try:
        body = request.get_json()
    except BadRequest:
        raise Refusal("malformed_json") from None
    if not isinstance(body, dict):
        raise Refusal("malformed_json")
