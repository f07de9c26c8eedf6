"""The one place where an error becomes an answer: RFC 9457 JSON for the API, a page otherwise.

Errors of the program are logged and answered without details; what a caller can correct is answered
with the field and the remedy, in the caller's language.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

import structlog
from flask import Flask, Response, current_app, g, render_template, request
from flask_wtf.csrf import validate_csrf
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from huimin.core.catalogue import SOURCE, Words
from huimin.core.json_text import write_json
from huimin.core.money import money_text
from huimin.core.one_case import UUID
from huimin.core.refusals import FieldProblem, FieldProblems, Refusal
from huimin.keys.personal_data import SealedProblem
from huimin.storage.engine import ReadOnly, StorageProblem
from huimin.web.forms import AGAIN, sent_fields
from huimin.web.json_answer import json_response
from huimin.web.language import request_language
from huimin.web.own_address import page_of_form

DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
INSTANT = (
    r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})$"
)

log = structlog.get_logger(__name__)

CODE_OF_STATUS = {
    400: "malformed_json",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    503: "storage_unavailable",
}
# What may be otherwise in a minute.
FOR_THE_MOMENT = (429, 500, 503)
# No room, no room for this user, or more than a process may write.
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
FIELDS_MAX = 20
# Below these are no pages: whoever asks is a program, whatever it sends.
OF_PROGRAMS = ("/api/", "/.well-known/")
# The page of a refusal, with its status and its fields, for readers who are no staff.
OwnPage = Callable[[Refusal, int, Sequence[FieldProblem]], str]
OWN_PAGES = "huimin_problem_pages"

# pydantic's error types in words.
FIELD_ERRORS = Words(
    "field_error",
    {
        "missing": "必须填写。",
        "extra_forbidden": "没有这个字段，请去掉。",
        "int_type": "须为整数（金额以分为单位）。",
        "int_parsing": "须为整数（金额以分为单位）。",
        "int_from_float": "须为整数（金额以分为单位）。",
        "greater_than_equal": "不能小于 {ge}。",
        "less_than_equal": "不能大于 {le}。",
        "amount_below": "金额不能小于 {least}。",
        "amount_above": "金额不能大于 {most}。",
        "string_type": "须为文字。",
        "string_too_long": "最多 {max_length} 个字符。",
        "string_too_short": "至少 {min_length} 个字符。",
        "string_pattern_mismatch": "含有不能使用的字符。",
        "bool_type": "须为 true 或 false。",
        "literal_error": "只能写其中之一：{expected}。",
        "repeated": "同一个名称写了不止一次，请只写一次。",
        "uuid": "须为 UUID，例如 019a38f0-0016-7000-8000-000000000000，重发时不变。",
        "instant": "须为带时区的时刻，例如 2026-10-31T10:00:00+08:00。",
        "day": "须为一天，例如 2026-10-31。",
        "list_type": "须为列表。",
        "too_long": "最多 {max_length} 项。",
        "too_short": "至少 {min_length} 项。",
        "model_type": "须为 JSON 对象。",
        "model_attributes_type": "须为 JSON 对象。",
        "order_blank": "订单号不能只有空格或引号。",
        "order_invisible": "订单号里有看不见的字符或控制字符，请去掉。",
        "order_formula": "订单号不能以 = + - @ 开头，表格软件会把它当成公式；"
        "请在前面加字母，例如 A。",
        "order_changed": "表格软件会把这样的订单号改成数字、日期或时间，对账时就找不到了；"
        "请在前面加字母，例如 A1E001。",
        "order_total": "订单号不能是“合计”这样的词，对账时会被当成合计行。",
        "order_long": "最多 {max_length} 个字符。",
        "quantity": "须为大于零的数，最多 4 位小数，例如 2 或 0.356。",
        "other": "格式不对。",
    },
)
# What a list of a day could not hold (core/order_number.py).
ORDER_FAULTS = tuple(fault for fault in FIELD_ERRORS if fault.startswith("order_"))
# What a limit of an amount is called in yuan: a cashier reads it, who knows no fen.
AMOUNT_LIMITS = {
    "greater_than_equal": ("amount_below", "ge", "least"),
    "less_than_equal": ("amount_above", "le", "most"),
}


# What a text of a certain form is called.
PATTERNS = {UUID: "uuid", INSTANT: "instant", DAY: "day"}


def install(app: Flask) -> None:
    """Register the handlers for every kind of error."""
    app.register_error_handler(Refusal, answer_refusal)
    app.register_error_handler(FieldProblems, answer_field_problems)
    app.register_error_handler(StorageProblem, answer_storage_problem)
    app.register_error_handler(SealedProblem, answer_sealed_problem)
    app.register_error_handler(HTTPException, answer_http_exception)
    app.register_error_handler(Exception, answer_unexpected)


def say_on_own_page(app: Flask, beginnings: tuple[str, ...], page: OwnPage) -> None:
    """Let errors below those addresses stand on that page, and not on one of the office's."""
    app.extensions.setdefault(OWN_PAGES, []).append((beginnings, page))


def answer_refusal(refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    """Answer a refusal with its code and the cashier's sentence."""
    if refusal.code == "request_in_progress":
        headers = {"Retry-After": "1", **(headers or {})}
    if refusal.code == "too_many_requests":
        headers = {"Retry-After": "60", **(headers or {})}
    if refusal.code == "unauthorized" and not wants_json():
        refusal = Refusal("signed_out")  # a person has no key to send
    if refusal.code == "unauthorized":
        headers = {"WWW-Authenticate": "Bearer", **(headers or {})}
    return _answer(refusal, refusal.problems, headers)


def answer_field_problems(problems: FieldProblems) -> Response:
    """Answer 422 with every field that needs a change."""
    return _answer(Refusal("invalid_input"), problems.problems, None)


def answer_validation_error(error: ValidationError) -> Response:
    """Answer pydantic's errors field by field, without repeating what was sent."""
    return _answer(Refusal("invalid_input"), field_problems_of(error).problems, None)


def field_problems_of(error: ValidationError) -> FieldProblems:
    """pydantic's errors as FieldProblems."""
    problems = []
    for entry in error.errors(include_url=False, include_input=False)[:FIELDS_MAX]:
        field, kind = _field_of(entry["loc"]), entry["type"]
        params = dict(entry.get("ctx") or {})
        if field.endswith("_fen") and kind in AMOUNT_LIMITS:
            kind, limit, name = AMOUNT_LIMITS[kind]
            params = {name: money_text(params[limit])}
        if kind == "literal_error":  # "'holder' or 'family_member'"
            params = {"expected": params["expected"].replace(" or ", ", ").replace("'", "")}
        kind = PATTERNS.get(str(params.get("pattern")), kind)
        text = FIELD_ERRORS.text(kind if kind in FIELD_ERRORS else "other", **params)
        problems.append(FieldProblem(field, text))
    return FieldProblems(problems)


def answer_storage_problem(error: StorageProblem) -> Response:
    """Answer 503; the sentence for the operator goes to the log."""
    if isinstance(error, ReadOnly):
        return _answer(Refusal("read_only"), (), {"Retry-After": "60"})
    log.error("storage unavailable", problem=str(error))
    return _answer(Refusal("storage_unavailable"), (), {"Retry-After": "5"})


def answer_sealed_problem(_error: SealedProblem) -> Response:
    """Answer that what this needs is sealed with a key that is not here, and who brings it back.

    What can be done without it is done without it: a page says so in its place.
    """
    log.error("what is sealed can't be read", path=request.path, method=request.method)
    return _answer(Refusal("sealed_unreadable"), (), None)


def answer_http_exception(error: HTTPException) -> Response:
    """Answer an error raised by Flask, keeping its headers (Allow, Retry-After)."""
    if error.response is not None:
        return cast(Response, error.response)
    status = error.code or 500
    if status < 400:
        return cast(Response, error.get_response())
    code = CODE_OF_STATUS.get(status, "invalid_input" if status < 500 else "internal_error")
    headers = {name: value for name, value in error.get_headers() if name in KEPT_HEADERS}
    refusal = Refusal(code, limit=_limit_words()) if status == 413 else Refusal(code)
    return _answer(refusal, (), headers, status=status)


def answer_unexpected(error: Exception) -> Response:
    """Answer an error of the program: logged with its traceback, answered without it.

    A disk that is full is none: the answer is 503, as for a database that can't be used.
    """
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return answer_storage_problem(StorageProblem("磁盘已满，写不下文件；请腾出空间后再试。"))
    log.exception("unexpected error", path=request.path, method=request.method)
    return _answer(Refusal("internal_error"), (), None)


def _answer(
    refusal: Refusal,
    fields: tuple[FieldProblem, ...],
    headers: dict[str, str] | None,
    status: int | None = None,
) -> Response:
    language = request_language()
    g.refusal_code = refusal.code  # for whoever counts them
    status = status or refusal.status
    body = _body(refusal, status, language, fields)
    if wants_json():
        response = json_response(body)
        response.mimetype = "application/problem+json"
    elif (own_page := _own_page()) is not None:
        response = Response(own_page(refusal, status, fields))
    else:
        body["detail"] = refusal.page_detail(language)
        unsent = _unsent() if status in FOR_THE_MOMENT and refusal.code != "read_only" else None
        response = Response(render_template("web/problem.html", problem=body, unsent=unsent))
    response.status_code = status
    response.headers.extend(headers or {})
    response.headers["Cache-Control"] = "no-store"
    return response


def _own_page() -> OwnPage | None:
    for beginnings, page in current_app.extensions.get(OWN_PAGES, ()):
        if request.path.startswith(beginnings):
            return cast(OwnPage, page)
    return None


def _unsent() -> dict[str, Any] | None:
    """The form that could not be taken, to be shown once more. None for what is no form of a page
    of somebody who has signed in.
    """
    if request.method != "POST" or "member" not in g or not request.form:
        return None
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValueError:
        return None
    return unsent_form()


def unsent_form() -> dict[str, Any]:
    """What this request's form sent, to be shown once more (web/forms.py:AGAIN): nobody types it
    again."""
    fields, lacks = sent_fields()
    path = request.full_path if request.query_string else request.path
    page = page_of_form(request.path, request.referrer, request.host)
    return {"path": path, "page": page, "again": AGAIN, "fields": fields, "lacks": lacks}


@cache
def problem_answer(code: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and JSON for a request that the application never saw.

    Its language is that of the source: nothing is known about the reader.
    """
    refusal = Refusal(code)
    body = write_json(_body(refusal, refusal.status, SOURCE, ())).encode()
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if refusal.status in (429, 503):
        headers.append(("Retry-After", "5"))
    return refusal.status, headers, body


def _body(
    refusal: Refusal, status: int, language: str, fields: tuple[FieldProblem, ...]
) -> dict[str, Any]:
    return {
        "type": f"urn:huimin:problem:{refusal.code}",
        "title": refusal.title(language),
        "status": status,
        "detail": refusal.detail(language),
        "code": refusal.code,
        "errors": [{"field": field.field, "message": field.message(language)} for field in fields],
        "cashier_message": refusal.cashier_message(language),
    }


def wants_json() -> bool:
    """Whether to answer in JSON: for the API, and for scripts that ask for it."""
    if request.path.startswith(OF_PROGRAMS):
        return True
    return request.accept_mimetypes.best == "application/json" or request.is_json


def _field_of(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "body"


def _limit_words() -> str:
    limit = request.max_content_length or 0
    return f"{limit // 1024} KB" if limit < 1024 * 1024 else f"{limit // (1024 * 1024)} MB"
