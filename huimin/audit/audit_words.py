"""Words for the audit record's subjects on pages, and links to the subjects' own pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from huimin.core.catalogue import Words
from huimin.core.period_words import month_words
from huimin.core.refusals import Refusal
from huimin.web.language import request_language
from huimin.web.words import grouped

# Kind of subject → its name, and its page's endpoint and argument ("" if it has no page).
SUBJECTS: dict[str, tuple[Any, str, str]] = {
    "holder": (_("持卡人"), "holders.person", "holder_id"),
    "application": (_("申请"), "holders.application", "application_id"),
    "ending": (_("结束保障"), "holders.ending", "ending_id"),
    "holder_request": (_("持卡人诉求"), "requests.request", "request_id"),
    "card": (_("卡片"), "cards.card_of_office", "card_id"),
    "staff": (_("工作人员"), "access.one_staff", "staff_id"),
    "merchant": (_("商户"), "merchants.merchant", "merchant_id"),
    "merchant_application": (_("加入申请"), "", ""),
    "outlet": (_("示范点"), "merchants.outlet", "outlet_id"),
    "terminal": (_("收银终端"), "", ""),
    "policy": (_("优惠政策"), "policies.policy", "policy_id"),
    "register_import": (_("名册"), "", ""),
    "register_token": (_("送名册的密钥"), "holders.register_token", "token_id"),
    "receipt": (_("小票"), "", ""),
    "claim": (_("补录优惠"), "", ""),
    "rating": (_("评价"), "", ""),
    "basket_good": (_("比价的商品"), "shelf_prices.good", "good_id"),
    "shelf_price": (_("货架价格"), "", ""),
    "complaint": (_("投诉"), "ratings.complaint", "complaint_id"),
    "waiting_sale": (_("待核交易"), "waiting.sale", "waiting_id"),
    "card_key": (_("卡码密钥"), "", ""),
    "clock": (_("时钟"), "", ""),
    "personal_key": (_("个人信息密钥"), "", ""),
    "list": (_("名单"), "", ""),
    "division": (_("行政区划"), "division_changes.one_division", "code"),
    "division_list": (_("区划变更"), "division_changes.one_list", "list_id"),
    "alert": (_("提醒"), "alerts.alert", "alert_id"),
    "redemption": (_("优惠交易"), "", ""),
    "report_template": (_("报表模板"), "", ""),
    "settlement": (_("结算单"), "settlement.statement", "settlement_id"),
    "payee": (_("收款账户"), "settlement.payee", "merchant_id"),
    "notice": (_("通知"), "", ""),
    "report_recipient": (_("月报表的收件人"), "report_mail.recipient", "recipient_id"),
    "month": (_("月份"), "months.month", "month"),
    "epoch": (_("数据纪元"), "", ""),
}
# The lists that leave as a workbook, by the endpoint that is recorded.
LISTS = Words(
    "exported_list",
    {
        "access.staff": "工作人员",
        "alerts.alerts": "异常提醒",
        "attempts.attempts": "被拒记录",
        "audit.events": "审计记录",
        "audit.lookups": "谁查过卡",
        "cards.cards": "卡片",
        "cards.print_choice": "打印记录",
        "cards.print_run": "一批打印的卡片",
        "cards.renewal": "到期续发",
        "claims.claims": "补录登记",
        "closing.comparison_file": "当天清单的核对结果",
        "division_changes.divisions": "行政区划",
        "division_changes.lists": "区划变更",
        "division_changes.one_list": "区划变更的人",
        "holders.applications": "申请",
        "holders.ending": "结束保障的人",
        "holders.ending_notice": "保障结束告知名单",
        "holders.endings": "结束保障",
        "holders.people": "持卡人",
        "holders.register_group": "名册对照结果",
        "holders.register_tokens": "送名册的密钥",
        "holders.registers": "名册",
        "holders.rows_left": "停保名单里没有列入的行",
        "merchants.applications": "加入申请",
        "merchants.decide_joining": "加入申请",
        "merchants.devices": "收银设备",
        "merchants.merchants": "商户",
        "merchants.outlets": "示范点",
        "merchants.own_outlets": "收银员",
        "months.months": "月度结账",
        "messages.keep_told": "要告知的人",
        "notices.deliveries": "通知记录",
        "messages.messages": "短信等告知的记录",
        "messages.to_tell": "要告知的人",
        "offline.items": "断网时的交易",
        "policies.policies": "优惠政策",
        "policies.policy": "政策试算",
        "reach.show_phones": "应享而没有享到的人的电话",
        "reach.people": "应享而没有享到的人",
        "payments": "付款清单",
        "requests.requests": "持卡人诉求",
        "report_mail.decide": "月报表的收件人",
        "report_mail.propose": "月报表的收件人",
        "report_mail.recipients": "月报表的收件人",
        "report_mail.sent": "寄出的月报表",
        "shelf_prices.prices": "采集的价格",
        "ratings.complaints": "投诉",
        "ratings.ratings": "评价",
        "reports.cards": "卡片明细",
        "reports.claims": "补录明细",
        "reports.rows": "交易明细",
        "settlement.batch": "付款清单",
        "settlement.line_rows": "结算单的流水",
        "settlement.payees": "收款账户",
        "settlement.settlements": "结算单",
        "settlement.unpaid": "待付款",
    },
)


def subject_words(kind: str) -> str:
    """The kind of a subject in the reader's language; the code itself if it is unknown."""
    return str(SUBJECTS[kind][0]) if kind in SUBJECTS else kind


def subject_address(kind: str, subject_id: str) -> str | None:
    """The address of the subject's own page, or None."""
    _name, endpoint, argument = SUBJECTS.get(kind, ("", "", ""))
    if not endpoint:
        return None
    values: dict[str, Any] = {argument: subject_id}
    return url_for(endpoint, **values)


def subject_name(event: Mapping[str, Any]) -> str:
    """The name of an event's subject in the reader's words; "" where it has none."""
    kind, subject_id = event["subject_kind"], event["subject_id"]
    if kind == "list":
        return LISTS.say(subject_id, request_language()) if subject_id in LISTS else ""
    name: str = event["names"].get((kind, subject_id), "")
    if kind == "month":
        return month_words(subject_id, request_language())
    return grouped(name) if kind == "card" else name


def outcome_words(outcome: str) -> str:
    """The outcome of a card look-up: usable, or the refusal in the reader's language."""
    if outcome == "found":
        return str(gettext("可以使用"))
    try:
        return Refusal(outcome).detail(request_language())
    except KeyError:
        return outcome
