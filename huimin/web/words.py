"""Values as text on pages: amounts, rates, days, names of kinds and roles."""

from __future__ import annotations

from datetime import date

from flask import Flask
from flask_babel import lazy_gettext as _

from huimin.core.coordinates import degrees_text
from huimin.core.days import COUNTY_ZONE, parse_instant
from huimin.core.kind_names import eligibility_word, outlet_kind_word
from huimin.core.money import money_text, rate_words
from huimin.core.period_words import month_words
from huimin.web.language import request_language

ROLE_NAMES = {
    "administrator": _("管理员"),
    "registrar": _("登记员"),
    "auditor": _("审计员"),
    "merchant_manager": _("商户管理员"),
    "cashier": _("收银员"),
}
CARD_STATES = {
    "active": _("正常"),
    "suspended": _("已暂停"),
    "lost": _("已挂失"),
    "replaced": _("已补办"),
    "expired": _("已过期"),
    "revoked": _("已注销"),
}
# States of applications, merchants, outlets, terminals, policies, accounts and jobs.
STATES = {
    "draft": _("草稿"),
    "submitted": _("待审核"),
    "returned": _("退回修改"),
    "approved": _("已通过"),
    "rejected": _("不予通过"),
    "active": _("正常"),
    "suspended": _("已暂停"),
    "ended": _("已终止"),
    "disabled": _("已停用"),
    "published": _("已发布"),
    "withdrawn": _("已撤回"),
    "waiting": _("等待中"),
    "running": _("进行中"),
    "done": _("已完成"),
    "failed": _("失败"),
    "cancelled": _("已取消"),
}
LANGUAGE_NAMES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English"}
LANGUAGE_TAGS = {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "en": "en"}


def register_filters(app: Flask) -> None:
    """Register the template filters."""
    app.add_template_filter(money_text, "money")
    app.add_template_filter(lambda rate_bp: rate_words(rate_bp, request_language()), "rate")
    app.add_template_filter(day_words, "day")
    app.add_template_filter(lambda month: month_words(month, request_language()), "month")
    app.add_template_filter(minute_text, "minute")
    app.add_template_filter(degrees_text, "degrees")
    app.add_template_filter(grouped, "card_number")
    app.add_template_filter(card_state_words, "card_state")
    app.add_template_filter(lambda code: STATES.get(code, code), "state_name")
    app.add_template_filter(lambda code: outlet_kind_word(code, request_language()), "outlet_kind")
    app.add_template_filter(lambda code: eligibility_word(code, request_language()), "eligibility")
    app.add_template_filter(lambda role: ROLE_NAMES.get(role, role), "role_name")
    app.add_template_filter(lambda tag: LANGUAGE_NAMES[tag], "language_name")
    app.add_template_filter(lambda tag: LANGUAGE_TAGS[tag], "language_tag")


def card_state_words(code: str) -> str:
    """A card's state; also "not issued yet", for a past day."""
    return str(_("当时还没有发这张卡") if code == "not_issued" else CARD_STATES.get(code, code))


def day_words(day: str | date | None) -> str:
    """A county day as text: 2026年10月31日, or 31 October 2026 in English; "" for none."""
    if not day:
        return ""
    county_date = date.fromisoformat(day) if isinstance(day, str) else day
    if request_language() == "en":
        return f"{county_date.day} {county_date:%B %Y}"
    return f"{county_date.year}年{county_date.month}月{county_date.day}日"


def minute_text(instant: str | None) -> str:
    """An instant as county time for tables: 2026-10-31 14:05; "" for none."""
    if not instant:
        return ""
    return parse_instant(instant).astimezone(COUNTY_ZONE).strftime("%Y-%m-%d %H:%M")


def grouped(number: str) -> str:
    """A card number in groups of four."""
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
