"""Two people on one phone, or at one counter: a page of the first never acts for the second."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.my_card import Phone, open_card
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.staff import csrf_of
from tests.my.conftest import Household

FORM = re.compile(r'<form method="post".*?</form>', re.S)
FIELD = re.compile(r'<input type="hidden" name="(.+?)" value="(.*?)">')
OWNER = re.compile(r' data-owner="(.+?)"')


def form_of(client: Any, page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that a page sends to an address ("" for its own)."""
    for form in FORM.findall(client.get(page).text):
        found = re.search(r'action="(.*?)"', form.partition(">")[0])
        if (found.group(1) if found else "") == action:
            return dict(FIELD.findall(form))
    raise AssertionError(f"no form to {action} on {page}")


@pytest.fixture
def second(instance: Instance) -> tuple[dict[str, Any], dict[str, Any]]:
    """Another holder with a card."""
    holder = make_holder(instance, name="李大山")
    return holder, make_card(instance, holder)


def state_of(instance: Instance, card: dict[str, Any]) -> str:
    return str(
        instance.engine.read(
            lambda tx: tx.connection.execute(
                "SELECT state FROM card WHERE id = ?", (card["id"],)
            ).fetchone()["state"]
        )
    )


def count(instance: Instance, table: str) -> int:
    return int(
        instance.engine.read(
            lambda tx: tx.connection.execute(f"SELECT COUNT(*) AS n FROM {table}").fetchone()["n"]
        )
    )


def test_a_page_of_one_person_does_nothing_with_the_card_of_the_next(
    client: Any, instance: Instance, home: Household, second: Any
) -> None:
    holder, card = second
    open_card(client, instance, home.card, home.holder)
    stale = form_of(client, "/my/stop", "")
    asked = form_of(client, "/my/correction", "")
    wanted = form_of(client, "/my/", "/my/data")
    owner = OWNER.findall(client.get("/my/").text)[0]
    open_card(client, instance, card, holder)
    answer = client.post("/my/stop", data=stale)
    assert answer.status_code == 409 and "另一位" in answer.text
    assert state_of(instance, card) == state_of(instance, home.card) == "active"
    words = {**asked, "about": "phone", "words": "电话换了"}
    answer = client.post("/my/correction", data=words)
    assert answer.status_code == 409 and "电话换了" not in answer.text
    assert count(instance, "holder_request") == 0
    assert client.post("/my/data", data={**wanted, "act": "text"}).status_code == 409
    assert made_phone(client, owner).status_code == 409
    assert count(instance, "my_device") == 0
    # Whoever signs in again as the first goes on with the same page.
    open_card(client, instance, home.card, home.holder)
    assert client.post("/my/stop", data=stale).status_code == 302
    assert (state_of(instance, home.card), state_of(instance, card)) == ("lost", "active")


def made_phone(client: Any, owner: str) -> Any:
    """The answer to the button that makes this the phone, pressed in a page of `owner`."""
    headers = {
        "X-CSRFToken": csrf_of(client, "/my/"),
        "X-Form-Owner": owner,
        "Accept": "application/json",
    }
    return client.post("/my/code/phone", json={"public_key": Phone().public_key}, headers=headers)


def test_whoever_leaves_from_an_old_page_leaves(
    client: Any, instance: Instance, home: Household, second: Any
) -> None:
    holder, card = second
    open_card(client, instance, home.card, home.holder)
    stale = form_of(client, "/my/", "/my/sign-out")
    open_card(client, instance, card, holder)
    assert client.post("/my/sign-out", data=stale).status_code == 302
    assert 'id="in"' in client.get("/my/").text


def test_each_form_of_a_signed_in_person_says_whose_it_is(
    client: Any, instance: Instance, home: Household
) -> None:
    make_policy(instance)
    _terminal, key = make_terminal(instance, make_outlet(instance))
    sale = make_redemption(instance, home.card, key)
    open_card(client, instance, home.card, home.holder)
    pages = {"/my/", "/my/stop", "/my/correction", f"/my/purchases/{sale['id']}/not-mine"}
    pages |= {f"/my/family/{home.member['id']}/end"}
    pages |= {
        f"/my/see/{name}"
        for name in re.findall(r'<section class="sheet" id="(\w+)"', client.get("/my/").text)
    }
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        for form in FORM.findall(answer.text):
            assert dict(FIELD.findall(form)).get("form_owner"), f"{page}: {form}"
