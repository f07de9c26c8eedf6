"""A session ends while a form is typed: sign in again on the spot, the form is still there."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pyotp
import pytest

from huimin.access.second_factor import new_secret, switch_on
from huimin.access.staff_changes import staff_by_id
from huimin.holders.applications import submit_application
from huimin.instance import Instance
from tests.making.holders import make_holder
from tests.making.staff import PASSWORD, csrf_of, make_staff, sign_in

NAME = '黄\u3000筱平 "<b>&'
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page's main form, and where it leads."""
    main = page.partition("<main")[2]
    form = next(
        part for part in main.split("<form")[1:] if "sign-out" not in part.partition(">")[0]
    )
    action = re.search(r'action="([^"]*)"', form)
    fields = {unescape(name): unescape(value) for name, value in HIDDEN.findall(form)}
    return {**fields, "action": unescape(action[1]) if action else ""}


def send_form(client: Any, token: str, **more: str) -> Any:
    data = {"csrf_token": token, "username": "li.si", "name": NAME, "role": "auditor", **more}
    return client.post("/staff/new", data=data)


def sign_in_again(client: Any, page: str, username: str, password: str = PASSWORD) -> Any:
    fields = hidden(page)
    action = fields.pop("action")
    return client.post(action, data={**fields, "username": username, "password": password})


def accounts(instance: Instance) -> list[str]:
    rows = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT username FROM staff ORDER BY id").fetchall()
    )
    return [row["username"] for row in rows]


@pytest.mark.both_engines
def test_the_form_is_there_after_signing_in_again(
    client: Any, instance: Instance, clock: Any
) -> None:
    admin = make_staff(instance)["username"]
    sign_in(client, admin)
    token = csrf_of(client, "/staff/new")
    clock.advance(hours=13)
    lost = send_form(client, token)
    assert lost.status_code == 401 and "WWW-Authenticate" not in lost.headers
    assert "刚才填写的内容还在" in lost.text
    assert "Bearer" not in lost.text and "密钥" not in lost.text
    assert NAME not in unescape(lost.text), "nobody else reads it from the page"
    wrong = sign_in_again(client, lost.text, admin, "wrong")
    assert wrong.status_code == 401 and "刚才填写的内容还在" in wrong.text
    back = sign_in_again(client, wrong.text, admin)
    assert back.status_code == 200
    fields = hidden(back.text)
    assert fields["action"] == "/staff/new" and fields["name"] == NAME
    before = accounts(instance)
    again = client.post(fields.pop("action"), data=fields)
    assert again.status_code == 200 and NAME.strip() in unescape(again.text)
    assert "请核对后再提交" in again.text
    assert accounts(instance) == before, "it is shown, and nothing is done yet"
    assert send_form(client, csrf_of(client, "/staff/new"), name="李四").status_code == 200
    assert accounts(instance) == [*before, "li.si"]


def test_somebody_else_does_not_get_it(client: Any, instance: Instance, clock: Any) -> None:
    sign_in(client, make_staff(instance)["username"])
    token = csrf_of(client, "/staff/new")
    clock.advance(hours=13)
    lost = send_form(client, token)
    other = sign_in_again(client, lost.text, make_staff(instance)["username"])
    assert (other.status_code, other.headers["Location"]) == (302, "/")
    assert NAME not in unescape(other.text)


def test_somebody_else_does_not_get_it_where_the_cookie_has_gone_too(
    client: Any, app: Any, instance: Instance
) -> None:
    owner, other = make_staff(instance)["username"], make_staff(instance)["username"]
    sign_in(client, owner)
    token = csrf_of(client, "/staff/new")
    app.config["WTF_CSRF_ENABLED"] = True
    here = {"Origin": "http://localhost"}
    data = {"csrf_token": token, "username": "li.si", "name": NAME, "role": "auditor"}
    client.delete_cookie("session")
    lost = client.post("/staff/new", data=data, headers=here)
    assert lost.status_code == 401 and "刚才填写的内容还在" in lost.text
    app.config["WTF_CSRF_ENABLED"] = False
    for username, status in ((other, 302), (owner, 200)):
        back = sign_in_again(app.test_client(), lost.text, username)
        assert back.status_code == status
        assert (NAME in unescape(back.text)) == (username == owner)
    # Another has signed in meanwhile, in another tab.
    sign_in(client, other)
    app.config["WTF_CSRF_ENABLED"] = True
    refused = client.post("/staff/new", data=data, headers=here)
    assert refused.status_code == 400 and NAME not in unescape(refused.text)


def test_what_was_pressed_before_is_pressed_again(
    client: Any, instance: Instance, clock: Any
) -> None:
    holder_id = make_holder(instance)["id"]
    asked = instance.engine.write(
        lambda tx: submit_application(tx, holder_id=holder_id, now=clock(), actor="li")
    )

    def state() -> str:
        row = instance.engine.read(
            lambda tx: tx.connection.execute("SELECT state FROM application").fetchone()
        )
        return str(row["state"])

    admin = make_staff(instance)["username"]
    sign_in(client, admin)
    form = {"chosen": asked["id"], "csrf_token": csrf_of(client, "/applications/")}
    clock.advance(hours=13)
    came_from = {"Referer": "http://localhost/applications/?source=form"}
    lost = client.post("/applications/approve", data=form, headers=came_from)
    fields = hidden(sign_in_again(client, lost.text, admin).text)
    again = client.post(fields.pop("action"), data=fields)
    assert state() == "submitted"
    assert again.headers["Location"] == "/applications/?source=form"
    assert "刚才这一步还没有办" in client.get(again.headers["Location"]).text
    form["csrf_token"] = csrf_of(client, "/applications/")
    client.post("/applications/approve", data=form)
    assert state() == "approved"


def test_who_signs_out_after_the_session_s_end_is_signed_out(
    client: Any, instance: Instance, clock: Any
) -> None:
    sign_in(client, make_staff(instance)["username"])
    token = csrf_of(client, "/account")
    clock.advance(hours=13)
    answer = client.post("/sign-out", data={"csrf_token": token})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")
    # As from a page that the browser shows once more after it was closed, and has no cookie for.
    for cookie_is_gone in (False, True):
        if cookie_is_gone:
            client.delete_cookie("session")
        for data in ({}, {"csrf_token": "x"}, {"csrf_token": token}):
            answer = client.post("/sign-out", data=data)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in"), data


def test_a_page_of_an_earlier_session_signs_out_and_another_site_s_form_does_not(
    client: Any, app: Any, instance: Instance
) -> None:
    name = make_staff(instance)["username"]
    sign_in(client, name)
    old = csrf_of(client, "/account")
    sign_in(client, name)  # in another tab
    app.config["WTF_CSRF_ENABLED"] = True
    forged: list[dict[str, str]] = [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ]
    for headers in forged:
        for data in ({}, {"csrf_token": old}):
            answer = client.post("/sign-out", data=data, headers=headers)
            assert answer.status_code == 400, headers
            assert "Set-Cookie" not in answer.headers, headers
            assert client.get("/account").status_code == 200, headers
    answer = client.post(
        "/sign-out", data={"csrf_token": old}, headers={"Origin": "http://localhost"}
    )
    assert answer.status_code == 302 and client.get("/account").status_code == 302


def test_passwords_are_not_kept_and_a_made_up_form_is_none(
    client: Any, instance: Instance, clock: Any
) -> None:
    admin = make_staff(instance)["username"]
    sign_in(client, admin)
    token = csrf_of(client, "/account")
    clock.advance(hours=13)
    data = {"csrf_token": token, "old_password": PASSWORD, "new_password": "x", "new_again": "x"}
    lost = client.post("/account/password", data=data)
    back = sign_in_again(client, lost.text, admin)
    assert "请重新填写" in back.text and PASSWORD not in back.text
    client.post("/sign-out", data={"csrf_token": csrf_of(client, "/account")})
    for made_up in ("x", "1.AAAA", "{}", "1." + "A" * 80):
        data = {"csrf_token": csrf_of(client, "/sign-in"), "kept_form": made_up}
        answer = client.post("/sign-in", data={**data, "username": admin, "password": PASSWORD})
        assert answer.status_code == 302
        client.post("/sign-out", data={"csrf_token": csrf_of(client, "/account")})


def test_it_comes_through_the_second_factor(client: Any, instance: Instance, clock: Any) -> None:
    admin = make_staff(instance)
    sign_in(client, admin["username"])
    token = csrf_of(client, "/staff/new")
    secret = new_secret()
    cipher = instance.personal_data.encrypt(secret, "staff.totp")
    instance.engine.write(
        lambda tx: switch_on(tx, staff_by_id(tx, admin["id"]), cipher=cipher, step=0, now=clock())
    )
    clock.advance(hours=13)
    lost = send_form(client, token)
    asked = sign_in_again(client, lost.text, admin["username"])
    fields = hidden(asked.text)
    assert fields.pop("action") == "/sign-in/code"
    back = client.post("/sign-in/code", data={**fields, "code": pyotp.TOTP(secret).at(clock())})
    assert hidden(back.text)["name"] == NAME


def test_a_form_of_an_earlier_session_goes_on_if_it_is_of_this_server(
    client: Any, app: Any, instance: Instance
) -> None:
    admin = make_staff(instance)["username"]
    sign_in(client, admin)
    token = csrf_of(client, "/staff/new")
    client.post("/sign-out", data={"csrf_token": token})
    sign_in(client, admin)  # in another tab
    app.config["WTF_CSRF_ENABLED"] = True
    here = {"Origin": "http://localhost"}
    data = {"csrf_token": token, "username": "li.si", "name": "李四", "role": "auditor"}
    before = accounts(instance)
    shown = client.post("/staff/new", data=data, headers=here)
    assert shown.status_code == 200 and hidden(shown.text)["name"] == "李四"
    for headers in ({}, {"Origin": "https://example.org"}, {"Sec-Fetch-Site": "cross-site"}):
        forged = client.post("/staff/new", data=data, headers=headers)
        assert forged.status_code == 400 and "李四" not in forged.text
    assert accounts(instance) == before


def test_a_kept_form_is_forgotten_after_two_hours(
    client: Any, instance: Instance, clock: Any
) -> None:
    admin = make_staff(instance)["username"]
    sign_in(client, admin)
    token = csrf_of(client, "/staff/new")
    clock.advance(hours=13)
    lost = send_form(client, token)
    clock.now += timedelta(hours=3)
    assert sign_in_again(client, lost.text, admin).status_code == 302


def test_a_list_comes_back_with_its_filters(client: Any, instance: Instance) -> None:
    gone = client.get("/staff/?role=auditor")
    assert gone.headers["Location"].endswith("next=/staff/?role%3Dauditor") or (
        "role" in gone.headers["Location"]
    )
