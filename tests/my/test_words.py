"""Every page of "my card" in each language, as a holder, a member and a stranger see it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huimin.instance import Instance
from tests.making.my_card import Phone, make_code, open_card, post, sign_in_to_card
from tests.making.staff import csrf_of
from tests.my.conftest import Household
from tests.traditional import left_simplified, wrong_conversions
from tests.whole_app.test_every_page import CHINESE, OWN_WORDS, Words, words_in_the_data

STRANGERS = ("/my/", "/my/code")


def pages_of(client: Any) -> dict[str, str]:
    """Each page that this person sees, in large type as well."""
    texts = {path: client.get(path).text for path in STRANGERS}
    for name in re.findall(r'<section class="sheet" id="(\w+)"', texts["/my/"]):
        texts[name] = client.get(f"/my/see/{name}").text
    return texts


@pytest.fixture
def people(app: Any, sqlite_instance: Instance, home: Household) -> dict[str, Any]:
    own, daughter = app.test_client(), app.test_client()
    open_card(own, sqlite_instance, home.card, home.holder)
    post(own, "/my/family", member=home.member["id"], act="allow")
    Phone().register(own)
    code = make_code(sqlite_instance, home.holder, home.member["id"])
    sign_in_to_card(daughter, home.card["number"], home.member_number[-4:], code)
    return {"stranger": app.test_client(), "holder": own, "member": daughter}


@pytest.fixture
def instance(sqlite_instance: Instance) -> Instance:
    return sqlite_instance


@pytest.fixture
def app(sqlite_app: Any) -> Any:
    return sqlite_app


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
def test_no_word_is_left_in_another_language(
    people: dict[str, Any], sqlite_instance: Instance, language: str
) -> None:
    known = sorted((*OWN_WORDS, *words_in_the_data(sqlite_instance)), key=len, reverse=True)
    for who, client in people.items():
        token = csrf_of(client, "/my/")
        client.post("/language", data={"csrf_token": token, "language": language})
        pages = pages_of(client)
        assert len(pages) >= {"stranger": 2, "member": 3, "holder": 6}[who]
        for where, text in pages.items():
            page = Words()
            page.feed(text)
            assert [name for name, count in page.ids.items() if count > 1] == [], where
            left = "|".join(page.texts)
            for word in known:
                left = left.replace(word, "|")
            if language == "en":
                assert CHINESE.findall(left) == [], f"{who} {where}"
            else:
                assert wrong_conversions(left) + left_simplified(left) == [], f"{who} {where}"
