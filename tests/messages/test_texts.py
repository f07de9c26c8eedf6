"""What stands on a holder's phone says nothing of hardship or illness to whoever looks at it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huimin.core.catalogue import LANGUAGES
from huimin.core.words import ELIGIBILITIES, OUTLET_KINDS
from huimin.messages.texts import (
    SMS_CHARACTERS,
    TEXTS,
    THING_CHARACTERS,
    THINGS,
    said,
    written,
)
from huimin.settings import Settings

CONTENT: dict[str, dict[str, Any]] = {
    "code": {"code": "482913", "minutes": 10},
    "entitlement_ends": {"until": "2026-12-31"},
    "card_waits": {},
    # The longest of each: a day and a month of two digits, a sum of six.
    "purchase": {"at": "2026-12-31T15:59:00.000Z", "payable_fen": 12_345_678},
    "dispute_answered": {},
}
# In any language: hardship, illness, what the card gives, and where it was used.
FORBIDDEN = re.compile(
    "困|贫|貧|低保|特困|扶|救|济|濟|残|殘|孤|病|医|醫|药|藥|保障|资格|資格|补助|補助|补贴|補貼|惠|优|優|折|减免|福利|"
    "poor|poverty|hardship|relief|welfare|benefit|subsid|aid\\b|disab|ill\\b|illness|sick|patient|medic|hospital|"
    "pharmac|orphan|entitle|eligib|discount|huimin|allowance",
    re.IGNORECASE,
)
CASES = [(kind, language) for kind in TEXTS for language in LANGUAGES]


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_a_message_is_short_and_says_nothing_to_a_stranger(kind: str, language: str) -> None:
    settings = Settings()
    message = written(kind, CONTENT[kind], language, settings)
    shown = " ".join([message.text, *message.fields, *message.fields.values()])
    assert not FORBIDDEN.search(shown), shown
    for words in (ELIGIBILITIES, OUTLET_KINDS):
        named = {words.say(code, language).lower() for code in words if code != "other"}
        assert not any(name in shown.lower() for name in named), shown
    # Of a county with a short name the text leaves room; UCS-2 counts two for what is beyond it.
    assert len(message.text.encode("utf-16-le")) // 2 <= SMS_CHARACTERS, message.text
    assert "{" not in message.text and "—" not in message.text
    assert len(message.fields["thing"]) <= THING_CHARACTERS
    assert settings.county_name in message.text
    assert settings.county_name not in said(kind, CONTENT[kind], language, settings)


def test_each_kind_has_its_words_and_they_differ_by_language() -> None:
    assert set(TEXTS) == set(THINGS) == set(CONTENT)
    for kind in TEXTS:
        assert len({TEXTS.say(kind, language) for language in ("zh_Hans", "en")}) == 2


def test_a_text_carries_what_its_reader_needs() -> None:
    settings = Settings(message_signature="乐至民政", help_line="028-12345")
    code = written("code", CONTENT["code"], "zh_Hans", settings)
    assert code.text.startswith("【乐至民政】") and "482913" in code.text and "10分钟" in code.text
    purchase = written("purchase", CONTENT["purchase"], "zh_Hans", settings)
    assert "12月31日23:59" in purchase.text and "123456.78元" in purchase.text
    assert (
        purchase.fields["time"] == "2026-12-31 23:59" and purchase.fields["amount"] == "123456.78"
    )
    assert "028-12345" in purchase.text
    ends = written("entitlement_ends", CONTENT["entitlement_ends"], "en", settings)
    assert "31 Dec" in ends.text and ends.fields["date"] == "2026-12-31"
