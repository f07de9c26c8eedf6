"""What is confirmed and unpaid, by age; and the list from which the finance office pays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import require
from huimin.audit.export_list import workbook_response
from huimin.core.days import county_day
from huimin.core.money import yuan
from huimin.settlement.aged import AGES, AgedList, aged_list
from huimin.settlement.answer import close_due
from huimin.settlement.find_settlements import months_settled
from huimin.settlement.pages import pages
from huimin.settlement.pages.words import own_merchant, page_words, yuan_of
from huimin.web.current import change, instance
from huimin.web.forms import Form
from huimin.web.list_xlsx import Column

# What the finance office fills in, and the room that an account or a reference takes.
TO_FILL = {"开户银行": 28, "银行账号": 24, "付款日期": 12, "银行流水号": 28}


@pages.get("/unpaid")
@require("settlement.read")
def unpaid() -> str | Response:
    """The aged list: 0–30, 31–60, 61–90 and more than 90 days since confirmation."""
    form = Form.asked(("month",))
    found = _aged(form)
    if request.args.get("format") == "xlsx":
        return workbook_response(_("未付结算单账龄"), _columns(), found.rows)
    words = page_words()
    merchant_id = own_merchant()
    months = instance().engine.read(lambda tx: months_settled(tx, merchant_id))
    return render_template(
        "settlement/unpaid.html",
        form=form,
        found=found,
        arguments={name: value for name, value in form.values.items() if value},
        ages=[(age, age_words(age)) for age, _last in AGES],
        age_words=age_words,
        months=[(month, words["month_word"](month)) for month in months],
        **words,
    )


@pages.post("/batch")
@require("settlement.manage")
def batch() -> Response:
    """The finance office's workbook: every unpaid settlement with whom, how much and what for.

    What waited for its merchant beyond its time is confirmed first, so that it is among them.
    """
    form, now = Form.sent(), instance().clock()
    change(lambda tx: close_due(tx, now=now))
    found, title = _aged(form), "惠民卡优惠付款清单"
    heading = f"{title}（共 {len(found.rows)} 份，合计 {yuan(found.total_fen)} 元）"
    return workbook_response(title, _batch_columns(), found.rows, heading=heading, to_fill=TO_FILL)


def age_words(age: str) -> str:
    """How long it has waited, in the reader's language."""
    return str(_("90 天以上") if age == ">90" else _("{days} 天", days=age))


def _aged(form: Form) -> AgedList:
    today, merchant_id = county_day(instance().clock()), own_merchant()
    month = form.optional("month")
    return instance().engine.read(
        lambda tx: aged_list(tx, today=today, merchant_id=merchant_id, month=month)
    )


def _columns() -> list[Column]:
    return [
        (_("编号"), lambda row: row["number"]),
        (_("月份"), lambda row: row["month"]),
        (_("商户"), lambda row: row["merchant_name"]),
        (_("统一社会信用代码"), lambda row: row["credit_code"]),
        (_("确认日期"), lambda row: row["confirmed_on"]),
        (_("天数"), lambda row: row["days"]),
        (_("账龄"), lambda row: age_words(row["age"])),
        (_("应付"), yuan_of("payable_fen")),
        (_("已付"), yuan_of("paid_fen")),
        (_("未付"), yuan_of("unpaid_fen")),
    ]


def _batch_columns() -> list[Column]:
    """In Chinese whatever the reader's language: the list is read back by its headings.

    It holds no bank account: the finance office fills its own in.
    """
    county = instance().settings.county_name

    def purpose(row: Mapping[str, Any]) -> str:
        return f"{county}惠民卡优惠结算 {row['month']}（{row['number']}）"

    return [
        ("结算单号", lambda row: row["number"]),
        ("收款单位", lambda row: row["merchant_name"]),
        ("统一社会信用代码", lambda row: row["credit_code"]),
        ("开户银行", lambda row: ""),
        ("银行账号", lambda row: ""),
        ("金额（元）", yuan_of("unpaid_fen")),
        ("用途", purpose),
        ("付款日期", lambda row: ""),
        ("银行流水号", lambda row: ""),
    ]
