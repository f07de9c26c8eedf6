"""Payments of one settlement: what the bank has paid is recorded, a wrong record is taken back."""

from __future__ import annotations

from flask import redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.core.money import money_text, parse_yuan
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.settlement.pages import pages
from huimin.settlement.pages.answers import Answer, refused_page
from huimin.settlement.pay import record_payment, take_back_payment
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell


@pages.post("/<settlement_id>/payments")
@require("settlement.manage")
def pay(settlement_id: str) -> Answer:
    """Record a payment, in full or in part."""
    form, now, actor = Form.sent(), instance().clock(), member().username
    try:
        amount_fen, paid_on = _fen(form.text("amount")), form.day("paid_on")
        row = change(
            lambda tx: record_payment(
                tx,
                settlement_id,
                amount_fen=amount_fen,
                paid_on=paid_on,
                bank_reference=form.text("bank_reference"),
                now=now,
                actor=actor,
            )
        )
    except (FieldProblems, Refusal) as error:
        return refused_page(settlement_id, form, error, opened="pay")
    left_fen = row["due_fen"] - row["carried_fen"] - row["paid_fen"]
    if left_fen:
        tell(_("付款已登记，还有 {amount} 没付。", amount=money_text(left_fen)))
    else:
        tell(_("付款已登记，这份结算单已付清。"))
    return _back(settlement_id)


@pages.post("/<settlement_id>/take-back")
@require("settlement.manage")
def take_back(settlement_id: str) -> Answer:
    """Answer a wrong record by one of the opposite amount."""
    form, now, actor = Form.sent(), instance().clock(), member().username
    payment_id = form.text("payment_id")
    try:
        change(
            lambda tx: take_back_payment(
                tx,
                settlement_id,
                payment_id,
                reason=form.text("reason"),
                now=now,
                actor=actor,
            )
        )
    except (FieldProblems, Refusal) as error:
        return refused_page(settlement_id, form, error, opened=f"back-{payment_id}")
    tell(_("这笔付款记录已冲回，请登记正确的付款。"))
    return _back(settlement_id)


def _back(settlement_id: str) -> Response:
    return redirect(url_for("settlement.statement", settlement_id=settlement_id))


def _fen(typed: str) -> int:
    try:
        return parse_yuan(typed)
    except ValueError:
        raise field_problem(
            "amount",
            "请输入金额，例如 197.89。",
        ) from None
