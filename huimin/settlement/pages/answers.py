"""The merchant's manager confirms or disputes; an administrator answers."""

from __future__ import annotations

from flask import redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.core.refusals import FieldProblems, Refusal
from huimin.settlement.answer import answer_dispute, confirm, dispute
from huimin.settlement.pages import pages
from huimin.settlement.pages.statement import statement_page
from huimin.settlement.pages.words import own_merchant
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell

Answer = Response | tuple[str, int]


@pages.post("/<settlement_id>/confirm")
@require("settlement.answer")
def confirm_now(settlement_id: str) -> Answer:
    """The manager agrees to every line."""
    merchant_id, now, actor = own_merchant(), instance().clock(), member().username
    try:
        change(lambda tx: confirm(tx, settlement_id, merchant_id=merchant_id, now=now, actor=actor))
    except Refusal as error:
        return refused_page(settlement_id, Form(), error)
    tell(_("已确认。县里付款后，这里会显示付款日期和银行流水号。"))
    return redirect(url_for("settlement.statement", settlement_id=settlement_id))


@pages.post("/<settlement_id>/dispute")
@require("settlement.answer")
def dispute_now(settlement_id: str) -> Answer:
    """The manager says what is wrong with one line."""
    form, merchant_id = Form.sent(), own_merchant()
    now, actor = instance().clock(), member().username
    line = form.text("line")
    number = int(line) if line.isdecimal() and len(line) < 9 else 0
    try:
        change(
            lambda tx: dispute(
                tx,
                settlement_id,
                {number: form.text("text")},
                merchant_id=merchant_id,
                now=now,
                actor=actor,
            )
        )
    except (FieldProblems, Refusal) as error:
        return refused_page(settlement_id, form, error, opened="dispute")
    tell(_("异议已提交，请等县里答复；答复后再确认这份结算单。"))
    return redirect(url_for("settlement.statement", settlement_id=settlement_id))


@pages.post("/<settlement_id>/answer")
@require("settlement.manage")
def answer_now(settlement_id: str) -> Answer:
    """An administrator explains, or upholds."""
    form, now, actor = Form.sent(), instance().clock(), member().username
    dispute_id, days = form.text("dispute_id"), instance().settings.settlement_days
    try:
        row = change(
            lambda tx: answer_dispute(
                tx,
                settlement_id,
                dispute_id,
                outcome=form.text("outcome"),
                answer=form.text("answer"),
                now=now,
                actor=actor,
                days=days,
            )
        )
    except (FieldProblems, Refusal) as error:
        return refused_page(settlement_id, form, error, opened=f"answer-{dispute_id}")
    if row["state"] == "open":
        tell(_("异议都已答复，请商户在 {day} 前再次确认。", day=row["confirm_by"]))
    else:
        tell(_("已答复，还有其他异议等待答复。"))
    return redirect(url_for("settlement.statement", settlement_id=settlement_id))


def refused_page(
    settlement_id: str, form: Form, why: FieldProblems | Refusal, *, opened: str = ""
) -> tuple[str, int]:
    """The statement again, with what must be mended; what does not exist stays a 404."""
    if isinstance(why, Refusal):
        if why.code == "not_found":
            raise why
        return statement_page(settlement_id, form.refused(why), opened=opened), why.status
    return statement_page(settlement_id, form.refused(why), opened=opened), 422
