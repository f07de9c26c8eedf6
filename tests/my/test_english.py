"""Every page of a holder in English and in traditional Chinese: no word and no mark of another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from huimin.holders.people import FamilyDraft
from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.my_card import Phone, open_card, post
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.traditional import left_simplified, wrong_conversions
from tests.whole_app.test_every_page import OWN_WORDS, Words, words_in_the_data

# Chinese letters, and the marks of Chinese text: a price's ¥ and a middle dot are everybody's.
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”]+")
WRITTEN = ("女儿", "配偶", "侄子")


def pages_of(client: Any) -> Iterator[tuple[str, str]]:
    """Address and text of each page that a holder can reach, of the door and of what fails."""
    waiting, seen = ["/my/", "/my/nosuch", "/my/code", "/r/none/none"], set[str]()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = client.get(address)
        if answer.mimetype != "text/html" or answer.status_code == 302:
            continue
        yield address, answer.text
        links = re.findall(r'href="((?:/my|/r)/[^"#]*)"', answer.text)
        waiting += [unescape(link) for link in links]
    assert len(seen) > 3


@pytest.fixture
def app(sqlite_app: Any) -> Any:
    return sqlite_app


@pytest.fixture
def county(sqlite_instance: Instance) -> dict[str, Any]:
    """A household that has done all that leaves words on the pages."""
    instance = sqlite_instance
    for kind in ("pharmacy", "supermarket"):
        make_policy(instance, code=f"own-{kind}", scope="kind", scope_value=kind)
    outlet = make_outlet(instance, "pharmacy", name="济仁药房")
    make_outlet(instance, "hospital", name="县医院")
    _terminal, key = make_terminal(instance, outlet)
    family = [
        FamilyDraft(f"张小{name}", relation, id_number())
        for name, relation in zip("梅兰竹", WRITTEN, strict=True)
    ]
    holder = make_holder(instance, family=tuple(family), phone="13987654321")
    card = make_card(instance, holder)
    sales = [make_redemption(instance, card, key) for _ in range(5)]
    return {"holder": holder, "card": card, "sales": sales}


def signed_in(app: Any, instance: Instance, county: dict[str, Any], language: str) -> Any:
    client = app.test_client()
    open_card(client, instance, county["card"], county["holder"])
    member = re.search(r'name="member" value="([^"]+)"', client.get("/my/").text)
    assert member
    post(client, "/my/family", member=member[1], act="allow")
    post(client, "/my/correction", about="phone", words="wrong number")
    sale = county["sales"][0]["id"]
    post(client, f"/my/purchases/{sale}/not-mine", words="not me")
    Phone().register(client)
    post(client, "/language", language=language)
    return client


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("language", ["en", "zh_Hant"])
def test_no_page_has_a_word_of_another_language(
    app: Any, sqlite_instance: Instance, county: dict[str, Any], language: str, large: bool
) -> None:
    client = signed_in(app, sqlite_instance, county, language)
    post(client, "/my/look", size="large" if large else "usual")
    door = app.test_client()
    post(door, "/language", language=language)
    known = [word for word in words_in_the_data(sqlite_instance) if word not in WRITTEN[:2]]
    known = [word for word in known if len(word) > 1]
    # Masked names, and the house numbers of addresses.
    masked = re.compile(r"[\u4e00-\u9fff]?\*+[\u4e00-\u9fff]?|\d+ ?号")
    looked = 0
    for one in (client, door):
        for where, text in pages_of(one):
            looked += 1
            page = Words()
            page.feed(text)
            left = masked.sub("|", "|".join(page.texts))
            for word in (*OWN_WORDS, *known):
                left = left.replace(word, "|")
            if language == "en":
                assert CHINESE.findall(left) == [], where
                assert re.findall(r"[a-z]:[A-Za-z]\w*", left) == [], where
            else:
                assert wrong_conversions(left) == [] and left_simplified(left) == [], where
    assert looked > 20
