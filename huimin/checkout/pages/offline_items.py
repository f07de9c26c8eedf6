"""The office's list of what tills sent of their time without network: what was refused, and why."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.full_names import name_in
from huimin.access.guards import require
from huimin.audit.list_answer import list_answer
from huimin.checkout.offline.items import (
    BorneSums,
    ItemCriteria,
    items_before,
    outlets_with_items,
    sums_of_items,
)
from huimin.core.money import money_text
from huimin.storage.engine import Row
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage, day_filters, outlet_filter
from huimin.web.lists import rows_of
from huimin.web.words import minute_text

offline_pages = Blueprint("offline", __name__)

STATUSES = {
    "waiting": lazy_gettext("待核"),
    "refused": lazy_gettext("没有入账"),
    "accepted": lazy_gettext("已入账"),
    "duplicate": lazy_gettext("之前已入账"),
    "waiting_accepted": lazy_gettext("核定入账"),
    "waiting_refused": lazy_gettext("核定不入账"),
    "waiting_cancelled": lazy_gettext("待核时已取消"),
}
BEARERS = {"merchant": lazy_gettext("由商户承担"), "government": lazy_gettext("由政府承担")}
NOT_ENTERED = ("refused", "waiting_refused")
LOOKS = {"waiting": "submitted", "refused": "waiting", "waiting_refused": "waiting"}
# Without any wish for a status, what was refused is shown; "all" is every status.
ALL = "all"


@offline_pages.get("/offline/", endpoint="items")
@require("offline.read")
def offline_items() -> str | Response:
    """What was sent, the latest first; with format=xlsx all of it as a workbook."""
    return list_answer(_list(request_language()), rows_of(items_before, _criteria), more=_sums)


def _list(language: str) -> ListPage:
    return ListPage(
        "offline.items",
        _("断网时的交易"),
        _columns(language),
        _filters(),
        Empty(_("还没有断网时的交易。")),
        none_fit=_("没有符合条件的交易。"),
        template="checkout/offline_items.html",
        order="-sent",
    )


def _columns(language: str) -> list[Column]:
    """The page shows few columns with much in each, the workbook one for each thing."""

    def reason(row: Row) -> str | None:
        if row["reason"]:
            return str(row["reason"])
        return row["refusal"].detail(language) if row["refusal"] else None

    def time_cell(row: Row) -> Markup:
        at = cells.minute(row["occurred_at"])
        if row["is_waiting_sale"]:
            at = cells.link(at, "waiting.sale", row["id"])
        return cells.below(at, row["outlet_name"], row["till_label"], row["cashier"])

    def result_cell(row: Row) -> Markup:
        look = LOOKS.get(row["status"], "done")
        state = cells.state(look, STATUSES[row["status"]])
        if row["status"] in NOT_ENTERED:
            state += Markup(' <span class="nowrap">{}</span>').format(BEARERS[row["bearer"]])
        return cells.below(state, reason(row) or row["receipt_no"])

    def discount_cell(row: Row) -> Markup:
        gross = f"{_('原价')} {money_text(row['amount_fen'])}"
        return cells.below(money_text(row["discount_fen"]), gross)

    return [
        Column(_("交易日"), "business_day", only="workbook"),
        Column(_("交易时间"), lambda row: minute_text(row["occurred_at"]), time_cell),
        Column(_("示范点"), "outlet_name", only="workbook"),
        column.till(),
        Column(_("收银员"), "cashier", only="workbook"),
        Column(_("结果"), result_cell, only="page", place="state"),
        Column(_("优惠"), "discount_fen", discount_cell, "number", only="page", place="figure"),
        Column(_("订单号"), "order_no"),
        column.card_number(only="workbook"),
        Column(_("持卡人"), "name_masked", lambda row: name_in(row) or cells.NOTHING, "nowrap"),
        column.money(_("原价（元）"), "amount_fen", only="workbook"),
        column.money(_("优惠（元）"), "discount_fen", only="workbook"),
        column.money(_("实付（元）"), "payable_fen", only="workbook"),
        column.word(_("结果"), "status", STATUSES, only="workbook"),
        Column(_("原因"), reason, only="workbook"),
        Column(
            _("由谁承担"),
            lambda row: BEARERS[row["bearer"]] if row["status"] in NOT_ENTERED else None,
            only="workbook",
        ),
        Column(_("收据号"), "receipt_no", only="workbook"),
        column.minute(_("补传时间"), "recorded_at", sort="-sent"),
        Column(
            _("设备时钟偏差（秒）"),
            lambda row: row["device_clock_offset_ms"] // 1_000,
            only="workbook",
        ),
    ]


def _filters() -> list[Filter]:
    outlets = instance().engine.read(outlets_with_items)
    statuses = [*STATUSES.items(), (ALL, _("全部"))]
    return [
        Filter("status", _("结果"), statuses, blank=None, default="refused", all=ALL),
        Filter("number", _("订单号"), maxlength=64),
        outlet_filter(outlets),
        Filter("bearer", _("由谁承担"), list(BEARERS.items())),
        *day_filters(),
    ]


def _criteria(form: Form) -> ItemCriteria:
    return ItemCriteria(
        status=None if form.text("status") == ALL else form.text("status"),
        outlet_id=form.optional("outlet"),
        bearer=form.optional("bearer"),
        number=form.optional("number"),
        first=form.optional_day("first"),
        last=form.optional_day("last"),
    )


def _sums(form: Form) -> dict[str, BorneSums]:
    """The discount of what was refused, by who bears it; nothing where the form is refused."""
    if form.problems:
        return {}
    return {"sums": instance().engine.read(lambda tx: sums_of_items(tx, _criteria(form)))}
