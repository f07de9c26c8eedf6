"""Tills that may still hold sales made without network: what the server knows of them, and says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from huimin.audit.lookups import LookupLog
from huimin.core.days import instant_text
from huimin.instance import Instance
from huimin.merchants.terminals import disable_terminal
from huimin.months.words import check_sentence, queue_note
from huimin.storage.engine import Transaction
from tests.checkout.test_till_device import Device
from tests.conftest import FixedClock
from tests.making.months import OCTOBER, draft
from tests.making.offline import OFFLINE, OfflineTill, make_offline_till
from tests.making.policies import make_policy
from tests.making.till import make_till

OCTOBER_THE_30TH = datetime(2026, 10, 30, 2, 0, tzinfo=UTC)
NOVEMBER_THE_2ND = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def till(client: Any, instance: Instance, clock: FixedClock) -> OfflineTill:
    """Sold something online on 30 October and has a pack; it is the second of November."""
    clock.now = OCTOBER_THE_30TH
    made = make_offline_till(client, instance, name="天池平价超市")
    assert made.redeem().status_code == 201
    return made


def queues(instance: Instance) -> dict[str, Any]:
    found: dict[str, Any] = next(
        check for check in draft(instance)["checks"] if check["code"] == "queues"
    )
    return found


def test_a_till_that_was_not_heard_of_since_is_named(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    clock.now = NOVEMBER_THE_2ND
    check = queues(instance)
    assert (check["level"], check["facts"]["count"]) == ("warning", 1)
    (named,) = check["facts"]["tills"]
    assert named["till"].startswith("天池平价超市 · ")
    assert named["last"] == instant_text(OCTOBER_THE_30TH)
    assert "1 台收银终端" in check_sentence(check)
    assert "服务器看不到" in queue_note(check) and "2026-12-02" in queue_note(check)


def test_a_late_sale_brings_it_back_and_counts_in_its_month(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    item = till.item()
    clock.now = NOVEMBER_THE_2ND
    assert queues(instance)["level"] == "warning"
    assert till.send(item)[0]["status"] == "accepted"
    assert queues(instance)["level"] == "ok"


def test_a_look_at_a_card_is_a_sign_of_life(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    clock.now = NOVEMBER_THE_2ND
    assert till.post("/cards/verify", {"card": till.card["token"]}).status_code == 200
    instance.part(LookupLog).close()
    assert queues(instance)["level"] == "ok"


def test_a_till_that_is_switched_off_can_send_nothing(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    given: dict[str, Any] = {"now": instance.clock(), "actor": "test", "reason": "停用"}

    def work(tx: Transaction) -> None:
        disable_terminal(tx, terminal_id=till.terminal["id"], **given)

    instance.engine.write(work)
    clock.now = NOVEMBER_THE_2ND
    assert queues(instance)["level"] == "ok"


def test_without_offline_policy_there_is_nothing_to_wait_for(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    clock.now = OCTOBER_THE_30TH
    made = make_till(client, instance, policy={**OFFLINE, "offline_hours": 0})
    assert made.redeem().status_code == 201
    clock.now = NOVEMBER_THE_2ND
    check = queues(instance)
    assert check["level"] == "ok" and "不允许断网" in queue_note(check)


def test_after_a_month_late_sales_are_claims(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    clock.now = datetime(2026, 12, 20, 2, 0, tzinfo=UTC)
    assert "已过 2026-12-02" in queue_note(queues(instance))
    assert OCTOBER in draft(instance)["month"]


def test_a_device_that_still_owes_sales_is_named_with_what_it_owes(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    clock.now = OCTOBER_THE_30TH
    device = Device(client, instance)
    make_policy(instance)
    device.set_up()
    said = {"Huimin-Till-Unsent": "2 25600", "Accept": "application/json"}
    assert client.get("/till/state", headers=said).status_code == 200
    clock.now = NOVEMBER_THE_2ND
    assert client.get("/till/state", headers={"Accept": "application/json"}).status_code == 200
    check = queues(instance)
    (named,) = check["facts"]["tills"]
    assert (check["level"], named["unsent"], named["unsent_fen"]) == ("warning", 2, 25_600)
    assert named["till"].startswith(device.outlet["name"])
    sent = {**said, "Huimin-Till-Unsent": "0 0"}
    assert client.get("/till/state", headers=sent).status_code == 200
    assert queues(instance)["level"] == "ok"
