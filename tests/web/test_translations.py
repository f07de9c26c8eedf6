"""Every word on a page exists in English and in traditional Chinese, and is compiled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parents[2] / "huimin"
TRANSLATIONS = PACKAGE / "web" / "translations"
LANGUAGES = ("en", "zh_Hant")
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]


@pytest.fixture(scope="module")
def words() -> dict[str, str]:
    """Every msgid in templates and Python, with where it stands first."""
    found: dict[str, str] = {}
    for file, line, text, _, _ in extract_from_dir(
        PACKAGE, method_map=METHODS, keywords=KEYWORDS, strip_comment_tags=True
    ):
        for one in (text,) if isinstance(text, str) else text:
            found.setdefault(one, f"{file}:{line}")
    return found


def catalog(language: str, suffix: str) -> Catalog:
    path = TRANSLATIONS / language / "LC_MESSAGES" / f"messages.{suffix}"
    with path.open("rb") as file:
        return read_po(file, locale=language) if suffix == "po" else read_mo(file)


def meanings(of: Catalog) -> dict[object, object]:
    return {message.id: message.string for message in of if message.id and not message.fuzzy}


def test_the_words_of_templates_and_python_are_found(words: dict[str, str]) -> None:
    assert {"请扫描惠民卡", "管理员", "登录", "请选择是谁在用卡。"} <= words.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_has_its_translation(language: str, words: dict[str, str]) -> None:
    known = meanings(catalog(language, "po"))
    missing = {word: where for word, where in words.items() if not known.get(word)}
    assert missing == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_left_over(language: str, words: dict[str, str]) -> None:
    assert {word for word in meanings(catalog(language, "po")) if word not in words} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    assert meanings(catalog(language, "mo")) == meanings(catalog(language, "po"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    problems = [
        (message.id, [str(error) for error in message.check()])
        for message in catalog(language, "po")
        if message.id and list(message.check())
    ]
    assert problems == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_repeats_the_names_of_its_placeholders(language: str) -> None:
    names = re.compile(r"%\((\w+)\)")
    differing = [
        message.id
        for message in catalog(language, "po")
        if message.id and set(names.findall(message.id)) != set(names.findall(message.string))
    ]
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_can_be_filled_in(language: str) -> None:
    # A template formats every word, even one without placeholders: "8% off" would be read as %o.
    names = re.compile(r"%\((\w+)\)")
    unfit = []
    for message in catalog(language, "po"):
        for text in (message.id, message.string) if message.id else ():
            try:
                assert text % dict.fromkeys(names.findall(text), "1")
            except (TypeError, ValueError) as wrong:
                unfit.append((text, str(wrong)))
    assert unfit == []
