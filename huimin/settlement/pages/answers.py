"""The merchant's manager confirms or disputes; an administrator answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _

from huimin.access.guards import acting, require
from huimin.settlement.answer import answer_dispute, confirm, dispute
from huimin.settlement.pages import pages
from huimin.settlement.pages.statement import statement_page
from huimin.settlement.pages.words import own_merchant
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on


@pages.post("/<settlement_id>/confirm")
@require("settlement.answer")
def confirm_now(settlement_id: str) -> Answer:
    """The manager agrees to every line."""
    merchant_id, by = own_merchant(), acting()

    def work(tx: Transaction) -> Any:
        confirm(tx, settlement_id, merchant_id=merchant_id, **by)
        return _("已确认。县里付款后，这里会显示付款日期和银行流水号。")

    return agreed(settlement_id, Form(), work)


@pages.post("/<settlement_id>/dispute")
@require("settlement.answer")
def dispute_now(settlement_id: str) -> Answer:
    """The manager says what is wrong with one line."""
    form, merchant_id, by = Form.sent(), own_merchant(), acting()
    line = form.text("line")
    number = int(line) if line.isdecimal() and len(line) < 9 else 0

    def work(tx: Transaction) -> Any:
        texts = {number: form.text("text")}
        dispute(tx, settlement_id, texts, merchant_id=merchant_id, **by)
        return _("异议已提交，请等县里答复；答复后再确认这份结算单。")

    return agreed(settlement_id, form, work, opened="dispute")


@pages.post("/<settlement_id>/answer")
@require("settlement.manage")
def answer_now(settlement_id: str) -> Answer:
    """An administrator explains, or upholds."""
    form, by, days = Form.sent(), acting(), instance().settings.settlement_days
    dispute_id, decision = form.text("dispute_id"), form.texts("outcome", "answer")

    def work(tx: Transaction) -> Any:
        row = answer_dispute(tx, settlement_id, dispute_id, days=days, **decision, **by)
        if row["state"] == "open":
            return _("异议都已答复，请商户在 {day} 前再次确认。", day=row["confirm_by"])
        return _("已答复，还有其他异议等待答复。")

    return agreed(settlement_id, form, work, opened=f"answer-{dispute_id}")


def agreed(
    settlement_id: str, form: Form, work: Callable[[Transaction], Any], *, opened: str = ""
) -> Answer:
    """Run what `work` does to a settlement, and say there what it returns; or the form again."""
    return form.carry_out(
        work,
        again=lambda refused: statement_page(settlement_id, refused, opened=opened),
        then=lambda message: go_on(message, "settlement.statement", settlement_id=settlement_id),
        refusals=True,
    )
