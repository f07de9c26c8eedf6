"""The POS API, version 1: what a till asks over HTTP. Each endpoint parses, authorises, calls one
function and renders; the rules stand in the modules beside this one.

A caller is a terminal with a bearer key. Every error is answered by web/problems.py.
"""

from __future__ import annotations

from typing import Any

from flask import Response, g, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

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
    ReceiptQuery,
    RedemptionBody,
    RedemptionPath,
    ReversalBody,
)
from huimin.checkout.cancel import cancel
from huimin.checkout.day_statement import day_statement, statement_csv
from huimin.checkout.find_redemption import find_redemption
from huimin.checkout.offline.api_bodies import (
    OfflinePackAnswer,
    OfflineRedemptionsAnswer,
    OfflineRedemptionsBody,
)
from huimin.checkout.offline.offline_answer import items_response, pack_response
from huimin.checkout.once import fingerprint
from huimin.checkout.quote import quote_basket
from huimin.checkout.receipts.receipt_answer import RECEIPT_FORMS, receipt_response
from huimin.checkout.redeem import redeem
from huimin.checkout.reverse import reverse
from huimin.checkout.statement_xlsx import CONTENT_TYPE as XLSX
from huimin.checkout.statement_xlsx import statement_xlsx
from huimin.checkout.terminal_answer import terminal_answer
from huimin.checkout.till_edge import answer_once, authorise, checked
from huimin.checkout.verify import verify_at
from huimin.core.days import parse_day
from huimin.core.refusals import Refusal, field_problem
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.json_answer import json_response
from huimin.web.language import request_language

api = APIBlueprint(
    "api_v1",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="POS", description="收银终端 / tills")],
    abp_security=[{"terminal_key": []}],
    abp_responses=PROBLEMS,
)
api.before_request(authorise)


@api.get("/terminal", summary="我是谁 / who am I", responses={200: TerminalAnswer})
def terminal() -> Response:
    now = instance().clock()
    return json_response(
        instance().engine.read(lambda tx: terminal_answer(tx, g.terminal, now, _language()))
    )


@api.post("/cards/verify", summary="核验 / verify a card", responses={200: VerifyAnswer})
def verify(body: CardBody) -> Response:
    home, now, who = instance(), instance().clock(), g.terminal
    try:
        card = checked(body.card)
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
    asked = body.to_request(checked(body.card))
    now, who, language = instance().clock(), g.terminal, _language()
    return json_response(
        instance().engine.read(
            lambda tx: quote_basket(tx, asked, terminal=who, now=now, language=language)
        )
    )


@api.post("/redemptions", summary="优惠交易 / redeem", responses={201: RedemptionAnswer})
def redemptions(header: KeyHeader, body: RedemptionBody) -> Response:
    asked = body.to_request(checked(body.card))
    now, who, language = instance().clock(), g.terminal, _language()

    def work(tx: Transaction) -> dict[str, Any]:
        return redeem(tx, asked, terminal=who, now=now, language=language)

    return answer_once(header.key, fingerprint("redeem", asked), work)


@api.get("/redemptions", summary="按订单号查询 / find by order", responses={200: RedemptionRecord})
def redemption_of_order(query: OrderQuery) -> Response:
    who, language = g.terminal, _language()
    return json_response(
        instance().engine.read(
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
        instance().engine.read(
            lambda tx: find_redemption(
                tx, terminal=who, redemption_id=path.redemption_id, language=language
            )
        )
    )


@api.get(
    "/redemptions/<string:redemption_id>/receipt",
    summary="小票 / receipt",
    description="Accept: application/json（内容）、text/plain（等宽文字）、"
    "application/vnd.escpos（打印机字节）。后两种每取一次计一次打印，第二次起标明重打；冲正的 id "
    "得到退货凭证。 / The second and third form count as a printing; from the second one on the "
    "paper says that it is a reprint. A reversal's id gives the refund's slip.",
    responses={200: RECEIPT_FORMS},
)
def receipt(path: RedemptionPath, query: ReceiptQuery) -> Response:
    return receipt_response(path.redemption_id, width_mm=int(query.width), language=_language())


@api.post(
    "/redemptions/<string:redemption_id>/reversals",
    summary="冲正、退款 / reverse",
    responses={201: ReversalAnswer},
)
def reversals(path: RedemptionPath, header: KeyHeader, body: ReversalBody) -> Response:
    asked, now, who = body.to_request(), instance().clock(), g.terminal

    def work(tx: Transaction) -> dict[str, Any]:
        return reverse(tx, path.redemption_id, asked, terminal=who, now=now)

    return answer_once(header.key, fingerprint(f"reverse {path.redemption_id}", asked), work)


@api.post(
    "/cancellations",
    summary="取消订单：没有记入就不再记入，记入了就冲正 / give an order up for good",
    responses={200: CancellationAnswer},
)
def cancellations(body: CancellationBody) -> Response:
    asked, now, who = body.to_request(), instance().clock(), g.terminal
    return json_response(
        cancel(instance().engine, asked, terminal=who, now=now, language=_language())
    )


@api.get("/statements/<string:day>", summary="对账单 / the day", responses={200: StatementAnswer})
def statement(path: DayPath) -> Response:
    try:
        day = parse_day(path.day)
    except ValueError:
        raise field_problem(
            "day", "没有这一天，请写成 2026-10-31。", "is no day; write it as 2026-10-31."
        ) from None
    who = g.terminal
    found = instance().engine.read(lambda tx: day_statement(tx, who, day))
    best = request.accept_mimetypes.best_match(["application/json", "text/csv", XLSX])
    if best in ("text/csv", XLSX):
        body: bytes | str = "\ufeff" + statement_csv(found)
        if best == XLSX:
            body = statement_xlsx(found, instance().settings.county_name)
        response = Response(body, mimetype=best)
        response.headers["X-Content-SHA256"] = found["sha256"]
        return response
    return json_response(found)


@api.get(
    "/offline-pack",
    summary="离线资料 / the offline pack",
    description="带 If-None-Match 再问：内容没有变时回答 304，有效期以响应头 Huimin-Pack-… 为准 / "
    "asked again with If-None-Match, 304 says that the pack goes on; the headers have its moments",
    responses={200: OfflinePackAnswer, 304: {"description": "Not Modified"}},
)
def offline_pack() -> Response:
    return pack_response(g.terminal)


@api.post(
    "/offline-redemptions",
    summary="离线交易补传 / what was given offline",
    responses={200: OfflineRedemptionsAnswer},
)
def offline_redemptions(body: OfflineRedemptionsBody) -> Response:
    return items_response(body, g.terminal)


def _language() -> str:
    return request_language()
