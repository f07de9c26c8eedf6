"""The OpenAPI document in one language: what is written in two is split, what is written in English
alone is said in Chinese by api_descriptions.tsv.

In the code a description reads "中文 / English"; the fields of an answer are described by the
docstrings of their models, in English. A reader of either language gets a document of that alone;
for readers of traditional characters the Chinese is converted by phrase, as the catalogue is
(api_descriptions_hant.json; `python -m tests.handbook.record_api_words` writes it).
"""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

ENGLISH, TRADITIONAL = "en", "zh_Hant"
WORDS = Path(__file__).with_name("api_descriptions.tsv")
TRADITIONAL_WORDS = Path(__file__).with_name("api_descriptions_hant.json")
KEYS = ("summary", "description")
_HAN = re.compile("[\u4e00-\u9fff]")
# Between the two languages; the Chinese half may end in a bracket, which needs no space.
_BETWEEN = re.compile(r" ?/ ")


def in_language(document: Any, language: str) -> Any:
    """The document, or a part of it, with its summaries and descriptions in that language."""
    if isinstance(document, list):
        return [in_language(each, language) for each in document]
    if not isinstance(document, dict):
        return document
    return {
        key: _words(value, language)
        if key in KEYS and isinstance(value, str)
        else in_language(value, language)
        for key, value in document.items()
    }


def _words(text: str, language: str) -> str:
    said = _one_half(text, language)
    return _traditional().get(said, said) if language == TRADITIONAL else said


def _one_half(text: str, language: str) -> str:
    if not _HAN.search(text):
        return text if language == ENGLISH else _chinese().get(" ".join(text.split()), text)
    for between in _BETWEEN.finditer(text):
        chinese, english = text[: between.start()], text[between.end() :]
        if _HAN.search(chinese) and not _HAN.search(english):
            return english if language == ENGLISH else chinese
    return text


@cache
def _chinese() -> dict[str, str]:
    with WORDS.open(encoding="utf-8", newline="") as file:
        return dict(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def _traditional() -> dict[str, str]:
    words: dict[str, str] = json.loads(TRADITIONAL_WORDS.read_text(encoding="utf-8"))
    return words
