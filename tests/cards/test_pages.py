"""The published keys and the page a card's code opens."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.cards.change_state import report_lost
from huimin.cards.revoke_key import revoke_key
from huimin.instance import Instance
from tests.cards.independent import verified_claims
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.staff import csrf_of


def test_the_key_set_verifies_a_card(client: Any, instance: Instance) -> None:
    card = make_card(instance)
    answer = client.get("/.well-known/huimin-keys.json")
    assert answer.status_code == 200
    assert answer.mimetype == "application/jwk-set+json"
    assert "max-age=" in answer.headers["Cache-Control"]
    key_set = answer.get_json(force=True)
    assert [key["kid"] for key in key_set["keys"]] == ["01"]
    assert verified_claims(card["token"], key_set)[7].hex() == card["copy_id"]
    assert "private" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/c/", "/C/"])
def test_the_cards_address_opens_a_page_that_names_nobody(
    client: Any, instance: Instance, path: str
) -> None:
    holder = make_holder(instance, name="欧阳筱平")
    card = make_card(instance, holder)
    answer = client.get(path + card["token"])
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "惠民卡" in text and instance.settings.help_line in text
    for private in ("欧阳", "筱平", card["number"], card["id"], card["holder_id"], card["copy_id"]):
        assert private not in text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_lost_card_opens_the_same_page(client: Any, instance: Instance) -> None:
    card = make_card(instance)
    before = client.get("/c/" + card["token"]).status_code
    instance.engine.write(
        lambda tx: report_lost(
            tx, card_id=card["id"], now=instance.clock(), actor="test", reason="电话挂失"
        )
    )
    assert client.get("/c/" + card["token"]).status_code == before == 200


@pytest.mark.both_engines
def test_a_card_of_a_revoked_key_is_no_proof_and_its_page_says_where_the_new_one_is(
    client: Any, instance: Instance
) -> None:
    """Whoever has the key can sign for any copy: it is not called genuine, at the door neither."""
    card = make_card(instance)
    instance.key_ring.add()
    new = make_card(instance)
    by: Any = {"reason": "电脑失窃", "now": instance.clock(), "actor": "test"}
    revoke_key(instance.engine, instance.key_ring, 1, progress=lambda _: None, **by)
    page = client.get("/c/" + card["token"])
    assert page.status_code == 200
    assert "领新卡" in page.text and instance.settings.help_line in page.text
    for as_if_usable in ("即可享受优惠", "这是我的卡"):
        assert as_if_usable not in page.text
        assert as_if_usable in client.get("/c/" + new["token"]).text
    for scanned, is_genuine in ((card, False), (new, True)):
        form = {"csrf_token": csrf_of(client, "/my/"), "card": scanned["token"]}
        client.post("/my/card", data=form)
        assert ("这是一张真的惠民卡" in client.get("/my/").text) is is_genuine


@pytest.mark.parametrize(
    "text", ["1", "5120220000000001", "abc", "9" * 225, "1" * 6000, "%00", "😀"]
)
def test_other_text_is_told_kindly_that_it_is_no_card(client: Any, text: str) -> None:
    answer = client.get(f"/c/{text}")
    assert answer.status_code == 404
    assert "惠民卡" in answer.get_data(as_text=True)
