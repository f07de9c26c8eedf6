"""How values are written on pages: amounts, rates, days, the names of kinds and roles."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from huimin.core.money import money_text, rate_words
from huimin.web.language import request_language

ROLE_NAMES = {
    "administrator": _("管理员"),
    "registrar": _("登记员"),
    "auditor": _("审计员"),
    "merchant_manager": _("商户管理员"),
    "cashier": _("收银员"),
}
LANGUAGE_NAMES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English"}
LANGUAGE_TAGS = {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "en": "en"}


def register_filters(app: Flask) -> None:
    """Give the templates these words."""
    app.add_template_filter(money_text, "money")
    app.add_template_filter(lambda rate_bp: rate_words(rate_bp, request_language()), "rate")
    app.add_template_filter(lambda role: ROLE_NAMES.get(role, role), "role_name")
    app.add_template_filter(lambda tag: LANGUAGE_NAMES[tag], "language_name")
    app.add_template_filter(lambda tag: LANGUAGE_TAGS[tag], "language_tag")
