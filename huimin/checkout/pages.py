"""The till page: a cashier scans, sees whom and what, enters an amount, confirms, reverses.

The page's script asks these endpoints, which call the same functions as the POS API; who asks is a
signed-in cashier at a terminal of their own outlet.
"""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from pydantic import ValidationError
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import member, require
from huimin.access.terminal_keys import require_open, terminals_of
from huimin.cards.find import CheckedCard
from huimin.checkout.api_bodies import CardBody, QuoteBody, RedemptionBody, ReversalBody
from huimin.checkout.day_statement import day_statement
from huimin.checkout.once import fingerprint, once
from huimin.checkout.quote import quote_basket
from huimin.checkout.redeem import redeem
from huimin.checkout.requests import KEY_MAX, check_card
from huimin.checkout.reverse import reverse
from huimin.checkout.terminal_answer import terminal_answer
from huimin.checkout.verify import verify_card
from huimin.core.days import county_day
from huimin.core.refusals import Refusal, field_problem
from huimin.storage.engine import Transaction
from huimin.web.current import house
from huimin.web.json_answer import json_response, json_text_response
from huimin.web.language import request_language
from huimin.web.problems import answer_validation_error

pages = Blueprint("checkout", __name__, url_prefix="/till")
pages.register_error_handler(ValidationError, answer_validation_error)


@pages.get("/")
@require("till.use")
def till() -> str | BaseResponse:
    """The till itself, or the choice of a terminal first."""
    choice = _terminals()
    chosen = _chosen(choice)
    if chosen is None:
        return render_template("checkout/choose_terminal.html", terminals=choice)
    now, language = house().clock(), request_language()
    told = house().engine.read(lambda tx: terminal_answer(tx, chosen, now, language))
    return render_template("checkout/till.html", told=told, several=len(choice) > 1)


@pages.post("/terminal")
@require("till.use")
def choose_terminal() -> BaseResponse:
    """Work at another terminal of the outlet; an unknown one clears the choice."""
    session["terminal_id"] = request.form.get("terminal_id", "")
    return redirect(url_for("checkout.till"))


@pages.post("/verify")
@require("till.use")
def verify() -> Response:
    """Who may present this card, and what it gets here today."""
    body = CardBody.model_validate(request.get_json())
    terminal, now, language = _terminal(), house().clock(), request_language()
    card = _checked(body.card)
    answer = house().engine.read(
        lambda tx: verify_card(tx, card, terminal=terminal, now=now, language=language)
    )
    house().lookups.note(
        at=now,
        terminal_id=terminal["terminal_id"],
        staff_id=member().id,
        card_id=answer.pop("card_id"),
        outcome="found",
    )
    return json_response(answer)


@pages.post("/quote")
@require("till.use")
def quote() -> Response:
    """What the amount gets, as it is typed."""
    body = QuoteBody.model_validate(request.get_json())
    terminal, now, language = _terminal(), house().clock(), request_language()
    asked = body.to_request(_checked(body.card))
    return json_response(
        house().engine.read(
            lambda tx: quote_basket(tx, asked, terminal=terminal, now=now, language=language)
        )
    )


@pages.post("/redeem")
@require("till.use")
def redeem_now() -> Response:
    """Give the discount. The page made the key when the amount was confirmed."""
    body = RedemptionBody.model_validate(request.get_json())
    terminal, now, language = _terminal(), house().clock(), request_language()
    asked, staff_id = body.to_request(_checked(body.card)), member().id

    def work(tx: Transaction) -> dict[str, Any]:
        return redeem(tx, asked, terminal=terminal, now=now, language=language, staff_id=staff_id)

    return _once(terminal, fingerprint("redeem", asked), work)


@pages.post("/redemptions/<redemption_id>/reverse")
@require("redemption.reverse")
def reverse_now(redemption_id: str) -> Response:
    """Take back a sale of this outlet, whole or in part."""
    body = ReversalBody.model_validate(request.get_json())
    terminal, now = _terminal(), house().clock()
    asked, staff_id = body.to_request(), member().id

    def work(tx: Transaction) -> dict[str, Any]:
        return reverse(tx, redemption_id, asked, terminal=terminal, now=now, staff_id=staff_id)

    return _once(terminal, fingerprint(f"reverse {redemption_id}", asked), work)


@pages.get("/today")
@require("till.use")
def today() -> Response:
    """The outlet's day so far: count and savings, and the latest sales to undo."""
    terminal, now = _terminal(), house().clock()
    statement = house().engine.read(lambda tx: day_statement(tx, terminal, county_day(now)))
    returned: dict[str, int] = {}
    for row in statement["rows"]:
        if row["kind"] == "reversal":
            taken = returned.get(row["reverses_id"], 0)
            returned[row["reverses_id"]] = taken - row["amount_fen"]
    sales = [
        {
            **{name: row[name] for name in ("id", "receipt_no", "recorded_at", "amount_fen")},
            **{name: row[name] for name in ("discount_fen", "payable_fen")},
            "left_fen": row["amount_fen"] - returned.get(row["id"], 0),
        }
        for row in statement["rows"]
        if row["kind"] == "redemption"
    ]
    return json_response({"sums": statement["sums"], "sales": sales[::-1][:20]})


def _once(terminal: dict[str, Any], print_of_body: str, work: Any) -> Response:
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= KEY_MAX:
        raise field_problem("Idempotency-Key", "必须填写。", "is required.")
    now = house().clock()
    answer = house().engine.write(
        lambda tx: once(
            tx,
            terminal_id=terminal["terminal_id"],
            key=key,
            fingerprint=print_of_body,
            now=now,
            work=lambda: work(tx),
        )
    )
    return json_text_response(answer.json_text)


def _terminals() -> list[dict[str, Any]]:
    who = member()
    return house().engine.read(
        lambda tx: terminals_of(tx, outlet_id=who.outlet_id, merchant_id=who.merchant_id)
    )


def _chosen(terminals: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The terminal of this session, if it is one of theirs; the only one without asking."""
    if len(terminals) == 1:
        return terminals[0]
    wanted = session.get("terminal_id")
    return next((row for row in terminals if row["terminal_id"] == wanted), None)


def _terminal() -> dict[str, Any]:
    if "terminal" not in g:
        chosen = _chosen(_terminals())
        if chosen is None:
            raise Refusal("terminal_disabled")
        require_open(chosen)
        g.terminal = chosen
    terminal: dict[str, Any] = g.terminal
    return terminal


def _checked(text: str) -> CheckedCard:
    return check_card(text, house().key_ring.public_keys())
