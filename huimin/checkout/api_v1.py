"""The POS API, version 1: what a till asks over HTTP. Each endpoint parses, authorises, calls one
function and renders; what pages share with it stands in till_edge.py, the rules beside it.

A caller is a terminal with a bearer key. Every error is answered by web/problems.py.
"""

from __future__ import annotations

from flask import Response, request

from huimin.access.till_guard import current_terminal
from huimin.checkout.api_answers import (
    CancellationAnswer,
    CategoriesAnswer,
    QuoteAnswer,
    RedemptionAnswer,
    RedemptionRecord,
    ReversalAnswer,
    TerminalAnswer,
    VerifyAnswer,
)
from huimin.checkout.api_bodies import (
    CancellationBody,
    CardBody,
    DayPath,
    OrderQuery,
    QuoteBody,
    ReceiptQuery,
    RedemptionPath,
    ReversalBody,
)
from huimin.checkout.categories_answer import categories_answer
from huimin.checkout.day_statement import day_statement
from huimin.checkout.find_redemption import find_redemption
from huimin.checkout.offline.api_bodies import (
    OfflinePackAnswer,
    OfflineRedemptionsAnswer,
    OfflineRedemptionsBody,
)
from huimin.checkout.offline.offline_answer import items_response, pack_response
from huimin.checkout.receipts.receipt_answer import RECEIPT_FORMS, receipt_response
from huimin.checkout.redemption_body import RedemptionBody
from huimin.checkout.statement_file import CONTENT_TYPES, statement_file
from huimin.checkout.statement_forms import STATEMENT_FORMS
from huimin.checkout.terminal_answer import terminal_answer
from huimin.checkout.till_edge import (
    cancellation_response,
    quote_response,
    redemption_response,
    reversal_response,
    till_api,
    verify_response,
)
from huimin.core.days import county_day, parse_day
from huimin.core.refusals import field_problem
from huimin.web.api_documents import BODY, REPLAYED, problems, with_headers
from huimin.web.current import instance
from huimin.web.json_answer import json_response
from huimin.web.key_header import KeyHeader
from huimin.web.language import request_language

api = till_api("api_v1", __name__)


@api.get("/terminal", summary="本收银终端 / this terminal", responses={200: TerminalAnswer})
def terminal() -> Response:
    place, now, language = current_terminal(), instance().clock(), request_language()
    return json_response(
        instance().engine.read(lambda tx: terminal_answer(tx, place, now, language))
    )


@api.get(
    "/categories",
    summary="商品类别 / categories of goods",
    description="明细的 category 可以写这里的代码或任一写法，大小写、全半角和空格不论。 / "
    "An item's category may be any of these codes or spellings, in any case, width and spacing.",
    responses={200: CategoriesAnswer},
)
def categories() -> Response:
    place, now, language = current_terminal(), instance().clock(), request_language()
    return json_response(
        instance().engine.read(lambda tx: categories_answer(tx, place, now, language))
    )


@api.post(
    "/cards/verify",
    summary="核验 / verify a card",
    responses={200: VerifyAnswer, **BODY, **problems(404)},
)
def verify(body: CardBody) -> Response:
    return verify_response(body)


@api.post(
    "/quotes",
    summary="试算 / quote a basket",
    responses={200: QuoteAnswer, **BODY, **problems(404)},
)
def quotes(body: QuoteBody) -> Response:
    return quote_response(body)


@api.post(
    "/redemptions",
    summary="优惠交易 / redeem",
    responses={
        201: with_headers(RedemptionAnswer, REPLAYED),
        **BODY,
        **problems(404, 409),
    },
)
def redemptions(header: KeyHeader, body: RedemptionBody) -> Response:
    return redemption_response(body, header.key)


@api.get(
    "/redemptions",
    summary="按订单号查询 / find by order number",
    responses={200: RedemptionRecord, **problems(404, 422)},
)
def redemption_of_order(query: OrderQuery) -> Response:
    return _redemption(order_no=query.order_no)


@api.get(
    "/redemptions/<string:redemption_id>",
    summary="查询 / find by id",
    responses={200: RedemptionRecord, **problems(404, 422)},
)
def redemption(path: RedemptionPath) -> Response:
    return _redemption(redemption_id=path.redemption_id)


@api.get(
    "/redemptions/<string:redemption_id>/receipt",
    summary="小票 / receipt",
    description="Accept: application/json（内容）、text/plain（等宽文字）、"
    "application/vnd.escpos（打印机字节）。后两种每取一次计一次打印，第二次起标明重打；退货的 id "
    "得到退货凭证。 / Fetching the second or third form counts as a printing; from the second "
    "printing on it is marked as a reprint. A reversal's id gives its slip.",
    responses={200: RECEIPT_FORMS, **problems(404, 422, 501)},
)
def receipt(path: RedemptionPath, query: ReceiptQuery) -> Response:
    return receipt_response(path.redemption_id, int(query.width))


@api.post(
    "/redemptions/<string:redemption_id>/reversals",
    summary="退货、撤销 / reverse, in full or in part",
    description="只写 reason：退回余下的全部。退一部分：有明细的写 items；有不参加优惠或医保部分的"
    "写 amount_fen 和其中各有多少（没有就写 0）；其他写 amount_fen。 / A reason alone returns all "
    "that is left. A part names lines (items), or amount_fen with how much of it was excluded or "
    "insured.",
    responses={
        201: with_headers(ReversalAnswer, REPLAYED),
        **BODY,
        **problems(404, 409),
    },
)
def reversals(path: RedemptionPath, header: KeyHeader, body: ReversalBody) -> Response:
    return reversal_response(path.redemption_id, body, header.key)


@api.post(
    "/cancellations",
    summary="取消订单：没有记入就不再记入，记入了就撤销 / cancel an order for good",
    responses={200: CancellationAnswer, **BODY, **problems(409)},
)
def cancellations(body: CancellationBody) -> Response:
    return cancellation_response(body)


@api.get(
    "/statements/<string:day>",
    summary="对账单 / statement of a day",
    description="到今天为止的一天；以后的日子回答 422 / a day up to today; a later one is 422",
    responses={200: STATEMENT_FORMS, **problems(422)},
)
def statement(path: DayPath) -> Response:
    try:
        day = parse_day(path.day)
    except ValueError:
        raise field_problem("day", "没有这一天，请写成 2026-10-31。") from None
    if day > county_day(instance().clock()):
        raise field_problem("day", "这一天还没有到。")
    place = current_terminal()
    outlet_id, outlet_name = place["outlet_id"], place["outlet_name"]
    day_rows = instance().engine.read(lambda tx: day_statement(tx, outlet_id, outlet_name, day))
    forms = {content_type: form for form, content_type in CONTENT_TYPES.items()}
    accepted = request.accept_mimetypes.best_match(["application/json", *forms])
    if accepted in forms:
        response = statement_file(day_rows, forms[accepted])
    else:
        response = json_response(day_rows)
    response.headers["Vary"] = "Accept"
    return response


@api.get(
    "/offline-pack",
    summary="离线资料 / offline pack",
    description="带 If-None-Match 再问：内容没有变时回答 304，有效期以响应头 Huimin-Pack-… 为准 / "
    "with If-None-Match: 304 if nothing has changed; the headers then give the new validity",
    responses={
        200: OfflinePackAnswer,
        304: {"description": "Not Modified"},
        **problems(404),
    },
)
def offline_pack() -> Response:
    return pack_response()


@api.post(
    "/offline-redemptions",
    summary="离线交易补传 / send sales made without network",
    responses={200: OfflineRedemptionsAnswer, **BODY},
)
def offline_redemptions(body: OfflineRedemptionsBody) -> Response:
    return items_response(body)


def _redemption(**sought: str) -> Response:
    place, language = current_terminal(), request_language()
    return json_response(
        instance().engine.read(
            lambda tx: find_redemption(tx, terminal=place, language=language, **sought)
        )
    )
