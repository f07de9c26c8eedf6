"""The catalogue holds everything that is said, in every language, and nothing else."""

from __future__ import annotations

import ast
import re
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from huimin.core.catalogue import LANGUAGES, TRANSLATIONS, Text, Words, say, text
from huimin.web.catalogs import Source, converter, sources
from tests.python_files import python_files

TRANSLATED = ("en", "zh_Hant")


@pytest.fixture(scope="module")
def said() -> dict[Source, str]:
    return sources()


def meanings(language: str) -> dict[Source, str]:
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return {
            (message.context or "", str(message.id)): str(message.string)
            for message in read_po(file, locale=language)
            if message.id and not message.fuzzy
        }


def places(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_what_is_said_is_found(said: dict[Source, str]) -> None:
    pages = {("", "请扫描惠民卡"), ("", "登录"), ("", "请选择是谁在用卡。")}
    assert pages | {("role", "管理员"), ("", "此卡已挂失。")} <= said.keys()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_has_its_translation(language: str, said: dict[Source, str]) -> None:
    known = meanings(language)
    assert {source: place for source, place in said.items() if not known.get(source)} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_left_over(language: str, said: dict[Source, str]) -> None:
    assert meanings(language).keys() - said.keys() == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    differing = {
        source: translated
        for source, translated in meanings(language).items()
        if Text(source[1], kind=source[0]).say(language) != translated
    }
    assert differing == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_in_what_its_source_does(language: str) -> None:
    differing = [
        (source, translated)
        for (_, source), translated in meanings(language).items()
        if places(source) != places(translated)
    ]
    assert differing == []


def test_traditional_chinese_is_made_from_the_source() -> None:
    convert = converter()
    assert convert is not None, "OpenCC is missing: pip install 'huimin[dev]'"
    different = {
        source: translated
        for (_, source), translated in meanings("zh_Hant").items()
        if convert(source) != translated
    }
    assert different == {}


def test_english_is_not_chinese() -> None:
    left = [source for source, told in meanings("en").items() if re.search("[一-鿿]", told)]
    assert left == []


def test_a_sentence_is_said_in_each_language() -> None:
    assert [say("此卡已挂失。", language) for language in LANGUAGES] == [
        "此卡已挂失。",
        "此卡已掛失。",
        "This card was reported lost.",
    ]
    assert say("此卡已挂失。", "xx") == "此卡已挂失。"
    assert say("", "en") == "" and say("nobody says this", "en") == "nobody says this"


def test_what_fills_a_sentence_is_said_in_its_language() -> None:
    cap = Words("cap", {"card_day": "今日上限"})
    reached = text("优惠额度已用完（{cap}）。", cap=cap.text("card_day"))
    assert reached.say("en") == "The allowance is used up (daily limit)."
    several = Text("优惠额度已用完（{cap}）。", {"cap": (cap.text("card_day"), "B")})
    assert several.say() == "优惠额度已用完（今日上限、B）。"
    assert several.say("en") == "The allowance is used up (daily limit, B)."
    assert text("优惠额度已用完（{cap}）。").say() == "优惠额度已用完（{cap}）。"
    assert say("优惠额度已用完（{cap}）。", "en", other=1) == "The allowance is used up (—)."


def test_a_word_by_its_code() -> None:
    kinds = Words("outlet_kind", {"pharmacy": "药店"})
    assert [kinds.say("pharmacy", language) for language in LANGUAGES] == [
        "药店",
        "藥店",
        "Pharmacy",
    ]
    assert kinds.say("bakery", "en") == "bakery"


def test_no_use_case_asks_for_the_reader_s_language() -> None:
    """A use case may run in the writer's thread, where gettext finds no reader."""
    for path, module in python_files().items():
        names = {
            name.asname or name.name
            for node in ast.walk(module)
            if isinstance(node, ast.ImportFrom) and node.module == "flask_babel"
            for name in node.names
            if name.name == "gettext"
        }
        for work in ast.walk(module):
            if isinstance(work, ast.FunctionDef | ast.Lambda) and "tx" in [
                argument.arg for argument in work.args.args
            ]:
                calls = {getattr(node, "id", "") for node in ast.walk(work)}
                assert not names & calls, f"{path}:{work.lineno}"
