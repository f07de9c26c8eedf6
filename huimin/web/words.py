"""Values as text on pages: amounts, rates, days, names of kinds and roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from flask import Flask
from flask_babel import gettext as _

from huimin.core import period_words, words
from huimin.core.catalogue import Words
from huimin.core.coordinates import degrees_text
from huimin.core.days import county_minute
from huimin.core.money import money_text, rate_words, share_text
from huimin.core.recorded_reasons import reason_words
from huimin.core.words import ELIGIBILITIES, GOODS, OUTLET_KINDS
from huimin.web.language import request_language


class OnPages(Mapping[str, str]):
    """A table of words in the reader's language."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def __getitem__(self, code: str) -> str:
        if code not in self._words:
            raise KeyError(code)
        return self._words.say(code, request_language())

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


ROLE_NAMES, CARD_STATES, STATES = map(OnPages, (words.ROLE_NAMES, words.CARD_STATES, words.STATES))
LANGUAGE_NAMES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English"}
LANGUAGE_TAGS = {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "en": "en"}


def register_filters(app: Flask) -> None:
    """Register the template filters."""
    app.add_template_filter(money_text, "money")
    app.add_template_filter(share_text, "share")
    app.add_template_filter(lambda rate_bp: rate_words(rate_bp, request_language()), "rate")
    app.add_template_filter(day_words, "day")
    app.add_template_filter(
        lambda month: period_words.month_words(month, request_language()), "month"
    )
    app.add_template_filter(minute_text, "minute")
    app.add_template_filter(recorded_reason, "reason")
    app.add_template_filter(degrees_text, "degrees")
    app.add_template_filter(grouped, "card_number")
    app.add_template_filter(card_state_words, "card_state")
    app.add_template_filter(lambda code: STATES.get(code, code), "state_name")
    app.add_template_filter(lambda code: OUTLET_KINDS.say(code, request_language()), "outlet_kind")
    app.add_template_filter(lambda code: GOODS.say(code, request_language()), "goods_name")
    app.add_template_filter(lambda code: ELIGIBILITIES.say(code, request_language()), "eligibility")
    app.add_template_filter(lambda role: ROLE_NAMES.get(role, role), "role_name")
    app.add_template_filter(lambda tag: LANGUAGE_NAMES[tag], "language_name")
    app.add_template_filter(lambda tag: LANGUAGE_TAGS[tag], "language_tag")


def card_state_words(code: str) -> str:
    """A card's state; also "not issued yet", for a past day."""
    return _("当时还没有发这张卡") if code == "not_issued" else CARD_STATES.get(code, code)


def day_words(day: str | date | None) -> str:
    """A county day as text: 2026年10月31日, or 31 October 2026 in English; "" for none."""
    if not day:
        return ""
    county_date = date.fromisoformat(day) if isinstance(day, str) else day
    return period_words.day_words(county_date, request_language())


def minute_text(instant: str | None) -> str:
    """An instant as county time for tables: 2026-10-31 14:05; "" for none."""
    return county_minute(instant) if instant else ""


def recorded_reason(reason: str | None) -> str:
    """A reason from a record: the program's own in the reader's language, any other as written."""
    return reason_words(reason, request_language())


def grouped(number: str) -> str:
    """A card number in groups of four."""
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
