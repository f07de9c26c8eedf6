"""The door of "my card": what lets in, and that everything else is one sentence after one work."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from huimin.audit.record import events_of
from huimin.cards.change_state import replace_card, report_lost
from huimin.core.card_token import address_form
from huimin.instance import Instance
from huimin.messages.post import CONTENT
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.my_card import last_four, make_code, open_card, post, sign_in_to_card
from tests.making.staff import csrf_of
from tests.my.conftest import Household

FAILED = "没有登录成功"
# What scripts send.
SIGNED = {"my.use_this_phone", "my.challenge", "my.codes"}


def sentence(answer: Any) -> str:
    found = re.search(r'role="alert"[^>]*>([^<]+)<', answer.text)
    assert found is not None
    return found[1]


@pytest.mark.both_engines
def test_last_four_and_a_code_let_in_once(
    client: Any, app: Any, instance: Instance, home: Household
) -> None:
    code, last = make_code(instance, home.holder), last_four(instance, home.holder)
    typed = f"{code[:4]} {code[4:]}", f"{home.card['number'][:4]}-{home.card['number'][4:]}"
    answer = sign_in_to_card(client, typed[1], last.lower(), typed[0])
    assert answer.status_code == 302
    cookie = answer.headers["Set-Cookie"]
    assert "huimin_my=" in cookie and "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie and "Path=/my" in cookie
    page = client.get("/my/")
    assert home.card["number"][:4] in page.text and "退出" in page.text
    again = sign_in_to_card(app.test_client(), home.card["number"], last, code)
    assert (again.status_code, FAILED in sentence(again)) == (401, True)


@pytest.mark.both_engines
def test_nothing_says_which_part_was_wrong(app: Any, instance: Instance, home: Household) -> None:
    code, last = make_code(instance, home.holder), last_four(instance, home.holder)
    number, unknown = home.card["number"], "5120220000000018"
    wrong_last = "0000" if last != "0000" else "1111"
    wrong_code = f"{(int(code) + 1) % 10**8:08d}"
    tries = [
        (unknown, last, code),
        ("not a number", last, code),
        ("\x00", last, code),
        (number, wrong_last, code),
        (number, last + "1", code),
        (number, last[1:], code),
        (number, last, wrong_code),
        (number, last, code[:-1]),
        (number, "", ""),
        ("", last, code),
    ]
    answers = [sign_in_to_card(app.test_client(), *one) for one in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({sentence(answer) for answer in answers}) == 1
    # The right one still stands: a failure uses nothing up.
    assert sign_in_to_card(app.test_client(), number, last, code).status_code == 302


def test_a_code_ends_by_time_and_by_a_newer_one(
    client: Any, clock: FixedClock, instance: Instance, home: Household
) -> None:
    last, number = last_four(instance, home.holder), home.card["number"]
    first = make_code(instance, home.holder)
    second = make_code(instance, home.holder)
    assert sign_in_to_card(client, number, last, first).status_code == 401
    clock.advance(hours=24, seconds=1)
    assert sign_in_to_card(client, number, last, second).status_code == 401
    third = make_code(instance, home.holder, lasts=timedelta(minutes=15))
    clock.advance(minutes=14)
    assert sign_in_to_card(client, number, last, third).status_code == 302


def test_another_s_code_and_number_open_nothing(
    client: Any, instance: Instance, home: Household
) -> None:
    other_card = make_card(instance)
    code, last = make_code(instance, home.holder), last_four(instance, home.holder)
    assert sign_in_to_card(client, other_card["number"], last, code).status_code == 401


def test_a_lost_card_opens_and_a_replaced_copy_does_not(
    client: Any, app: Any, instance: Instance, home: Household
) -> None:
    by: dict[str, Any] = {"now": instance.clock(), "actor": "test", "reason": "丢了"}
    own, last = home.card["id"], last_four(instance, home.holder)
    instance.engine.write(lambda tx: report_lost(tx, card_id=own, **by))
    open_card(client, instance, home.card, home.holder)
    key_id = instance.key_ring.active_key_id
    new = instance.engine.write(lambda tx: replace_card(tx, card_id=own, key_id=key_id, **by))
    assert client.get("/my/see/card").headers["Location"] == "/my/"
    code = make_code(instance, home.holder)
    stranger = app.test_client()
    old = sign_in_to_card(stranger, home.card["number"], last, code)
    # Said to everybody who fails, so that it tells nothing of this card.
    assert old.status_code == 401 and "换过新卡的，要用新卡" in old.text
    assert sign_in_to_card(stranger, new["number"], last, code).status_code == 302


def test_tries_are_limited_for_a_card_whether_it_exists_or_not(
    app: Any, instance: Instance, home: Household
) -> None:
    code, last = make_code(instance, home.holder), last_four(instance, home.holder)
    for number in (home.card["number"], "5120220000000018"):
        client = app.test_client()
        for _try in range(10):
            assert sign_in_to_card(client, number, last, "00000000").status_code == 401
        assert sign_in_to_card(client, number, last, code).status_code == 429
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    assert sign_in_to_card(elsewhere, home.card["number"], last, code).status_code == 302


def test_an_address_runs_out_of_cards_to_try(app: Any, instance: Instance) -> None:
    client, statuses = app.test_client(), []
    form = {"csrf_token": csrf_of(client, "/my/"), "last_four": "0000", "code": "00000000"}
    for serial in range(305):
        answer = client.post("/my/sign-in", data={**form, "number": f"card {serial}"})
        statuses.append(answer.status_code)
    assert statuses[:300] == [401] * 300 and statuses[300:] == [429] * 5


@pytest.mark.both_engines
def test_a_scanned_card_is_remembered_in_no_address(
    client: Any, instance: Instance, home: Household
) -> None:
    page = client.get(f"/C/{home.card['token']}")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    # Only in the body of the form: no link, script or picture has the digits.
    assert re.findall(rf'(?:href|src|action)="[^"]*{home.card["token"]}', page.text) == []
    form = {"csrf_token": csrf_of(client, "/my/"), "card": home.card["token"]}
    answer = client.post("/my/card", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/my/")
    assert home.card["token"] not in str(answer.headers)
    door = client.get("/my/")
    assert "这是一张真的惠民卡" in door.text
    assert home.card["number"] not in door.text and "黄" not in door.text
    assert door.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in door.headers["X-Robots-Tag"]
    code, last = make_code(instance, home.holder), last_four(instance, home.holder)
    sign_in = {"csrf_token": form["csrf_token"], "last_four": last, "code": code}
    assert client.post("/my/sign-in", data=sign_in).status_code == 302
    assert 'id="sessions"' in client.get("/my/").text


def test_the_door_says_the_same_of_any_state(app: Any, instance: Instance, home: Household) -> None:
    """Genuine is the signature: an ended card looks like any other, a forged one like nothing."""

    def door(card: str) -> str:
        client = app.test_client()
        client.post("/my/card", data={"csrf_token": csrf_of(client, "/my/"), "card": card})
        return re.sub(r'(content|value)="[^"]*"', "", client.get("/my/").text)

    before = door(home.card["token"])
    by: dict[str, Any] = {"now": instance.clock(), "actor": "test", "reason": "丢了"}
    instance.engine.write(lambda tx: report_lost(tx, card_id=home.card["id"], **by))
    assert door(home.card["token"]) == before
    assert door(address_form(home.card["token"], "huimin.example")) == before
    forged = str(int(home.card["token"]) ^ 1)
    for nothing in (forged, home.card["number"], "1" * 5_000, "\x00", ""):
        assert "这是一张真的惠民卡" not in door(nothing)


def test_forms_are_protected_also_over_tls_without_a_referrer(
    app: Any, instance: Instance, home: Household
) -> None:
    client = app.test_client()
    token = csrf_of(client, "/my/")
    form = {"csrf_token": token, "card": home.card["token"]}

    def send(path: str, data: dict[str, str], **headers: str) -> int:
        answer = client.post(path, data=data, headers=headers, base_url="https://localhost")
        return int(answer.status_code)

    assert send("/my/card", {"card": form["card"]}) == 400
    for sender, status in (("cross-site", 400), ("same-site", 400), ("same-origin", 302)):
        assert send("/my/card", form, **{"Sec-Fetch-Site": sender}) == status, sender
    assert send("/my/card", form) == 302
    assert send("/my/card", form, Referer="https://elsewhere.example/") == 400
    # The console's forms still come from a page that says so.
    sign_in = {"csrf_token": token, "username": "x", "password": "y"}
    assert send("/sign-in", sign_in) == 400
    assert send("/sign-in", sign_in, Referer="https://localhost/sign-in") == 401


def ask_for_code(client: Any, number: str, last: str) -> Any:
    form = {"csrf_token": csrf_of(client, "/my/"), "number": number, "last_four": last, "code": ""}
    return client.post("/my/send-code", data=form, follow_redirects=True)


def waiting(instance: Instance) -> list[str]:
    """The codes that wait to be sent."""
    rows = instance.engine.read(
        lambda tx: list(
            tx.connection.execute("SELECT content_cipher FROM message WHERE state = 'waiting'")
        )
    )
    clear = [instance.personal_data.decrypt(row["content_cipher"], CONTENT) for row in rows]
    return [json.loads(text)["code"] for text in clear]


@pytest.mark.both_engines
def test_a_code_comes_to_the_phone_on_file_and_the_page_says_nothing(
    app: Any, instance: Instance, home: Household
) -> None:
    last, number = last_four(instance, home.holder), home.card["number"]
    assert ask_for_code(app.test_client(), number, last).status_code == 404
    instance.settings = replace(instance.settings, message_channel="file")
    slip = make_code(instance, home.holder)
    wrong = "0000" if last != "0000" else "1111"
    tries = [(number, last), (number, wrong), ("5120220000000018", last), ("", "")]
    pages = [ask_for_code(app.test_client(), *one) for one in tries]
    plain = {re.sub(r'(content|value)="[^"]*"', "", page.text) for page in pages}
    assert len(plain) == 1 and "登录码一会儿就发到" in plain.pop()
    (code,) = waiting(instance)
    assert sign_in_to_card(app.test_client(), number, last, code).status_code == 302
    # Whoever asks for messages voids no slip of the counter.
    assert sign_in_to_card(app.test_client(), number, last, slip).status_code == 302


def test_messages_are_few(app: Any, instance: Instance, home: Household) -> None:
    instance.settings = replace(instance.settings, message_channel="file")
    last, number = last_four(instance, home.holder), home.card["number"]
    statuses = [ask_for_code(app.test_client(), number, last).status_code for _ in range(5)]
    assert statuses == [200] * 3 + [429] * 2
    assert len(waiting(instance)) == 1  # each has ended the one before it


def test_tries_and_sign_ins_are_on_record_without_what_was_typed(
    client: Any, instance: Instance, home: Household
) -> None:
    last = last_four(instance, home.holder)
    sign_in_to_card(client, home.card["number"], last, "12345678")
    open_card(client, instance, home.card, home.holder)
    post(client, "/my/sign-out")
    events = instance.engine.read(lambda tx: events_of(tx, "holder", home.holder["id"]))
    acts = [(event["action"], event["actor"]) for event in events if "my_" in event["action"]]
    own = f"holder:{home.holder['id']}"
    assert acts == [
        ("holder.my_sign_in_failed", "unknown"),
        ("holder.my_code_given", "test"),
        ("holder.my_signed_in", own),
        ("holder.my_session_ended", own),
    ]
    assert "12345678" not in str(events)
    assert client.get("/my/see/card").status_code == 302


def test_the_address_of_a_form_opened_again_leads_to_the_door(client: Any, app: Any) -> None:
    """After a sign-in in vain the address bar says /my/sign-in, and a phone may open it anew."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/my/") and not rule.arguments and rule.endpoint not in SIGNED:
            answer = client.get(rule.rule)
            assert answer.status_code in (200, 302), rule.rule
