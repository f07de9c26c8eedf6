"""The office asks what a card would get at an outlet, or why it would be refused.

The question leaves no trace at the till, and one in the audit record: who looked at which card.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template
from flask_babel import lazy_gettext

from huimin.access.guards import acting, own_division, require
from huimin.audit.record import record
from huimin.cards.card_list import card_in
from huimin.checkout.quote_answer import policy_answer, remaining
from huimin.checkout.why_refused import Answer, why_refused
from huimin.core.days import county_day
from huimin.core.discount import explain
from huimin.core.identity import mask_name
from huimin.core.kept_refusal import KeptRefusal
from huimin.core.money import AMOUNT_FEN_MAX, parse_yuan
from huimin.core.refusals import Problems
from huimin.merchants.outlets import list_outlets
from huimin.storage.engine import Row, Transaction
from huimin.web.current import instance
from huimin.web.forms import Answer as Response
from huimin.web.forms import Form
from huimin.web.language import request_language

why_pages = Blueprint("why", __name__)

STEPS = {
    "till": lazy_gettext("示范点和收银终端（现在）"),
    "card": lazy_gettext("卡片"),
    "entitlement": lazy_gettext("持卡人的保障"),
    "policy": lazy_gettext("优惠政策"),
    "quote": lazy_gettext("起点和额度"),
}
# Further back than any claim, and as far ahead as a policy is planned.
DAYS_BACK, DAYS_AHEAD = 3 * 366, 366


@why_pages.get("/cards/<card_id>/why", endpoint="refused")
@require("refusal.explain")
def question(card_id: str) -> str:
    """The form: outlet, day and sum."""
    return _page(card_id, Form())


@why_pages.post("/cards/<card_id>/why", endpoint="ask")
@require("refusal.explain")
def ask(card_id: str) -> Response:
    """The answer, on the same page."""
    form, within, by = Form.sent(), own_division(), acting()
    now = by["now"]

    def work(tx: Transaction) -> Answer:
        card = card_in(tx, card_id, within=within)
        outlet_id, day, amount_fen = _asked(tx, form, county_day(now))
        answer = why_refused(tx, card["number"], outlet_id, day=day, amount_fen=amount_fen, now=now)
        question = {"outlet_id": outlet_id, "day": day.isoformat(), "amount_fen": amount_fen}
        record(tx, "card.refusal_explained", card_id, new=question, **by)
        return answer

    return form.carry_out(
        work,
        again=lambda refused: _page(card_id, refused),
        then=lambda answer: _page(card_id, form, answer),
    )


def _asked(tx: Transaction, form: Form, today: date) -> tuple[str, date, int]:
    """What was asked for. Raises FieldProblems with every field at once."""
    problems = Problems()
    outlet_id = form.text("outlet")
    if outlet_id not in {row["id"] for row in list_outlets(tx)}:
        problems.refuse("outlet", "请选择示范点。")
    day = problems.read(lambda field, _text: form.day(field), "day", form.text("day")) or today
    if not today - timedelta(days=DAYS_BACK) <= day <= today + timedelta(days=DAYS_AHEAD):
        problems.refuse("day", "请选三年以内、一年之后以前的日期。")
    try:
        amount_fen = parse_yuan(form.text("amount"))
    except ValueError:
        amount_fen = 0
    if not 1 <= amount_fen <= AMOUNT_FEN_MAX:
        problems.refuse("amount", "请写金额，例如 128 或 128.50。")
    problems.finish()
    return outlet_id, day, amount_fen


def _page(card_id: str, form: Form, answer: Answer | None = None) -> str:
    within, today = own_division(), county_day(instance().clock())

    def query(tx: Transaction) -> tuple[Row, list[Row]]:
        return card_in(tx, card_id, within=within), list_outlets(tx)

    card, outlets = instance().engine.read(query)
    return render_template(
        "checkout/why_refused.html",
        card=card,
        name_masked=mask_name(card["holder_name"]),
        form=form,
        outlets=[(row["id"], row["name"]) for row in outlets],
        day=form.text("day") or today.isoformat(),
        answer=None if answer is None else _in_words(answer, request_language()),
    )


def _in_words(answer: Answer, language: str) -> dict[str, Any]:
    """The answer for the reader."""
    refusal, terms, usage = answer.refusal, answer.entitlement.terms, answer.usage
    return {
        "outlet": answer.outlet,
        "refusal": None if refusal is None else KeptRefusal.of(refusal).answer(language),
        "eligibilities": answer.entitlement.eligibilities,
        "policy": None if terms is None else policy_answer(terms, language),
        "remaining": None if terms is None or usage is None else remaining(terms, usage),
        "quote": answer.quote,
        "explanation": [explain(step, language) for step in answer.quote.explanation]
        if answer.quote
        else [],
        "steps": [
            {
                "name": STEPS[step.name],
                "reached": step.reached,
                "detail": KeptRefusal.of(step.refusal).detail(language) if step.refusal else None,
            }
            for step in answer.steps
        ],
    }
