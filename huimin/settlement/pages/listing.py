"""The list of settlements: a manager's own, or the county's with filters; and as a workbook."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.audit.list_answer import list_answer
from huimin.core.days import county_day
from huimin.core.money import money_text
from huimin.core.period_words import month_words
from huimin.core.permissions import allows
from huimin.core.words import SETTLEMENT_STATES
from huimin.settlement.find_settlements import (
    LATE_DAYS,
    SettlementCriteria,
    months_settled,
    settlement_totals,
    settlements_before,
)
from huimin.settlement.pages import pages
from huimin.settlement.pages.words import LOOKS, own_merchant
from huimin.settlement.wording import STATES, state_of, state_words
from huimin.storage.engine import Row
from huimin.web import cells, column
from huimin.web.column import Column, TotalRow
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import rows_of

LATE = {
    "confirm": lazy_gettext("确认期限已过"),
    "pay": lazy_gettext("确认后 {days} 天还没付清", days=LATE_DAYS),
}


@pages.get("/")
@require("settlement.read")
def settlements() -> str | Response:
    """The list, the latest month first."""
    return list_answer(
        _list(request_language()), rows_of(settlements_before, _criteria), more=_more, total=_total
    )


def _more(_form: Form) -> dict[str, Any]:
    return {
        "may_pay": allows(member().role, "settlement.manage"),
        "own_merchant": own_merchant(),
    }


def _total(form: Form) -> TotalRow:
    """The sums of all that the filters leave, not of one page."""
    sums = instance().engine.read(lambda tx: settlement_totals(tx, _criteria(form)))
    return TotalRow(_("合计 {count} 份（不含作废的）", count=f"{sums['settlements']:,}"), sums)


def _list(language: str) -> ListPage:
    merchant_id = own_merchant()
    months = instance().engine.read(lambda tx: months_settled(tx, merchant_id))
    filters = [
        Filter("month", _("月份"), [(month, month_words(month, language)) for month in months]),
        Filter("state", _("状态"), [(one, SETTLEMENT_STATES.say(one, language)) for one in STATES]),
        Filter("late", _("逾期"), list(LATE.items())),
    ]
    return ListPage(
        "settlement.settlements",
        _("结算单"),
        _columns(language, of_merchant=merchant_id is not None),
        filters,
        Empty(_("还没有结算单。县里审定一个月的报表后，这里会有每个商户当月的结算单。")),
        none_fit=_("没有符合条件的结算单。"),
    )


def _columns(language: str, *, of_merchant: bool) -> list[Column]:
    def number_cell(row: Row) -> Markup:
        number = cells.link(row["number"], "settlement.statement", row["id"])
        return cells.below(number, month_words(row["month"], language))

    def state_cell(row: Row) -> Markup:
        state = cells.state(LOOKS[state_of(row)], state_words(row, language))
        if row["state"] == "open":
            return cells.below(state, _("{day} 前确认", day=row["confirm_by"]))
        if row["open_disputes"]:
            return cells.below(state, _("{count} 条待答复", count=row["open_disputes"]))
        return state

    def unpaid_cell(row: Row) -> str:
        return cells.NOTHING if row.get("state") == "voided" else money_text(row["unpaid_fen"])

    unpaid = column.money(_("未付"), "unpaid_fen", sort="-unpaid", total=True)
    return [
        Column(_("编号"), "number", number_cell, "nowrap", sort="-number"),
        Column(_("月份"), "month", only="workbook"),
        Column(_("状态"), state_cell, only="page", place="state"),
        Column(
            _("商户名称"),
            "merchant_name",
            only="workbook" if of_merchant else None,
            sort=None if of_merchant else "merchant",
        ),
        Column(_("统一社会信用代码"), "credit_code", only="workbook"),
        Column(_("状态"), lambda row: state_words(row, language), only="workbook"),
        column.count(_("笔数"), "redemptions", only="workbook", total=True),
        column.count(_("退货"), "reversals", only="workbook", total=True),
        column.money(_("原价"), "amount_fen", only="workbook", total=True),
        column.money(_("优惠"), "discount_fen", sort="-discount", total=True),
        column.money(_("商户承担"), "merchant_share_fen", only="workbook", total=True),
        column.money(_("政府承担"), "government_share_fen", only="workbook", total=True),
        column.money(_("上期结转"), "carried_in_fen", only="workbook", total=True),
        column.money(_("应付"), "due_fen", place="figure", sort="-due", total=True),
        column.money(_("结转下期"), "carried_fen", only="workbook", total=True),
        column.money(_("已付"), "paid_fen", sort="-paid", total=True),
        replace(unpaid, cell=unpaid_cell),
        Column(_("确认期限"), "confirm_by", only="workbook"),
        column.minute(_("确认时间"), "confirmed_at", only="workbook"),
    ]


def _criteria(form: Form) -> SettlementCriteria:
    return SettlementCriteria(
        today=county_day(instance().clock()),
        merchant_id=own_merchant(),
        month=form.optional("month"),
        state=form.optional("state"),
        late=form.optional("late"),
    )
