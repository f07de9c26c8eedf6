"""What is confirmed and unpaid, by age; and the list from which the finance office pays."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.audit.list_answer import list_answer, workbook_response
from huimin.core.catalogue import say
from huimin.core.days import county_day
from huimin.core.money import yuan_text
from huimin.core.period_words import month_words
from huimin.core.permissions import allows
from huimin.settlement.aged import AGES, AgedList, aged_list
from huimin.settlement.answer import close_due
from huimin.settlement.find_settlements import months_settled
from huimin.settlement.pages import pages
from huimin.settlement.pages.words import own_merchant
from huimin.settlement.payment_list import (
    make_payment_list,
    merchants_with_unreadable_payee,
    merchants_without_payee,
    payment_cell,
    payment_columns,
    payment_csv,
)
from huimin.storage.engine import Row
from huimin.web import cells, column
from huimin.web.column import Column, TotalRow
from huimin.web.current import change, instance
from huimin.web.file_answer import file_response
from huimin.web.forms import Form
from huimin.web.language import request_language
from huimin.web.list_page import Empty, Filter, ListPage
from huimin.web.lists import sorted_page

# By which value the list is sorted for each order.
SORTED_BY: dict[str, Callable[[Row], Any]] = {
    "number": lambda row: row["number"],
    "days": lambda row: row["days"],
    "merchant": lambda row: row["merchant_name"],
    "payable": lambda row: row["payable_fen"],
    "unpaid": lambda row: row["unpaid_fen"],
}


@pages.get("/unpaid")
@require("settlement.read")
def unpaid() -> str | Response:
    """The aged list: 0–30, 31–60, 61–90 and more than 90 days since confirmation."""
    list_page = _list(request_language())
    form = list_page.read_filters()
    aged, secrets = _aged(form), instance().personal_data
    without, unreadable = instance().engine.read(
        lambda tx: (
            merchants_without_payee(tx, aged),
            merchants_with_unreadable_payee(tx, secrets, aged),
        )
    )
    more = {
        "aged": aged,
        "ages": [(age, age_words(age)) for age, _last in AGES],
        "may_pay": allows(member().role, "settlement.manage"),
        "without_payee": without,
        "unreadable_payee": unreadable,
    }
    return list_answer(
        list_page,
        lambda _tx, _form, place: sorted_page(aged.rows, place, SORTED_BY),
        form=form,
        more=lambda _form: more,
        total=lambda _form: _total(aged),
    )


@pages.post("/batch")
@require("settlement.manage")
def batch() -> Response:
    """The finance office's list of every unpaid settlement, as a workbook or with `format=csv` for
    the bank. Who made it is recorded.

    What waited for its merchant beyond its time is confirmed first, so that it is among them.
    """
    form, by = Form.sent(), acting()
    change(lambda tx: close_due(tx, now=by["now"]))
    aged, secrets, title = _aged(form), instance().personal_data, say("惠民卡优惠付款清单")
    payment_list = change(lambda tx: make_payment_list(tx, secrets, aged, **by))
    if form.text("format") == "csv":
        content = payment_csv(payment_list, instance().settings.county_name)
        return file_response(content, "text/csv", f"{title}.csv")
    heading = say(
        "{title}（共 {count} 份，合计 {total_fen} 元）",
        title=title,
        count=len(payment_list),
        total_fen=yuan_text(aged.total_fen),
    )
    columns = _batch_columns()
    return workbook_response(title, columns, payment_list, heading=heading)


def age_words(age: str) -> str:
    """How long it has waited, in the reader's language."""
    return str(_("90 天以上") if age == ">90" else _("{days} 天", days=age))


def _aged(form: Form) -> AgedList:
    today, merchant_id = county_day(instance().clock()), own_merchant()
    month = form.optional("month")
    return instance().engine.read(
        lambda tx: aged_list(tx, today=today, merchant_id=merchant_id, month=month)
    )


def _total(aged: AgedList) -> TotalRow:
    names = ("payable_fen", "paid_fen", "unpaid_fen")
    sums = {name: sum(row[name] for row in aged.rows) for name in names}
    return TotalRow(_("合计 {count} 份", count=f"{len(aged.rows):,}"), sums)


def _list(language: str) -> ListPage:
    merchant_id = own_merchant()

    def number_cell(row: Row) -> Markup:
        number = cells.link(row["number"], "settlement.statement", row["id"])
        return cells.below(number, month_words(row["month"], language))

    def age_cell(row: Row) -> Markup:
        return cells.below(age_words(row["age"]), _("已 {days} 天", days=row["days"]))

    columns = [
        Column(_("编号"), "number", number_cell, "nowrap", sort="number"),
        Column(_("月份"), "month", only="workbook"),
        Column(_("账龄"), age_cell, css_class="nowrap", only="page", place="state", sort="-days"),
        Column(
            _("商户名称"),
            "merchant_name",
            only="workbook" if merchant_id else None,
            sort=None if merchant_id else "merchant",
        ),
        Column(_("统一社会信用代码"), "credit_code", only="workbook"),
        Column(_("确认日期"), "confirmed_on", css_class="nowrap"),
        column.count(_("天数"), "days", only="workbook"),
        Column(_("账龄"), lambda row: age_words(row["age"]), only="workbook"),
        column.money(_("应付"), "payable_fen", sort="-payable", total=True),
        column.money(_("已付"), "paid_fen", total=True),
        column.money(_("未付"), "unpaid_fen", place="figure", sort="-unpaid", total=True),
    ]
    months = instance().engine.read(lambda tx: months_settled(tx, merchant_id))
    words = [(month, month_words(month, language)) for month in months]
    return ListPage(
        "settlement.unpaid",
        _("待付款"),
        columns,
        [Filter("month", _("月份"), words)],
        Empty(_("没有已确认还没付的结算单。"), "settlement.settlements", _("看全部结算单")),
    )


def _batch_columns() -> list[Column]:
    """In Chinese whatever the reader's language: the list is read back by its headings."""
    county = instance().settings.county_name
    columns = [
        Column(heading, partial(payment_cell, field=field, county=county), letters=letters)
        for field, heading, letters in payment_columns()
        if field != "unpaid_fen"
    ]
    at = [field for field, *_ in payment_columns()].index("unpaid_fen")
    return [
        *columns[:at],
        column.money(say("金额（元）"), "unpaid_fen"),
        *columns[at:],
    ]
