"""Every text that goes to a holder's phone, once, in each language; and its fields for a template.

Whoever looks at the phone learns nothing about hardship or illness from it: no name of the card or
of a kind, no discount, and no outlet at all, because a message that named the shops alone would say
by its silence that this one was a pharmacy. A text fits into one SMS (70 characters of UCS-2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from huimin.core.catalogue import LANGUAGES, Words
from huimin.core.days import COUNTY_ZONE, parse_instant
from huimin.core.period_words import short_day_words
from huimin.settings import Settings

SMS_CHARACTERS = 70
CODE, ENTITLEMENT_ENDS, CARD_WAITS = "code", "entitlement_ends", "card_waits"
PURCHASE, DISPUTE_ANSWERED = "purchase", "dispute_answered"

# What staff call each kind.
KIND_WORDS = Words(
    "message_kind",
    {
        CODE: "一次性验证码",
        ENTITLEMENT_ENDS: "保障快到期",
        CARD_WAITS: "卡在窗口等领取",
        PURCHASE: "用卡一次",
        DISPUTE_ANSWERED: "提的事有答复",
    },
)
TEXTS = Words(
    "message",
    {
        CODE: "【{signature}】验证码{code}，{minutes}分钟内有效，请不要告诉任何人。",
        ENTITLEMENT_ENDS: (
            "【{signature}】您的卡可以用到{day}。想接着用，"
            "请在这之前带身份证到社区便民服务窗口。电话{help_line}"
        ),
        CARD_WAITS: (
            "【{signature}】您的卡做好了，请带身份证到社区便民服务窗口领取。电话{help_line}"
        ),
        PURCHASE: (
            "【{signature}】您的卡{day}{time}用了一次，付款{yuan}元。"
            "不是您或家人用的，请拨{help_line}"
        ),
        DISPUTE_ANSWERED: (
            "【{signature}】您提的事有答复了，请到社区便民服务窗口查看，或拨{help_line}"
        ),
    },
)
# The same as one line of a WeChat template, whose field "thing" holds 20 characters.
THINGS = Words(
    "message_thing",
    {
        CODE: "请不要告诉任何人",
        ENTITLEMENT_ENDS: "想接着用请带身份证到服务窗口",
        CARD_WAITS: "请带身份证到服务窗口领取",
        PURCHASE: "不是您用的请打电话",
        DISPUTE_ANSWERED: "您提的事有答复了",
    },
)
THING_CHARACTERS = 20
# The fields of each kind, by WeChat's names of types.
FIELDS: Mapping[str, tuple[str, ...]] = {
    CODE: ("thing", "phone_number", "character_string"),
    ENTITLEMENT_ENDS: ("thing", "phone_number", "date"),
    CARD_WAITS: ("thing", "phone_number"),
    PURCHASE: ("thing", "phone_number", "time", "amount"),
    DISPUTE_ANSWERED: ("thing", "phone_number"),
}
# What the office tells by itself where no phone takes it. A purchase is told at once or not at all.
TOLD_BY_OFFICE = (ENTITLEMENT_ENDS, CARD_WAITS, DISPUTE_ANSWERED)


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it goes out; `fields` are those of a template, by WeChat's names of types."""

    text: str
    fields: Mapping[str, str]


def written(kind: str, content: Mapping[str, Any], language: str, settings: Settings) -> Written:
    """The message of a kind. `content` as its fact gives it: `code` and `minutes`; `until`, a
    county day; `at` (an instant) and `payable_fen`.
    """
    language = language if language in LANGUAGES else settings.language
    fields = {"thing": THINGS.say(kind, language), "phone_number": settings.help_line}
    params: dict[str, Any] = {"signature": signature(settings), "help_line": settings.help_line}
    if kind == CODE:
        params |= {"code": content["code"], "minutes": content["minutes"]}
        fields |= {"character_string": str(content["code"])}
    elif kind == ENTITLEMENT_ENDS:
        params["day"] = short_day_words(date.fromisoformat(content["until"]), language)
        fields["date"] = content["until"]
    elif kind == PURCHASE:
        at = parse_instant(content["at"]).astimezone(COUNTY_ZONE)
        yuan = f"{content['payable_fen'] // 100}.{content['payable_fen'] % 100:02d}"
        params |= {"day": short_day_words(at.date(), language), "time": f"{at:%H:%M}", "yuan": yuan}
        fields |= {"time": f"{at:%Y-%m-%d %H:%M}", "amount": yuan}
    return Written(TEXTS.say(kind, language, **params), fields)


def content_of_fact(kind: str, fact: str) -> dict[str, str]:
    """The content of a message that the office tells, from its fact: what was encrypted goes after
    a time, and may be unreadable, while somebody is still to be told."""
    return {"until": fact.rpartition(" ")[2]} if kind == ENTITLEMENT_ENDS else {}


def said(kind: str, content: Mapping[str, Any], language: str, settings: Settings) -> str:
    """The same words as somebody says them, without the signature in front."""
    return re.sub(r"^(【.*?】|\[.*?\]) ?", "", written(kind, content, language, settings).text)


def signature(settings: Settings) -> str:
    """Who writes: the signature that the county's SMS provider knows, else the county's name."""
    return settings.message_signature or settings.county_name
