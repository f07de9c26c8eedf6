"""The OpenAPI document is in one language at a time: whole in each, else the same."""

from __future__ import annotations

import json
import re
from typing import Any

from huimin.handbook.api_description_words import TRADITIONAL_WORDS
from huimin.handbook.traditional import CODE
from tests.handbook.record_api_words import traditional_words, words_of
from tests.traditional import left_simplified, wrong_conversions

HAN = re.compile("[\u4e00-\u9fff]")


def without_words(document: Any) -> Any:
    """The document with nothing to read in it."""
    if isinstance(document, list):
        return [without_words(each) for each in document]
    if not isinstance(document, dict):
        return document
    return {
        key: "" if key in ("summary", "description") and isinstance(value, str) else value
        for key, value in ((key, without_words(value)) for key, value in document.items())
    }


def test_the_description_is_in_one_language(sqlite_app: Any) -> None:
    client = sqlite_app.test_client()

    def document(lang: str = "", accepts: str = "") -> Any:
        address = f"/api/v1/openapi.json{'?lang=' if lang else ''}{lang}"
        return client.get(address, headers={"Accept-Language": accepts}).json

    chinese, english = document("zh"), document("en")
    assert {text for text in words_of(english) if HAN.search(text)} == set()
    assert {text for text in words_of(chinese) if not HAN.search(text)} == set()
    assert without_words(chinese) == without_words(english)
    recorded = json.loads(TRADITIONAL_WORDS.read_text(encoding="utf-8"))
    assert recorded == traditional_words(chinese), "python -m tests.handbook.record_api_words"
    traditional = document(accepts="zh-TW")
    prose = "\n".join(CODE.sub("", text) for text in words_of(traditional))
    assert wrong_conversions(prose) == [] and left_simplified(prose) == []
    assert without_words(traditional) == without_words(chinese)
    assert document() == chinese and document(accepts="en-GB") == english
    assert document("zh", accepts="en") == chinese
    assert '<html lang="en">' in client.get("/api/v1/docs?lang=en").text
    assert '<html lang="zh-Hans">' in client.get("/api/v1/docs").text
