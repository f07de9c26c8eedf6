"""What tills were refused, for the office: a list with filters, and as a workbook.

A registrar sees the attempts with the cards of their own town's people; what no card is known of is
for those who see the whole county.
"""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.full_names import name_in
from huimin.access.guards import own_division, require
from huimin.alerts.find_attempts import AttemptCriteria, attempts_before, outlets_with_attempts
from huimin.audit.list_answer import list_answer
from huimin.core.card_number import typed_number
from huimin.core.catalogue import say
from huimin.core.refusal_kinds import KINDS, QUIET
from huimin.storage.engine import Row
from huimin.web import cells, column
from huimin.web.column import Column
from huimin.web.current import instance
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage, day_filters, outlet_filter
from huimin.web.lists import rows_of
from huimin.web.words import grouped, minute_text

pages = Blueprint("attempts", __name__)

ACTS = {
    "verify": lazy_gettext("核验"),
    "quote": lazy_gettext("试算"),
    "redeem": lazy_gettext("优惠交易"),
    "reverse": lazy_gettext("退货"),
    "cancel": lazy_gettext("取消订单"),
    "claim": lazy_gettext("补录登记"),
    "offline": lazy_gettext("断网时的交易"),
}


@pages.app_template_filter("attempted")
def act_words(act: str) -> str:
    """What was tried."""
    return str(ACTS[act])


@pages.app_template_filter("refusal_detail")
def refusal_detail(row: Row) -> str:
    """Why an attempt was refused, for staff, in the reader's language."""
    return str(row["refusal"].detail(request_language()))


@pages.get("/attempts/", endpoint="attempts")
@require("attempt.read")
def refused_attempts() -> str | Response:
    """What was refused, the latest first."""
    return list_answer(_list(), rows_of(attempts_before, _criteria))


def _till_refusals() -> list[tuple[str, str]]:
    """The codes that a till can be answered, each with its reason in the reader's language."""
    language = request_language()
    reasons = {
        code: say(kind.detail, language)
        for code, kind in KINDS.items()
        # Nobody stands at the till any more when an offline sale is judged.
        if kind.cashier != QUIET or code.startswith("offline_")
    }
    # A reason that names a figure of its sale is not whole without it.
    return [(code, code if "{" in words else words) for code, words in sorted(reasons.items())]


def _list() -> ListPage:
    return ListPage(
        "attempts.attempts",
        _("被拒记录"),
        _columns(),
        _filters(),
        Empty(_("还没有收银时被拒的记录。")),
        none_fit=_("没有符合条件的记录。"),
        order="-at",
    )


def _columns() -> list[Column]:
    def time_cell(row: Row) -> Markup:
        return cells.below(
            cells.minute(row["occurred_at"]), row["outlet_name"], row["till_label"], _hands(row)
        )

    def card_cell(row: Row) -> Markup:
        if not row["card_number"]:
            return cells.beside(_("输入的卡号") if row["typed"] else "—")
        number = cells.link(grouped(row["card_number"]), "cards.card_of_office", row["card_id"])
        name = cells.link(name_in(row) or cells.NOTHING, "holders.person", row["holder_id"])
        return cells.below(number, name)

    return [
        Column(_("时间"), lambda row: minute_text(row["occurred_at"]), time_cell, sort="-at"),
        column.minute(_("记录时间"), "recorded_at", only="workbook"),
        Column(_("示范点"), "outlet_name", only="workbook"),
        column.till(),
        Column(_("收银员"), _hands, only="workbook"),
        Column(_("做了什么"), lambda row: act_words(row["act"]), css_class="nowrap"),
        column.card_number(card_cell, css_class="nowrap"),
        Column(_("持卡人"), "name_masked", only="workbook"),
        Column(_("订单号"), "order_no", lambda row: row["order_no"] or "—"),
        column.money(_("原价"), "amount_fen", place="figure"),
        Column(_("原因"), refusal_detail),
        Column(_("代码"), "code", only="workbook"),
        column.count(_("次数"), "times"),
    ]


def _filters() -> list[Filter]:
    outlets = instance().engine.read(outlets_with_attempts)
    return [
        Filter("act", _("做了什么"), list(ACTS.items())),
        Filter("code", _("原因"), _till_refusals()),
        outlet_filter(outlets),
        Filter("terminal", _("收银终端号"), inputmode="numeric", maxlength=6),
        Filter("number", _("卡号"), inputmode="numeric", maxlength=24),
        *day_filters(),
    ]


def _hands(row: Row) -> str | None:
    name = row["staff_name"] or row["cashier"]
    return str(name) if name else None


def _criteria(form: Form) -> AttemptCriteria:
    return AttemptCriteria(
        act=form.optional("act"),
        code=form.optional("code"),
        outlet_id=form.optional("outlet"),
        terminal_code=form.optional("terminal"),
        number=typed_number(form.text("number")) or None,
        first=form.optional_day("first"),
        last=form.optional_day("last"),
        within=own_division(),
    )
