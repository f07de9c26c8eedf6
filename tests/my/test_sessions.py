"""Who sees what in "my card", for how long, and who may end it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huimin.holders.change_person import end_family
from huimin.instance import Instance
from huimin.privacy.erase import erase_person, plan_erasure
from huimin.privacy.export import export_person
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.my_card import Phone, make_code, open_card, post, sign_in_to_card
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.my.conftest import Household

ENDED = "登录已经结束"


def is_open(client: Any) -> bool:
    return bool(client.get("/my/see/card").status_code == 200)


def let(client: Any, home: Household, act: str = "allow") -> None:
    assert post(client, "/my/family", member=home.member["id"], act=act).status_code == 302


def open_as_member(client: Any, instance: Instance, home: Household) -> Any:
    code = make_code(instance, home.holder, home.member["id"])
    return sign_in_to_card(client, home.card["number"], home.member_number[-4:], code)


def test_a_session_ends_by_itself(
    client: Any, clock: FixedClock, instance: Instance, home: Household
) -> None:
    open_card(client, instance, home.card, home.holder)
    clock.advance(hours=1, minutes=59)
    assert is_open(client)
    clock.advance(minutes=2)
    assert not is_open(client)
    answer = post(client, "/my/sessions", act="others")
    assert answer.status_code == 401 and ENDED in answer.text


@pytest.mark.both_engines
def test_a_member_looks_when_the_holder_lets_them_and_sees_less(
    app: Any, instance: Instance, home: Household
) -> None:
    own, daughter = app.test_client(), app.test_client()
    open_card(own, instance, home.card, home.holder)
    let(own, home)
    assert open_as_member(daughter, instance, home).status_code == 302
    page = daughter.get("/my/").text
    assert 'id="card"' in page and 'id="sessions"' not in page and 'id="family"' not in page
    assert daughter.get("/my/see/sessions").status_code == 404
    for path, form in (("/my/sessions", {"act": "others"}), ("/my/family", {"act": "allow"})):
        assert post(daughter, path, **form).status_code == 403
    # Her code does not go with the holder's number, and the holder's last four not with her code.
    let(own, home, "end")
    assert not is_open(daughter) and is_open(own)


def test_a_member_s_code_is_no_holder_s(app: Any, instance: Instance, home: Household) -> None:
    own, other = app.test_client(), app.test_client()
    open_card(own, instance, home.card, home.holder)
    let(own, home)
    code = make_code(instance, home.holder, home.member["id"])
    number = str(instance.personal_data.value(home.holder, "holder.id_number"))
    answer = sign_in_to_card(other, home.card["number"], number[-4:], code)
    assert answer.status_code == (302 if number[-4:] == home.member_number[-4:] else 401)


def test_who_leaves_the_family_is_out(app: Any, instance: Instance, home: Household) -> None:
    own, daughter = app.test_client(), app.test_client()
    open_card(own, instance, home.card, home.holder)
    let(own, home)
    open_as_member(daughter, instance, home)
    by: dict[str, Any] = {"now": instance.clock(), "actor": "test", "reason": "搬走了"}
    instance.engine.write(lambda tx: end_family(tx, home.holder["id"], home.member["id"], **by))
    assert not is_open(daughter)


@pytest.mark.both_engines
def test_the_holder_sees_each_sign_in_and_ends_it(
    app: Any, instance: Instance, home: Household
) -> None:
    here, there = app.test_client(), app.test_client()
    open_card(here, instance, home.card, home.holder)
    open_card(there, instance, home.card, home.holder)
    ids = re.findall(r'name="session" value="([^"]+)"', here.get("/my/see/sessions").text)
    assert len(ids) == 2
    assert post(here, "/my/sessions", act="one", session=ids[1]).status_code == 302
    assert sorted([is_open(here), is_open(there)]) == [False, True]


def test_nobody_ends_another_s(app: Any, instance: Instance, home: Household) -> None:
    other = make_holder(instance, name="李秀英")
    card = make_card(instance, other)
    theirs, mine = app.test_client(), app.test_client()
    open_card(theirs, instance, card, other)
    open_card(mine, instance, home.card, home.holder)
    session = re.findall(r'name="session" value="([^"]+)"', theirs.get("/my/see/sessions").text)
    assert post(mine, "/my/sessions", act="one", session=session[0]).status_code == 404
    assert post(mine, "/my/sessions", act="one", session="\x00").status_code in (400, 404)
    assert post(mine, "/my/sessions", act="everything").status_code == 422
    member = post(theirs, "/my/family", member=home.member["id"], act="allow")
    assert member.status_code == 404
    assert is_open(theirs) and is_open(mine)


@pytest.mark.both_engines
def test_a_registrar_opens_it_at_the_counter_on_record(
    app: Any, client: Any, clock: FixedClock, instance: Instance, home: Household
) -> None:
    registrar = make_staff(instance, "registrar", division_code="512022002000")
    sign_in(client, registrar["username"])
    where = f"/holders/{home.holder['id']}/my-card"
    token = csrf_of(client, "/account")
    no_reason = client.post(f"{where}/open", data={"csrf_token": token, "reason": ""})
    assert no_reason.status_code == 422
    opened = client.post(f"{where}/open", data={"csrf_token": token, "reason": "本人到窗口"})
    assert (opened.status_code, opened.headers["Location"]) == (302, "/my/")
    assert "窗口代办" in client.get("/my/").text
    holder = app.test_client()
    open_card(holder, instance, home.card, home.holder)
    assert "窗口代办" in holder.get("/my/see/sessions").text
    # The cookie alone is worth nothing without the registrar's own sign-in.
    stolen = app.test_client()
    cookie = client.get_cookie("huimin_my", path="/my")
    stolen.set_cookie("huimin_my", cookie.value, path="/my")
    assert not is_open(stolen) and is_open(client)
    left = post(client, "/my/sign-out")
    assert left.headers["Location"] == where
    assert not is_open(client)
    client.post(f"{where}/open", data={"csrf_token": token, "reason": "本人到窗口"})
    clock.advance(minutes=21)
    assert not is_open(client)


def test_who_signs_out_has_left_also_when_the_session_had_ended_before(
    client: Any, clock: FixedClock, instance: Instance, home: Household
) -> None:
    open_card(client, instance, home.card, home.holder)
    token = csrf_of(client, "/my/")
    clock.advance(hours=3)
    page = client.post("/my/sign-out", data={"csrf_token": token}, follow_redirects=True)
    assert page.status_code == 200 and "您已经退出" in page.text
    assert ENDED not in page.text and "没有办" not in page.text
    # A page that the browser shows once more after it was closed has no cookies any more.
    client.delete_cookie("session")
    for headers in ({}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}):
        page = client.post(
            "/my/sign-out", data={"csrf_token": token}, headers=headers, follow_redirects=True
        )
        assert page.status_code == 200 and "没有办" not in page.text, headers


def test_no_other_site_signs_anybody_out(client: Any, instance: Instance, home: Household) -> None:
    open_card(client, instance, home.card, home.holder)
    sign_in(client, make_staff(instance)["username"])
    open_card(client, instance, home.card, home.holder)
    for headers in (
        {},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-site"},
    ):
        for data in ({}, {"csrf_token": "x"}):
            answer = client.post("/my/sign-out", data=data, headers=headers)
            assert answer.status_code == 400 and is_open(client), headers
            assert "Set-Cookie" not in answer.headers, headers
    # Nor the staff of this browser, whose cookie such a form comes without.
    stranger = client.application.test_client()
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for path in ("/my/sign-out", "/sign-out"):
        answer = stranger.post(path, headers=foreign)
        assert answer.status_code == 302 and "Set-Cookie" not in answer.headers, path
    # A page of ours that was open before somebody signed in anew signs out.
    ours = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/my/sign-out", headers=ours).status_code == 302
    assert not is_open(client) and client.get("/account").status_code == 200


def test_the_own_sign_in_is_none_of_staff(client: Any, instance: Instance, home: Household) -> None:
    open_card(client, instance, home.card, home.holder)
    for path in ("/", "/holders/", "/till/", "/account"):
        assert client.get(path).status_code == 302, path
    sign_in(client, make_staff(instance, "administrator")["username"])
    assert is_open(client)
    # Staff see their own pages with it, and nothing of the holder's comes there.
    assert home.card["number"] not in client.get("/account").text


def test_large_type_shows_one_thing_a_page(
    client: Any, instance: Instance, home: Household
) -> None:
    open_card(client, instance, home.card, home.holder)
    assert post(client, "/my/look", size="large", back="/my/").headers["Location"] == "/my/"
    page = client.get("/my/").text
    assert 'class="large"' in page and 'href="/my/see/card"' in page
    assert home.card["number"][:4] not in page
    assert 'href="/my/see/card"' in client.get("/my/see/code").text
    for back in ("//elsewhere.example/", "https://elsewhere.example/", "/holders/"):
        assert post(client, "/my/look", size="usual", back=back).headers["Location"] == "/my/"


@pytest.mark.both_engines
def test_what_is_kept_of_it_is_handed_over_and_erased_with_the_person(
    app: Any, instance: Instance, home: Household
) -> None:
    own, daughter = app.test_client(), app.test_client()
    open_card(own, instance, home.card, home.holder)
    Phone().register(own)
    let(own, home)
    open_as_member(daughter, instance, home)
    secrets, folder = instance.personal_data, instance.settings.folder
    by: Any = {"now": instance.clock(), "actor": "test", "reason": "本人要求"}
    exported = instance.engine.write(lambda tx: export_person(tx, secrets, home.holder, **by))
    sections = {name: len(rows) for name, rows in exported.items() if name.startswith("my_card_")}
    assert sections == {
        "my_card_codes": 2,
        "my_card_sign_ins": 2,
        "my_card_phones": 1,
        "my_card_family": 1,
    }
    assert "hash" not in str(exported["my_card_codes"] + exported["my_card_sign_ins"])

    def erase(tx: Any) -> None:
        plan = plan_erasure(tx, secrets, folder, home.holder)
        erase_person(tx, secrets, plan, end_cards=True, **by)

    instance.engine.write(erase)
    for table in ("my_code", "my_session", "my_device", "my_member_view"):
        rows = instance.engine.read(
            lambda tx, t=table: tx.connection.execute(f"SELECT * FROM {t}").fetchall()
        )
        assert list(rows) == [], table
    assert not is_open(own) and not is_open(daughter)


def test_who_is_erased_no_longer_stands_as_a_looker_at_another_s_card(
    app: Any, instance: Instance, home: Household
) -> None:
    daughter = make_holder(instance, name="张小梅", id_number=home.member_number)
    own, window = app.test_client(), app.test_client()
    open_card(own, instance, home.card, home.holder)
    let(own, home)
    open_as_member(window, instance, home)
    secrets, folder = instance.personal_data, instance.settings.folder
    by: Any = {"now": instance.clock(), "actor": "test", "reason": "本人要求"}
    instance.engine.write(
        lambda tx: erase_person(tx, secrets, plan_erasure(tx, secrets, folder, daughter), **by)
    )
    rows = instance.engine.read(
        lambda tx: [row["member_id"] for row in tx.connection.execute("SELECT * FROM my_session")]
    )
    assert rows == [None]
    assert is_open(own) and not is_open(window)
