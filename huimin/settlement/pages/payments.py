"""Payments of one settlement: what the bank has paid is recorded, a wrong record is taken back."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from huimin.access.guards import acting, require
from huimin.core.money import money_text, parse_yuan
from huimin.core.refusals import field_problem
from huimin.settlement.pages import pages
from huimin.settlement.pages.answers import agreed
from huimin.settlement.pay import record_payment, take_back_payment
from huimin.storage.engine import Transaction
from huimin.web.forms import Answer, Form


@pages.post("/<settlement_id>/payments")
@require("settlement.manage")
def pay(settlement_id: str) -> Answer:
    """Record a payment, in full or in part."""
    form, by = Form.sent(), acting()

    def work(tx: Transaction) -> Any:
        payment: dict[str, Any] = {
            "amount_fen": _fen(form.text("amount")),
            "paid_on": form.day("paid_on"),
        }
        row = record_payment(tx, settlement_id, **payment, **form.texts("bank_reference"), **by)
        left_fen = row["due_fen"] - row["carried_fen"] - row["paid_fen"]
        if left_fen:
            return _("付款已登记，还有 {amount} 没付。", amount=money_text(left_fen))
        return _("付款已登记，这份结算单已付清。")

    return agreed(settlement_id, form, work, opened="pay")


@pages.post("/<settlement_id>/take-back")
@require("settlement.manage")
def take_back(settlement_id: str) -> Answer:
    """Answer a wrong record by one of the opposite amount."""
    form, by = Form.sent(), acting()
    payment_id = form.text("payment_id")

    def work(tx: Transaction) -> Any:
        take_back_payment(tx, settlement_id, payment_id, reason=form.text("reason"), **by)
        return _("这笔付款记录已冲回，请登记正确的付款。")

    return agreed(settlement_id, form, work, opened=f"back-{payment_id}")


def _fen(typed: str) -> int:
    try:
        return parse_yuan(typed)
    except ValueError:
        raise field_problem("amount", "请输入金额，例如 197.89。") from None
