"""The phone with the changing code: only its key gets codes, one phone at a time, and tills take
them once."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from huimin.cards.change_state import replace_card, report_lost
from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.making.merchants import make_outlet, make_terminal
from tests.making.my_card import Phone, open_card
from tests.making.policies import make_policy
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.my.conftest import Household


def read_qr(code: dict[str, Any]) -> str:
    """The digits of a code, as a scanner reads them off the screen."""
    size, zone, dots = code["size"], 4, 4
    picture = Image.new("L", (size + 2 * zone, size + 2 * zone), 255)
    for y, row in enumerate(code["rows"]):
        for x, dark in enumerate(f"{int(row, 16):0{size}b}"):
            picture.putpixel((x + zone, y + zone), 0 if dark == "1" else 255)
    side = picture.width * dots
    found = zxingcpp.read_barcodes(picture.resize((side, side), Image.Resampling.NEAREST))
    return str(found[0].text)


@pytest.fixture
def phone(client: Any, instance: Instance, home: Household) -> Phone:
    open_card(client, instance, home.card, home.holder)
    own = Phone()
    assert own.register(client).status_code == 201
    return own


@pytest.mark.both_engines
def test_a_till_takes_each_code_once(
    app: Any, client: Any, clock: FixedClock, instance: Instance, home: Household, phone: Phone
) -> None:
    make_policy(instance)
    _, key = make_terminal(instance, make_outlet(instance))
    stranger = app.test_client()  # no cookie is needed, only the key
    answer = phone.ask(stranger)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    codes = answer.json["codes"]
    assert [b["shown_from"] - a["shown_from"] for a, b in pairwise(codes)] == [30] * 9
    digits = [read_qr(code) for code in codes]
    assert len(set(digits)) == 10

    def redeem(code: str, order: str) -> Any:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": order}
        body = {"card": code, "amount_fen": 10_000, "order_no": order, "identity_checked": False}
        seen = client.post("/api/v1/cards/verify", json={"card": code}, headers=headers)
        body["presented_by"] = (
            seen.json["may_present"][0]["id"] if seen.status_code == 200 else home.holder["id"]
        )
        return client.post("/api/v1/redemptions", json=body, headers=headers)

    assert redeem(digits[0], "a").status_code == 201
    assert redeem(digits[0], "b").json["code"] == "code_used"
    # The next one is there at once; the others count when their minute comes, without network.
    assert redeem(digits[1], "c").status_code == 201
    assert redeem(digits[4], "d").json["code"] == "code_stale"
    # The page is opened anew in the very second of the one that was used before its time.
    clock.advance(seconds=30)
    fresh = [read_qr(code) for code in phone.ask(stranger).json["codes"]]
    assert redeem(fresh[0], "e").status_code == 201
    clock.advance(seconds=95)
    assert redeem(digits[4], "d").status_code == 201


def test_only_the_phone_s_own_key_gets_codes(app: Any, client: Any, phone: Phone) -> None:
    other, asking = Phone(), app.test_client()
    other.id = phone.id
    assert other.ask(asking).json["code"] == "my_phone_unproven"
    unknown = Phone()
    unknown.id = "019a38f0-0016-7000-8000-000000000000"
    assert unknown.ask(asking).json["code"] == "my_phone_unproven"
    forged = phone.challenge(asking)[:-2] + "xx"
    assert phone.ask(asking, forged).json["code"] == "my_phone_unproven"
    # A challenge is for the phone that asked for it, and for once.
    assert phone.ask(asking, unknown.challenge(asking)).json["code"] == "my_phone_unproven"
    challenge = phone.challenge(asking)
    assert phone.ask(asking, challenge).status_code == 200
    assert phone.ask(asking, challenge).json["code"] == "my_phone_unproven"


def test_a_challenge_grows_old(app: Any, clock: FixedClock, phone: Phone) -> None:
    asking = app.test_client()
    challenge = phone.challenge(asking)
    clock.advance(seconds=61)
    assert phone.ask(asking, challenge).json["code"] == "my_phone_unproven"
    assert phone.ask(asking).status_code == 200


@pytest.mark.both_engines
def test_another_phone_takes_over_and_the_first_is_told_kindly(
    app: Any, instance: Instance, home: Household, phone: Phone
) -> None:
    new, second = app.test_client(), Phone()
    open_card(new, instance, home.card, home.holder)
    assert second.register(new).status_code == 201
    refused = phone.ask(app.test_client())
    assert (refused.status_code, refused.json["code"]) == (409, "my_phone_moved")
    assert "另一台手机" in refused.json["detail"]
    assert second.ask(app.test_client()).status_code == 200


def test_a_phone_goes_with_its_card_copy(
    app: Any, client: Any, instance: Instance, home: Household, phone: Phone
) -> None:
    by: dict[str, Any] = {"now": instance.clock(), "actor": "test", "reason": "丢了"}
    own = home.card["id"]
    instance.engine.write(lambda tx: report_lost(tx, card_id=own, **by))
    assert phone.ask(app.test_client()).json["code"] == "my_code_unusable"
    key_id = instance.key_ring.active_key_id
    instance.engine.write(lambda tx: replace_card(tx, card_id=own, key_id=key_id, **by))
    assert phone.ask(app.test_client()).json["code"] == "my_phone_moved"


def test_it_is_the_holder_s_own_phone(
    app: Any, client: Any, instance: Instance, home: Household
) -> None:
    assert Phone().register(client).status_code == 401
    registrar = make_staff(instance, "registrar", division_code="512022002000")
    sign_in(client, registrar["username"])
    form = {"csrf_token": csrf_of(client, "/account"), "reason": "本人到窗口"}
    client.post(f"/holders/{home.holder['id']}/my-card/open", data=form)
    assert Phone().register(client).json["code"] == "my_holder_only"


def test_bodies_that_are_none(client: Any, instance: Instance, home: Household) -> None:
    open_card(client, instance, home.card, home.holder)
    headers = {"X-CSRFToken": csrf_of(client, "/my/")}
    for body in ({}, {"public_key": 1}, {"public_key": "AAAA"}, {"public_key": "x" * 5_000}):
        assert client.post("/my/code/phone", json=body, headers=headers).status_code == 422, body
    assert client.post("/my/code/phone", json={"public_key": Phone().public_key}).status_code == 400
    for path in ("/my/code/challenge", "/my/code/codes"):
        for send in ({"data": b"{"}, {"data": b"[]"}, {"data": b"\xff"}, {"data": b"null"}):
            answer = client.post(path, **send, content_type="application/json")
            assert answer.status_code == 400, (path, send)
        assert client.post(path, data={"phone": "x"}).status_code == 415
        for phone in ("", "x", 1, None, "0" * 10_000):
            assert client.post(path, json={"phone": phone}).status_code == 422, (path, phone)


def test_asking_too_often_is_refused(app: Any, clock: FixedClock, phone: Phone) -> None:
    asking = app.test_client()
    statuses = [phone.ask(asking).status_code for _ in range(14)]
    assert statuses == [200] * 12 + [429] * 2


def test_the_page_of_the_code_is_nobody_s(client: Any, app: Any, phone: Phone) -> None:
    """The worker keeps it: signed in or not, it is the same page, and holds no token."""
    page = client.get("/my/code")
    assert page.text == app.test_client().get("/my/code").text
    assert "csrf" not in page.text
    worker = client.get("/my/service-worker.js")
    assert worker.mimetype == "text/javascript" and "/my/code" in worker.text
    assert client.get("/my/app.webmanifest").json["scope"] == "/my/"
