"""Devices join a terminal one by one, are listed with what they still owe, and are ended alone."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from itsdangerous import URLSafeSerializer

from huimin.access.till_device import COOKIE
from huimin.core.days import instant_text
from huimin.instance import Instance
from huimin.merchants.terminals import renew_key
from tests.checkout.test_till_device import JSON, Device, events
from tests.making.merchants import make_join_code, make_terminal
from tests.making.staff import PASSWORD, csrf_of, make_staff, sign_in

PHONE = (
    "Mozilla/5.0 (Linux; Android 12; PD2186 Build/SP1A) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Mobile Safari/537.36"
)
VERSION = "0123456789abcdef"


@pytest.fixture
def device(client: Any, instance: Instance) -> Device:
    return Device(client, instance)


@pytest.fixture
def manager(app: Any, instance: Instance, device: Device) -> Any:
    """The merchant's manager in another browser."""
    client = app.test_client()
    own = make_staff(instance, "merchant_manager", merchant_id=device.outlet["merchant_id"])
    sign_in(client, own["username"])
    return client


def another(device: Device, app: Any) -> Device:
    """A second browser at the same terminal."""
    second = Device.__new__(Device)
    second.client, second.instance = app.test_client(), device.instance
    second.terminal, second.outlet = device.terminal, device.outlet
    second.token = csrf_of(second.client, "/till/set-up")
    assert second.set_up().status_code == 200
    return second


def state(device: Device, **headers: str) -> Any:
    return device.client.get("/till/state", headers={**JSON, **headers})


def rows(instance: Instance) -> list[dict[str, Any]]:
    return instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM till_device ORDER BY id").fetchall()
    )


def post(client: Any, path: str, data: dict[str, Any] | None = None) -> Any:
    return client.post(path, data={"csrf_token": csrf_of(client, "/devices/"), **(data or {})})


@pytest.mark.both_engines
def test_a_code_makes_one_device_and_is_over_in_ten_minutes(
    device: Device, app: Any, instance: Instance, clock: Any
) -> None:
    code = make_join_code(instance, device.terminal)
    newer = make_join_code(instance, device.terminal)
    assert device.post("set-up", {"code": code}).json["code"] == "join_code_unknown"
    wide = newer.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert device.post("set-up", {"code": f" {wide[:4]} {wide[4:]}"}).status_code == 200
    assert device.post("set-up", {"code": newer}).json["code"] == "join_code_unknown"
    late = make_join_code(instance, device.terminal)
    clock.advance(minutes=10)
    assert device.post("set-up", {"code": late}).json["code"] == "join_code_unknown"
    assert [row["ended_at"] for row in rows(instance)] == [None]


@pytest.mark.both_engines
def test_a_manager_lets_one_in_sees_it_and_ends_it_alone(
    device: Device, app: Any, instance: Instance, manager: Any
) -> None:
    page = post(manager, f"/terminals/{device.terminal['id']}/join-code")
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
    code = page.text.partition('<p class="given"><code>')[2].partition("</code>")[0]
    device.client.environ_base["HTTP_USER_AGENT"] = PHONE
    assert device.post("set-up", {"code": code.replace(" ", "")}).status_code == 200
    other = another(device, app)
    report = {"Huimin-Till-Version": VERSION, "Huimin-Till-Unsent": "3 45600"}
    assert state(device, **report).status_code == 200
    shown = manager.get("/devices/").text
    assert "PD2186 · Chrome · Android" in shown and VERSION in shown
    assert "¥456.00" in shown and "共 2 条" in shown
    assert "共 1 条" in manager.get("/devices/?unsent=1").text
    first = rows(instance)[0]
    assert f"huimin {device.terminal['id']}" not in shown
    one = manager.get(f"/devices/{first['id']}").text
    assert "3 笔，原价合计 ¥456.00" in one and PHONE in one
    ended = post(manager, f"/devices/{first['id']}/end", {"reason": "手机换新"})
    assert ended.status_code == 302
    assert state(device).json["code"] == "till_not_set_up"
    assert state(other).status_code == 200
    (event,) = events(instance, "terminal.device_ended")
    assert event["reason"] == "手机换新"
    # It may join again, and what it has not sent moves with it.
    device.token = csrf_of(device.client, "/till/set-up")
    assert device.set_up().status_code == 200
    assert [row["unsent_count"] for row in rows(instance)] == [0, 0, 3]


def test_what_a_page_says_of_itself_is_kept_if_it_can_be(
    device: Device, instance: Instance, clock: Any
) -> None:
    device.set_up()
    for unsent in ("-1 5", "1", "a b", "1 1 1", "9999999 1", "１ ２"):
        assert state(device, **{"Huimin-Till-Unsent": unsent.encode().decode("latin-1")}).json
    assert rows(instance)[0]["unsent_count"] == 0
    state(device, **{"Huimin-Till-Unsent": "2 100"})
    clock.advance(minutes=5)
    state(device, **{"Huimin-Till-Version": "<script>"})
    (row,) = rows(instance)
    assert (row["unsent_count"], row["unsent_fen"], row["app_version"]) == (2, 100, None)
    assert row["last_seen_at"] == instant_text(clock())


def test_others_devices_do_not_exist_for_a_manager(
    device: Device, instance: Instance, manager: Any
) -> None:
    stranger, _ = make_terminal(instance)
    assert post(manager, f"/terminals/{stranger['id']}/join-code").status_code == 404
    other = Device(manager.application.test_client(), instance)
    other.set_up()
    (row,) = rows(instance)
    assert manager.get(f"/devices/{row['id']}").status_code == 404
    assert post(manager, f"/devices/{row['id']}/end", {"reason": "x"}).status_code == 404
    assert state(other).status_code == 200
    assert "共 1 条" not in manager.get("/devices/").text


@pytest.mark.both_engines
def test_where_the_county_ended_a_device_the_county_lets_the_next_one_in(
    device: Device, app: Any, instance: Instance, manager: Any, clock: Any
) -> None:
    device.set_up()
    county = app.test_client()
    sign_in(county, make_staff(instance, "administrator")["username"])
    (row,) = rows(instance)
    assert post(county, f"/devices/{row['id']}/end", {"reason": "查账"}).status_code == 302
    refused = post(manager, f"/terminals/{device.terminal['id']}/join-code")
    assert refused.status_code == 403 and "县里停用过" in refused.text
    clock.advance(minutes=1)
    assert post(county, f"/terminals/{device.terminal['id']}/join-code").status_code == 200
    assert post(manager, f"/terminals/{device.terminal['id']}/join-code").status_code == 200


def cookie_of_before(device: Device) -> str:
    """The cookie that the program gave while a terminal's key made devices."""
    key_hash = hashlib.sha256(device.key.encode()).hexdigest()
    fingerprint = hashlib.sha256(f"till-device:{key_hash}".encode()).hexdigest()[:32]
    serializer = URLSafeSerializer(device.client.application.secret_key, "huimin.till-device")
    return str(serializer.dumps([device.terminal["id"], fingerprint]))


def upgraded(instance: Instance, at: str) -> None:
    """As if the county had been brought from an earlier version at that instant."""
    instance.engine.write(
        lambda tx: tx.connection.execute(
            f"UPDATE schema_migration SET name = 'doors', applied_at = '{at}'"
        )
    )


@pytest.mark.both_engines
def test_a_device_of_before_the_upgrade_is_listed_at_its_next_visit(
    device: Device, app: Any, instance: Instance, clock: Any
) -> None:
    old = cookie_of_before(device)
    device.client.set_cookie(COOKIE, old, path="/till")
    assert state(device).json["code"] == "till_not_set_up", "a new county has none of them"
    upgraded(instance, instant_text(clock()))
    assert state(device).status_code == 200
    (row,) = rows(instance)
    assert (row["joined_by"], row["terminal_id"]) == (None, device.terminal["id"])
    assert device.cookie().value != old
    device.client.get("/till/")
    assert len(rows(instance)) == 1
    clock.advance(days=31)
    assert state(device).status_code == 200, "what is listed stays"
    late = app.test_client()
    late.set_cookie(COOKIE, old, path="/till")
    assert late.get("/till/state", headers=JSON).json["code"] == "till_not_set_up"


def test_who_ends_one_of_them_ends_the_cookie_that_all_of_them_have(
    device: Device, app: Any, instance: Instance, manager: Any, clock: Any
) -> None:
    upgraded(instance, instant_text(clock() - timedelta(days=1)))
    old = cookie_of_before(device)
    stolen, honest = app.test_client(), app.test_client()
    for client in (stolen, honest):
        client.set_cookie(COOKIE, old, path="/till")
        assert client.get("/till/state", headers=JSON).status_code == 200
    first, _ = rows(instance)
    post(manager, f"/devices/{first['id']}/end", {"reason": "手机丢了"})
    stolen.set_cookie(COOKIE, old, path="/till")
    assert stolen.get("/till/state", headers=JSON).json["code"] == "till_not_set_up"
    assert honest.get("/till/state", headers=JSON).status_code == 200


def test_who_joins_anew_or_leaves_does_not_throw_out_the_others(
    device: Device, app: Any, instance: Instance, clock: Any
) -> None:
    upgraded(instance, instant_text(clock()))
    old, other = cookie_of_before(device), app.test_client()
    device.client.set_cookie(COOKIE, old, path="/till")
    other.set_cookie(COOKIE, old, path="/till")
    assert state(device).status_code == 200
    assert device.set_up().status_code == 200
    assert rows(instance)[0]["ended_at"] is not None, "the new device is in its place"
    own = make_staff(instance, "merchant_manager", merchant_id=device.outlet["merchant_id"])
    word = {"username": own["username"], "password": PASSWORD}
    assert device.post("leave", word).json == {"left": True}
    assert other.get("/till/state", headers=JSON).status_code == 200


def test_what_a_browser_calls_itself_is_kept_in_part(
    device: Device, instance: Instance, clock: Any
) -> None:
    device.set_up()
    clock.advance(minutes=5)
    device.client.environ_base["HTTP_USER_AGENT"] = "x" * 5_000
    assert state(device).status_code == 200
    assert rows(instance)[0]["user_agent"] == "x" * 300


def test_another_key_ends_what_the_key_made_and_nothing_else(
    device: Device, app: Any, instance: Instance, manager: Any, clock: Any
) -> None:
    upgraded(instance, instant_text(clock()))
    joined = another(device, app)
    device.client.set_cookie(COOKIE, cookie_of_before(device), path="/till")
    assert state(device).status_code == 200
    by: Any = {"reason": "泄露", "now": clock(), "actor": "t"}
    instance.engine.write(lambda tx: renew_key(tx, terminal_id=device.terminal["id"], **by))
    assert state(device).json["code"] == "till_not_set_up"
    page = device.client.get("/till/", follow_redirects=True)
    assert "以前的收银设置已停用" in page.text
    assert state(joined).status_code == 200
    page = post(manager, f"/terminals/{device.terminal['id']}/join-code")
    assert page.status_code == 200, "the county ended a key, not the merchant's right"
