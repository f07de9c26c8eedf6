"""One search for everything: by name or number, only what the role may see."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder
from tests.making.merchants import make_merchant, make_outlet, make_terminal
from tests.making.office import OTHER_TOWN, TOWN, Office
from tests.making.policies import make_policy
from tests.making.sales import make_redemption


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def search(office: Office, client: Any, text: str) -> Any:
    """The answer, after what was typed has been sealed into the address."""
    sealed = office.post(client, "/search", text=text)
    assert sealed.status_code == 302
    assert text not in sealed.location
    return client.get(sealed.location)


def headings(page: str) -> list[str]:
    return re.findall(r'<h2 id="found-(\w+)"', page)


@pytest.mark.both_engines
def test_what_alone_has_the_number_or_the_name_is_opened(
    office: Office, instance: Instance
) -> None:
    make_policy(instance)
    number = id_number()
    holder = make_holder(instance, id_number=number, phone="13912345678")
    card = make_card(instance, holder)
    outlet = make_outlet(instance, name="宏扬店")
    key = make_terminal(instance, outlet)[1]
    sale = make_redemption(instance, card, key, order_no="A-77")
    client = office.client()
    wide = card["number"].translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    for typed in (number, card["number"], wide, " ".join(card["number"]), "13912345678", "黄筱平"):
        assert search(office, client, typed).location == f"/holders/{holder['id']}", typed
    for typed in (sale["receipt_no"], "A-77"):
        assert f"/r/{sale['receipt_no']}/" in search(office, client, typed).location
    assert search(office, client, "宏扬").location == f"/outlets/{outlet['id']}"
    assert "/staff/" in search(office, client, office.names[client]).location


def test_several_stand_by_kind_and_lead_on_to_their_lists(
    office: Office, instance: Instance
) -> None:
    merchant = make_merchant(instance, name="康泽大药房有限公司")
    for place in range(12):
        make_outlet(instance, merchant_id=merchant["id"], name=f"康泽第{place}店")
    client = office.client()
    page = search(office, client, "康泽").text
    assert headings(page) == ["merchants", "outlets"]
    assert page.count("康泽第") == 10
    more = re.search(r'href="(/outlets/\?[^"]+)"', page)
    assert more is not None
    assert client.get(more.group(1)).text.count("康泽第") >= 12
    assert "没有找到" in search(office, client, "查无此名").text
    assert "没有找到" in search(office, client, "%").text
    assert "校验码" in search(office, client, "512022195603080013").text


def test_a_role_finds_what_it_may_see(office: Office, instance: Instance) -> None:
    make_policy(instance)
    holder = make_holder(instance, division_code=TOWN[:9] + "001", name="王素芬")
    card = make_card(instance, holder)
    outlet = make_outlet(instance, name="王氏超市")
    sale = make_redemption(instance, card, make_terminal(instance, outlet)[1])
    own = office.client("registrar")
    assert search(office, own, "王").location == f"/holders/{holder['id']}"
    other = office.client("registrar", division_code=OTHER_TOWN)
    for client, texts in ((own, [sale["receipt_no"], "王氏"]), (other, ["王", card["number"]])):
        for text in texts:
            answer = search(office, client, text)
            assert answer.status_code == 200
            assert headings(answer.text) == []
    seen = headings(search(office, office.client("auditor"), "王").text)
    assert {"people", "outlets"} <= set(seen)
    assert (
        office.post(
            office.client("cashier", outlet_id=outlet["id"]), "/search", text="王"
        ).status_code
        == 403
    )


def test_an_address_that_was_changed_says_how_to_search(office: Office) -> None:
    client = office.client()
    for address in ("/search", "/search?find=", "/search?find=AAAA", "/search?find=%F0%9F%92%A9"):
        assert "请在上方的搜索框里输入" in client.get(address).text
