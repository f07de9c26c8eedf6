"""A device that joined a terminal by a code: a till that sells without anybody signing in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyotp
import pytest

from huimin.access.second_factor import new_secret, switch_on
from huimin.access.staff_changes import staff_by_id
from huimin.access.till_device import COOKIE
from huimin.instance import Instance
from huimin.merchants.terminals import disable_terminal
from tests.making.cards import make_card
from tests.making.lost_keys import lose_the_keys
from tests.making.merchants import make_join_code, make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.staff import PASSWORD, csrf_of, make_staff, sign_in

JSON = {"Accept": "application/json"}


class Device:
    """A tablet at a till: a browser that nobody signs in at."""

    def __init__(self, client: Any, instance: Instance) -> None:
        self.client, self.instance = client, instance
        self.outlet = make_outlet(instance)
        self.terminal, self.key = make_terminal(instance, self.outlet)
        self.token = csrf_of(client, "/till/set-up")

    def post(self, path: str, body: Any, key: str | None = None) -> Any:
        headers = {"X-CSRFToken": self.token, **JSON}
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.client.post(f"/till/{path}", json=body, headers=headers)

    def set_up(self) -> Any:
        return self.post("set-up", {"code": make_join_code(self.instance, self.terminal)})

    def cookie(self) -> Any:
        return self.client.get_cookie(COOKIE, path="/till")

    def switch_off(self) -> None:
        act = {"now": self.instance.clock(), "actor": "t", "reason": "丢了"}
        wanted = self.terminal["id"]
        self.instance.engine.write(lambda tx: disable_terminal(tx, terminal_id=wanted, **act))


@pytest.fixture
def device(client: Any, instance: Instance) -> Device:
    return Device(client, instance)


def events(instance: Instance, action: str) -> list[Any]:
    return instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT * FROM audit_event WHERE action = '" + action + "'"
        ).fetchall()
    )


def test_one_code_and_the_device_sells(device: Device, instance: Instance) -> None:
    make_policy(instance)
    card = make_card(instance)
    assert device.post("verify", {"card": card["token"]}).json["code"] == "unauthorized"
    told = device.set_up().json
    assert told["terminal_code"] == device.terminal["code"]
    assert "请扫描惠民卡" in device.client.get("/till/").text
    assert device.post("verify", {"card": card["token"]}).status_code == 200
    sale = {
        "card": card["token"],
        "amount_fen": 12_800,
        "order_no": "W-1",
        "presented_by": card["holder_id"],
        "identity_checked": True,
    }
    assert device.post("redeem", sale, "k").json["payable_fen"] == 11_776
    row = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT terminal_id, staff_id FROM ledger").fetchone()
    )
    assert (row["terminal_id"], row["staff_id"]) == (device.terminal["id"], None)
    assert [event["subject_id"] for event in events(instance, "terminal.till_set_up")] == [
        device.terminal["id"]
    ]


def test_the_cookie_is_for_the_till_alone_and_holds_no_key(device: Device) -> None:
    answer = device.set_up()
    (line,) = [
        line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{COOKIE}=")
    ]
    assert "HttpOnly" in line and "SameSite=Strict" in line and "Path=/till" in line
    assert device.key not in line
    renewed = device.client.get("/till/").headers.getlist("Set-Cookie")
    assert any(line.startswith(f"{COOKIE}=") for line in renewed), "each visit renews it"


def test_a_forged_cookie_is_no_till(device: Device) -> None:
    device.set_up()
    kept = device.cookie().value
    for forged in (kept[:-2] + ("A" if kept[-2] != "A" else "B") + kept[-1], "x", "", "中"):
        device.client.set_cookie(COOKIE, forged, path="/till")
        assert device.post("verify", {"card": "1"}).status_code in (401, 403)
    device.client.set_cookie(COOKIE, kept, path="/till")
    assert device.client.get("/till/state", headers=JSON).status_code == 200


def test_a_terminal_that_is_switched_off_is_told_kindly(device: Device, instance: Instance) -> None:
    device.set_up()
    code = make_join_code(instance, device.terminal)
    device.switch_off()
    page = device.client.get("/till/")
    assert page.status_code == 200
    assert "收银台暂时不能用" in page.text
    assert "按原价结算" in page.text
    assert device.post("verify", {"card": "1"}).json["code"] == "terminal_disabled"
    assert device.post("set-up", {"code": code}).json["code"] == "terminal_disabled"


def test_wrong_codes_are_told_and_slowed_down(device: Device, instance: Instance) -> None:
    assert device.post("set-up", {"key": device.key}).status_code == 422
    assert device.post("set-up", {"code": device.key}).status_code == 422
    assert device.cookie() is None, "a terminal's key makes no device"
    for _ in range(3):
        assert device.post("set-up", {"code": "0123456789"}).json["code"] == "join_code_unknown"
    codes = [device.post("set-up", {"code": "9876543210"}).json["code"] for _ in range(20)]
    assert codes[-1] == "too_many_requests"
    assert device.set_up().json["code"] == "too_many_requests"


def test_wrong_codes_elsewhere_keep_nobody_from_joining(device: Device) -> None:
    for number in range(11):
        device.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number + 1}"
        for _ in range(20):
            device.post("set-up", {"code": "9876543210"})
    device.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert device.set_up().status_code == 200


def test_only_the_merchants_manager_ends_the_set_up(device: Device, instance: Instance) -> None:
    device.set_up()
    own = make_staff(instance, "merchant_manager", merchant_id=device.outlet["merchant_id"])
    cases = (
        (own["username"], "wrong-password", "sign_in_failed"),
        (make_staff(instance, "merchant_manager")["username"], PASSWORD, "manager_unfit"),
        (
            make_staff(instance, "cashier", outlet_id=device.outlet["id"])["username"],
            PASSWORD,
            "manager_unfit",
        ),
    )
    for username, password, code in cases:
        refused = device.post("leave", {"username": username, "password": password})
        assert refused.json["code"] == code
    assert device.client.get("/till/state", headers=JSON).status_code == 200
    assert device.post("leave", {"username": own["username"], "password": PASSWORD}).json == {
        "left": True
    }
    assert device.cookie() is None
    assert device.client.get("/till/state", headers=JSON).status_code == 401
    assert [event["actor"] for event in events(instance, "terminal.till_left")] == [own["username"]]


def manager_with_second_factor(
    device: Device, clock: Any
) -> tuple[dict[str, str], str, Sequence[str]]:
    """Name and password as a till sends them, the secret on the phone, and the recovery codes."""
    instance, merchant_id = device.instance, device.outlet["merchant_id"]
    own = make_staff(instance, "merchant_manager", merchant_id=merchant_id)
    secret = new_secret()
    cipher = instance.personal_data.encrypt(secret, "staff.totp")
    codes = instance.engine.write(
        lambda tx: switch_on(tx, staff_by_id(tx, own["id"]), cipher=cipher, step=0, now=clock())
    )
    return {"username": own["username"], "password": PASSWORD}, secret, codes


@pytest.mark.both_engines
def test_a_manager_with_a_second_factor_gives_the_code_and_wrong_ones_lock(
    device: Device, clock: Any
) -> None:
    device.set_up()
    word, secret, _codes = manager_with_second_factor(device, clock)
    assert device.post("leave", word).json["code"] == "code_needed"
    wrong = {**word, "code": "000000"}
    codes = [device.post("leave", wrong).json["code"] for _ in range(6)]
    assert codes == ["code_wrong"] * 5 + ["sign_in_failed"]
    clock.advance(minutes=16)
    right = {**word, "code": pyotp.TOTP(secret).at(clock())}
    assert device.post("leave", right).json == {"left": True}


def test_a_manager_whose_second_factor_no_key_opens_confirms_nothing_without_it(
    device: Device, instance: Instance, clock: Any
) -> None:
    device.set_up()
    word, secret, codes = manager_with_second_factor(device, clock)
    lose_the_keys(instance)
    refused = device.post("leave", {**word, "code": pyotp.TOTP(secret).at(clock())})
    assert (refused.status_code, refused.json["code"]) == (401, "code_unreadable")
    assert "恢复码" in refused.json["detail"]
    assert device.post("leave", {**word, "code": codes[0]}).json == {"left": True}


def test_whoever_is_signed_in_at_the_device_is_recorded(device: Device, instance: Instance) -> None:
    make_policy(instance)
    card = make_card(instance)
    device.set_up()
    stranger = make_staff(instance, "cashier")
    own = make_staff(instance, "cashier", outlet_id=device.outlet["id"])
    for number, (who, staff_id) in enumerate(((stranger, None), (own, own["id"]))):
        sign_in(device.client, who["username"])
        device.token = csrf_of(device.client, "/till/")
        sale = {
            "card": card["token"],
            "amount_fen": 1_000,
            "order_no": f"W-{number}",
            "presented_by": card["holder_id"],
            "identity_checked": True,
        }
        assert device.post("redeem", sale, f"k{number}").status_code == 200
        row = instance.engine.read(
            lambda tx: tx.connection.execute(
                "SELECT terminal_id, staff_id FROM ledger ORDER BY sequence DESC"
            ).fetchone()
        )
        assert (row["terminal_id"], row["staff_id"]) == (device.terminal["id"], staff_id)
        device.client.post("/sign-out", data={"csrf_token": device.token})
        device.token = csrf_of(device.client, "/till/")


def test_two_devices_are_one_terminal(device: Device, app: Any, instance: Instance) -> None:
    device.set_up()
    second = Device.__new__(Device)
    second.client, second.instance = app.test_client(), instance
    second.terminal = device.terminal
    second.token = csrf_of(second.client, "/till/set-up")
    assert second.set_up().status_code == 200
    for one in (device, second):
        told = one.client.get("/till/state", headers=JSON).json
        assert told["terminal"]["id"] == device.terminal["id"]
