"""Claims at the till: file one after a refusal or for a missed purchase, list them, print slips."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.till_guard import current_terminal, require_till
from huimin.checkout.attempts import attempt, open_caller, read_card
from huimin.checkout.receipts.paper import WIDTHS_MM
from huimin.checkout.receipts.paper_page import paper_html
from huimin.checkout.till_edge import key_of_request
from huimin.claims.api_bodies import ClaimBody
from huimin.claims.at_till import claim_response, filing
from huimin.claims.find_claims import claims_of_outlet, find_claim
from huimin.claims.pages import pages
from huimin.claims.requests import ClaimRequest
from huimin.claims.slip import claim_slip
from huimin.core.catalogue import Text, text
from huimin.core.days import county_day, parse_day
from huimin.core.money import parse_yuan
from huimin.core.order_number import ORDER_NO_MAX, NoOrderNumber, checked_order
from huimin.core.refusals import FieldProblems, Problems, Refusal
from huimin.storage.engine import Row
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
from huimin.web.json_answer import json_response
from huimin.web.json_body import json_body
from huimin.web.language import request_language
from huimin.web.problems import FIELD_ERRORS


@pages.post("/till/claims")
@require_till("till.use")
def file_claim() -> Response:
    """File the claim that the till page sends after a refusal, once."""
    return claim_response(json_body(ClaimBody), key_of_request())


@pages.get("/till/claims")
@require_till("till.use")
def till_claims() -> str:
    """The outlet's claims, and a form for a purchase whose card was forgotten."""
    return _list_page(Form())


@pages.post("/till/claims/missed")
@require_till("till.use")
def file_missed() -> BaseResponse | tuple[str, int]:
    """File a purchase of today or of an earlier day."""
    form = Form.sent()
    try:
        caller = open_caller()
        with attempt("claim", caller) as trying:
            request = _missed(form)
            trying.card = request.card
            claim = change(filing(request, caller))
    except FieldProblems as error:
        return _list_page(form.refused(error)), 422
    except Refusal as error:
        return _list_page(form.refused(error)), error.status
    tell(_("已登记补录 {number}，请把补录单交给顾客。", number=claim["claim_no"]))
    return redirect(url_for("claims.slip", claim_id=claim["id"]))


@pages.get("/till/claims/<claim_id>")
@require_till("till.use")
def slip(claim_id: str) -> str:
    """One claim of this outlet: its slip to print, and the decision."""
    claim, paper = _slip(claim_id)
    return render_template("claims/slip.html", claim=claim, paper=paper, widths=WIDTHS_MM)


@pages.get("/till/claims/<claim_id>/paper")
@require_till("till.use")
def slip_paper(claim_id: str) -> Response:
    """The slip for the till page, which prints it in place itself."""
    _, paper = _slip(claim_id)
    return json_response({"paper": paper})


def _slip(claim_id: str) -> tuple[Row, str]:
    """The claim and its slip as HTML."""
    terminal, settings, language = current_terminal(), instance().settings, request_language()
    claim = instance().engine.read(lambda tx: find_claim(tx, terminal["outlet_id"], claim_id))
    paper = claim_slip(
        claim, outlet_name=terminal["outlet_name"], settings=settings, language=language
    )
    return claim, paper_html(paper)


def _list_page(form: Form) -> str:
    terminal, today = current_terminal(), county_day(instance().clock())
    claims = instance().engine.read(lambda tx: claims_of_outlet(tx, terminal["outlet_id"]))
    return render_template(
        "claims/till_claims.html",
        form=form,
        claims=claims,
        today=today.isoformat(),
        days=instance().settings.claim_days,
        is_hospital=terminal["outlet_kind"] == "hospital",
        presenters=[("holder", _("本人")), ("family_member", _("家属"))],
    )


def _order_fault(error: NoOrderNumber, typed: str) -> Text:
    if not typed:
        return text("请填写购物小票上的订单号。")
    return FIELD_ERRORS.text(error.fault, max_length=ORDER_NO_MAX)


def _missed(form: Form) -> ClaimRequest:
    """The form of a missed purchase as a request. Raises FieldProblems with every field at once."""
    problems = Problems()

    def amount(name: str, needed: bool) -> int:
        typed = form.text(name)
        try:
            return parse_yuan(typed) if typed or needed else 0
        except ValueError:
            problems.refuse(name, "金额写作 128 或 128.50（元）。")
            return 0

    values: dict[str, Any] = {
        "amount_fen": amount("amount_fen", True),
        "excluded_fen": amount("excluded_fen", False),
        "insurance_fen": amount("insurance_fen", False),
    }
    if not problems and not 1 <= values["amount_fen"] <= 100_000_000:
        problems.refuse("amount_fen", "金额必须大于零。")
    order_no = form.text("order_no")
    try:
        order_no = checked_order(order_no)
    except NoOrderNumber as error:
        problems.refuse("order_no", _order_fault(error, order_no))
    day = None
    try:
        day = parse_day(form.text("occurred_on"))
    except ValueError:
        problems.refuse("occurred_on", "请选择购买日期。")
    card = None
    try:
        card = read_card(form.text("card"))
    except Refusal as error:
        if error.code == "too_many_requests":
            raise
        problems.refuse("card", error.text)
    if problems or card is None:
        raise FieldProblems(problems)
    presented_by: Any = (
        "family_member" if form.text("presented_by") == "family_member" else "holder"
    )
    return ClaimRequest(
        card,
        order_no=order_no,
        occurred_on=day,
        presented_by=presented_by,
        note=form.optional("note"),
        **values,
    )
