"""A device that was set up as a till files claims and prints without anybody signing in."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.cards.change_state import suspend_card
from huimin.instance import Instance
from tests.checkout.test_till_device import JSON, Device
from tests.making.cards import make_card
from tests.making.policies import make_policy
from tests.making.sales import make_redemption


@pytest.fixture
def device(client: Any, instance: Instance) -> Device:
    made = Device(client, instance)
    make_policy(instance)
    return made


def test_it_files_a_claim_after_a_refusal(device: Device, instance: Instance) -> None:
    card = make_card(instance)
    body = {"card": card["token"], "order_no": "A-1", "amount_fen": 5_000}
    assert device.post("claims", body, "key-1").json["code"] == "unauthorized"
    device.set_up()
    act = {"card_id": card["id"], "now": instance.clock(), "actor": "t", "reason": "测试"}
    instance.engine.write(lambda tx: suspend_card(tx, **act))
    assert device.post("verify", {"card": card["token"]}).json["code"] == "card_suspended"
    answer = device.post("claims", {**body, "refusal_code": "card_suspended"}, "key-1")
    assert answer.status_code == 201
    told = answer.json
    again = device.post("claims", {**body, "refusal_code": "card_suspended"}, "key-1")
    assert again.json == told
    assert device.post("claims", body).status_code == 422  # without a key
    slip = device.client.get(f"/till/claims/{told['id']}/paper", headers=JSON).json["paper"]
    assert told["claim_no"] in slip and "黄" not in slip
    assert told["claim_no"] in device.client.get("/till/claims").text
    row = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT submitted_by, staff_id FROM claim").fetchone()
    )
    assert (row["submitted_by"], row["staff_id"]) == (f"terminal:{device.terminal['code']}", None)


def test_it_prints_and_the_count_names_the_terminal(device: Device, instance: Instance) -> None:
    sold = make_redemption(instance, make_card(instance), device.key)
    device.set_up()
    first = device.post(f"receipts/{sold['id']}/prints", {"width": 58}).json["paper"]
    second = device.post(f"receipts/{sold['id']}/prints", {"width": 80}).json["paper"]
    assert "重打" not in first and "重打 第 2 次" in second
    assert device.post(f"receipts/{sold['id']}/prints", {"width": 70}).status_code == 422
    rows = instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT printed_by, terminal_id FROM receipt_print"
        ).fetchall()
    )
    assert {row["printed_by"] for row in rows} == {f"terminal:{device.terminal['code']}"}
    assert {row["terminal_id"] for row in rows} == {device.terminal["id"]}
