"""Accounts on pages: added, changed, locked, switched off; one's own password and second factor."""

from __future__ import annotations

import re
from typing import Any

import pyotp
import pytest

from huimin.audit.record import events_of
from huimin.instance import Instance
from tests.making.lost_keys import lose_the_keys
from tests.making.merchants import make_outlet
from tests.making.office import Office, first_id
from tests.making.staff import PASSWORD, csrf_of, make_staff, sign_in

GOOD = "three quiet words 7"


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def add(office: Office, admin: Any, **over: str) -> Any:
    form = {"username": "xiaozhang", "name": "小张", "role": "auditor", **over}
    return office.post(admin, "/staff/new", **form)


def given_password(page: str) -> str:
    found = re.search(r'class="given"><code>([a-z0-9-]+)</code>', page)
    assert found is not None
    return found.group(1)


def test_a_new_account_must_change_its_password_first(office: Office, instance: Instance) -> None:
    admin = office.client()
    password = given_password(add(office, admin).text)
    client = office.app.test_client()
    assert sign_in(client, "xiaozhang", password).status_code == 302
    for path in ("/today", "/reports/", "/holders/", "/audit/"):
        assert client.get(path).headers.get("Location") == "/account", path
    token = csrf_of(client, "/account")
    form = {"csrf_token": token, "old_password": password}
    for new, problem in (
        ("short", "10"),
        ("xiaozhang-2026", "用户名"),
        ("password123456", "常见"),
        ("aaaaaaaaaaaaa", "相同的字符"),
        (password, "不能和现在的一样"),
    ):
        sent = {**form, "new_password": new, "new_again": new}
        answer = client.post("/account/password", data=sent)
        assert answer.status_code == 422 and problem in answer.text, new
        assert new not in answer.text
    differing = client.post(
        "/account/password", data={**form, "new_password": GOOD, "new_again": "x"}
    )
    assert "两次输入的不一样" in differing.text
    done = client.post("/account/password", data={**form, "new_password": GOOD, "new_again": GOOD})
    assert done.status_code == 302
    assert client.get("/reports/").status_code == 200
    again = office.app.test_client()
    assert sign_in(again, "xiaozhang", GOOD).status_code == 302


def test_a_role_needs_its_place_and_the_problem_stands_at_its_field(
    office: Office, instance: Instance
) -> None:
    admin = office.client()
    refused = add(office, admin, role="cashier", username="Bad Name")
    assert refused.status_code == 422 and 'id="problem-username"' in refused.text
    refused = add(office, admin, role="cashier")
    assert 'id="problem-outlet_id"' in refused.text and "小张" in refused.text
    outlet = make_outlet(instance)
    assert "初始密码" in add(office, admin, role="cashier", outlet_id=outlet["id"]).text
    assert "已有人使用" in add(office, admin).text
    assert "小张" in admin.get("/staff/?role=cashier").text
    assert "小张" not in admin.get("/staff/?role=auditor").text
    assert admin.get("/staff/?format=xlsx").data[:2] == b"PK"


@pytest.mark.both_engines
def test_changing_and_switching_off_is_recorded_and_counts_at_once(
    office: Office, instance: Instance
) -> None:
    admin, auditor = office.client(), office.client("auditor")
    staff_id = first_id(admin.get("/staff/?role=auditor").text, "/staff/")
    base = f"/staff/{staff_id}"
    assert office.post(admin, f"{base}/change", name="王丽", role="auditor").status_code == 422
    moved = office.post(admin, f"{base}/change", name="王丽", role="administrator", reason="调岗")
    assert moved.status_code == 302
    assert auditor.get("/reports/").status_code == 302
    events = instance.engine.read(lambda tx: events_of(tx, "staff", staff_id))
    changed = next(one for one in events if one["action"] == "staff.changed")
    assert '"auditor"' in changed["old_json"] and '"administrator"' in changed["new_json"]
    assert changed["reason"] == "调岗" and changed["address"] == "127.0.0.1"
    client = office.app.test_client()
    sign_in(client, office.names[auditor])
    assert office.post(admin, f"{base}/switch/disable", reason="离职").status_code == 302
    assert client.get("/today").status_code == 302
    assert sign_in(office.app.test_client(), office.names[auditor]).status_code == 401
    assert office.post(admin, f"{base}/switch/enable", reason="返聘").status_code == 302
    assert sign_in(office.app.test_client(), office.names[auditor]).status_code == 302
    assert office.post(admin, f"{base}/switch/burn", reason="x").status_code == 404


def test_the_county_keeps_an_administrator(office: Office) -> None:
    admin = office.client()
    own = first_id(admin.get("/staff/?role=administrator").text, "/staff/")
    off = office.post(admin, f"/staff/{own}/switch/disable", reason="试试")
    assert off.status_code == 422 and "不能停用自己" in off.text
    less = office.post(admin, f"/staff/{own}/change", name="王丽", role="auditor", reason="试试")
    assert less.status_code == 422
    assert admin.get("/staff/").status_code == 200


@pytest.mark.both_engines
def test_a_locked_account_is_unlocked_and_gets_a_new_password(
    office: Office, instance: Instance
) -> None:
    admin, name = office.client(), make_staff(instance, "auditor")["username"]
    for _ in range(5):
        sign_in(office.app.test_client(), name, "wrong password")
    assert sign_in(office.app.test_client(), name).status_code in (401, 403, 423, 429)
    assert "已锁定" in admin.get("/staff/").text
    assert "个账号因密码多次输错被锁" in admin.get("/today").text
    base = "/staff/" + first_id(admin.get("/staff/?role=auditor").text, "/staff/")
    assert office.post(admin, f"{base}/unlock").status_code == 302
    assert sign_in(office.app.test_client(), name).status_code == 302
    password = given_password(office.post(admin, f"{base}/password").text)
    assert sign_in(office.app.test_client(), name, PASSWORD).status_code == 401
    assert sign_in(office.app.test_client(), name, password).status_code == 302
    assert password not in admin.get(base).text
    page = admin.get("/audit/?action=staff.locked").text
    assert name in page


def secret_on(page: str) -> str:
    return re.sub(r"\s", "", re.search(r"手工输入：\s*<code>([A-Z2-7 ]+)</code>", page).group(1))  # type: ignore[union-attr]


def test_the_second_factor_from_set_up_to_recovery(
    office: Office, instance: Instance, clock: Any
) -> None:
    client = office.client("auditor")
    name = office.names[client]
    office.post(client, "/account/second-factor", password=PASSWORD)
    page = client.get("/account").text
    assert "data:image/svg+xml;base64," in page
    totp = pyotp.TOTP(secret_on(page))
    wrong = office.post(client, "/account/second-factor/confirm", code="000000")
    assert wrong.status_code == 422
    on = office.post(client, "/account/second-factor/confirm", code=totp.at(clock()))
    codes = re.findall(r"<li><code>([0-9a-f-]{11})</code>", on.text)
    assert len(codes) == 10
    kept = instance.engine.read(lambda tx: tx.connection.execute("SELECT * FROM staff").fetchall())
    assert secret_on(page) not in str(kept)

    def begin() -> Any:
        made = office.app.test_client()
        answer = sign_in(made, name)
        assert answer.headers["Location"] == "/sign-in/code"
        assert made.get("/today").status_code == 302
        return made

    def code(made: Any, text: str) -> Any:
        token = csrf_of(made, "/sign-in/code")
        return made.post("/sign-in/code", data={"csrf_token": token, "code": text})

    used = begin()
    assert code(used, totp.at(clock())).status_code == 401, "the set-up's own code was used"
    clock.advance(seconds=30)
    first = begin()
    assert code(first, totp.at(clock())).status_code == 302
    assert first.get("/today").status_code == 200
    assert code(begin(), totp.at(clock())).status_code == 401, "a code counts once"
    recovered = begin()
    assert code(recovered, codes[3].upper()).status_code == 302
    assert code(begin(), codes[3]).status_code == 401
    assert "9 个恢复码" in recovered.get("/account").text
    late = begin()
    clock.advance(minutes=6)
    assert late.get("/sign-in/code").status_code == 302
    off = office.post(recovered, "/account/second-factor/off", password="wrong password")
    assert off.status_code == 422
    off = office.post(recovered, "/account/second-factor/off", password=PASSWORD)
    assert off.status_code == 302
    assert sign_in(office.app.test_client(), name).headers["Location"] == "/"


def test_wrong_codes_lock_the_account_like_wrong_passwords(
    office: Office, instance: Instance, clock: Any
) -> None:
    client = office.client("auditor")
    office.post(client, "/account/second-factor", password=PASSWORD)
    totp = pyotp.TOTP(secret_on(client.get("/account").text))
    office.post(client, "/account/second-factor/confirm", code=totp.at(clock()))
    clock.advance(minutes=1)
    made = office.app.test_client()
    sign_in(made, office.names[client])
    for _ in range(5):
        token = csrf_of(made, "/sign-in/code")
        made.post("/sign-in/code", data={"csrf_token": token, "code": "123456"})
    token = csrf_of(made, "/sign-in/code")
    sent = {"csrf_token": token, "code": totp.at(clock())}
    assert made.post("/sign-in/code", data=sent).status_code != 302


def test_a_second_factor_that_no_key_opens_lets_nobody_in_and_says_what_to_do(
    office: Office, instance: Instance, clock: Any
) -> None:
    client, admin = office.client("auditor"), office.client()
    name = office.names[client]
    office.post(client, "/account/second-factor", password=PASSWORD)
    totp = pyotp.TOTP(secret_on(client.get("/account").text))
    on = office.post(client, "/account/second-factor/confirm", code=totp.at(clock()))
    codes = re.findall(r"<li><code>([0-9a-f-]{11})</code>", on.text)
    clock.advance(minutes=1)
    lose_the_keys(instance)
    made = office.app.test_client()
    sign_in(made, name)

    def code(text: str) -> Any:
        form = {"csrf_token": csrf_of(made, "/sign-in/code"), "code": text}
        return made.post("/sign-in/code", data=form)

    for typed in (totp.at(clock()), "000000", "", "12345-67890"):
        answer = code(typed)
        assert answer.status_code == 401 and made.get("/today").status_code == 302
        assert "现有的密钥读不出" in answer.text and "恢复码" in answer.text
        assert "另一位管理员核对本人后关闭" in answer.text
    # A recovery code is kept as a hash: no key is needed for it.
    assert code(codes[0]).status_code == 302 and made.get("/audit/").status_code == 200
    staff_id = first_id(admin.get("/staff/?role=auditor").text, "/staff/")
    off = office.post(admin, f"/staff/{staff_id}/second-factor/off", reason="密钥不在了")
    assert off.status_code == 302
    # It is set up anew, with the keys that are here.
    again = office.app.test_client()
    assert sign_in(again, name).headers["Location"] == "/"
    office.post(again, "/account/second-factor", password=PASSWORD)
    anew = pyotp.TOTP(secret_on(again.get("/account").text))
    office.post(again, "/account/second-factor/confirm", code=anew.at(clock()))
    clock.advance(minutes=1)
    made = office.app.test_client()
    sign_in(made, name)
    assert code(anew.at(clock())).status_code == 302


@pytest.mark.both_engines
def test_own_sessions_are_listed_and_ended(office: Office) -> None:
    client = office.client("auditor")
    other = office.app.test_client()
    sign_in(other, office.names[client])
    page = client.get("/account").text
    assert "这台设备" in page
    ended = first_id(page, "/account/sessions/")
    assert office.post(client, f"/account/sessions/{ended}/end").status_code == 302
    assert other.get("/today").status_code == 302
    assert client.get("/today").status_code == 200
    sign_in(other, office.names[client])
    assert office.post(client, "/account/sessions/end-others").status_code == 302
    assert other.get("/today").status_code == 302
    stranger = office.client("auditor")
    own = first_id(client.get("/account").text + "/account/sessions/" + ended, "/account/sessions/")
    assert office.post(stranger, f"/account/sessions/{own}/end").status_code == 404


def test_an_auditor_reads_accounts_and_changes_none(office: Office) -> None:
    admin, auditor = office.client(), office.client("auditor")
    assert auditor.get("/staff/").status_code == 200
    staff_id = first_id(auditor.get("/staff/").text, "/staff/")
    assert auditor.get(f"/staff/{staff_id}").status_code == 200
    assert auditor.get("/staff/new").status_code == 403
    for path in ("change", "unlock", "password", "switch/disable"):
        assert office.post(auditor, f"/staff/{staff_id}/{path}", reason="x").status_code == 403
    assert office.client("registrar").get("/staff/").status_code == 403
    assert admin.get("/staff/01900000-0000-7000-8000-000000000000").status_code == 404


def test_an_administrator_ends_the_sessions_of_another(office: Office, instance: Instance) -> None:
    admin, auditor = office.client(), office.client("auditor")
    staff_id = first_id(admin.get("/staff/?role=auditor").text, "/staff/")
    assert "结束所有登录" in admin.get(f"/staff/{staff_id}").text
    assert auditor.get("/audit/").status_code == 200
    assert office.post(auditor, f"/staff/{staff_id}/sessions/end").status_code == 403
    assert office.post(admin, f"/staff/{staff_id}/sessions/end").status_code == 302
    assert auditor.get("/audit/").status_code == 302
    events = instance.engine.read(lambda tx: events_of(tx, "staff", staff_id))
    assert events[-1]["action"] == "staff.sessions_ended"
    assert events[-1]["actor"] == office.names[admin]


def test_who_has_lost_the_phone_is_let_in_again_by_an_administrator(
    office: Office, instance: Instance, clock: Any
) -> None:
    admin, auditor = office.client(), office.client("auditor")
    username = office.names[auditor]
    office.post(auditor, "/account/second-factor", password=PASSWORD)
    page = auditor.get("/account").text
    found = re.search(r"手工输入：</?[^<]*<code>([A-Z2-7 ]+)</code>", page) or re.search(
        r"<code>([A-Z2-7 ]{32,})</code>", page
    )
    assert found is not None
    secret = found.group(1).replace(" ", "")
    code = pyotp.TOTP(secret).at(clock.now)
    office.post(auditor, "/account/second-factor/confirm", code=code)
    staff_id = first_id(admin.get("/staff/?role=auditor").text, "/staff/")
    base = f"/staff/{staff_id}"
    assert "关闭他的两步验证" in admin.get(base).text
    assert office.post(admin, f"{base}/second-factor/off", reason=" ").status_code == 422
    assert office.post(admin, f"{base}/second-factor/off", reason="手机丢了").status_code == 302
    assert auditor.get("/audit/").status_code == 302
    again = office.app.test_client()
    assert sign_in(again, username).headers["Location"] == "/"
    event = instance.engine.read(lambda tx: events_of(tx, "staff", staff_id))[-2]
    assert (event["action"], event["reason"]) == ("staff.second_factor_off", "手机丢了")
    own = first_id(admin.get("/staff/?role=administrator").text, "/staff/")
    answer = office.post(admin, f"/staff/{own}/second-factor/off", reason="自己的")
    assert answer.status_code == 422


def test_locked_accounts_are_a_list(office: Office, instance: Instance) -> None:
    admin = office.client()
    username = make_staff(instance, "auditor")["username"]
    for _ in range(5):
        sign_in(office.app.test_client(), username, "wrong")
    page = admin.get("/staff/?state=locked").text
    assert username in page and f">{office.names[admin]}</a>" not in page
    assert 'href="/staff/?state=locked"' in admin.get("/today").text
