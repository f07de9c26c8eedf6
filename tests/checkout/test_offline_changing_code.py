"""A changing code where there was no network: where the policy says so, as of the sale, once."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.making.codes import make_code
from tests.making.merchants import make_terminal
from tests.making.offline import OFFLINE, OfflineTill, make_offline_till
from tests.making.till import ApiTill


@pytest.fixture
def till(client: Any, instance: Instance) -> OfflineTill:
    return make_offline_till(client, instance, policy={**OFFLINE, "offline_changing_code": True})


def told(answer: dict[str, Any]) -> str:
    return str(answer.get("code") or answer["status"])


def test_it_needs_the_policy_s_leave(client: Any, instance: Instance, clock: FixedClock) -> None:
    till = make_offline_till(client, instance)
    item = till.item(card=make_code(instance, till.card))
    clock.advance(hours=1)
    assert told(till.send(item)[0]) == "offline_code_needed"
    assert till.ledger_rows() == 0


@pytest.mark.both_engines
def test_it_is_taken_as_of_the_sale_and_once(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    code = make_code(instance, till.card)
    first = till.item(card=code, identity_checked=False)
    second = till.item(card=code, identity_checked=False)
    clock.advance(hours=5)
    assert [told(each) for each in till.send(first, second)] == ["accepted", "code_used"]
    assert [told(each) for each in till.send(first, second)] == ["duplicate", "code_used"]
    _, key = make_terminal(instance, till.outlet)
    other = ApiTill(till.client, instance, till.outlet, till.terminal, key, till.card)
    assert other.post("/cards/verify", {"card": code}).json["code"] == "code_used"


def test_a_code_that_bought_is_known_when_a_second_sale_of_it_comes_days_later(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    code = make_code(instance, till.card)
    first, second = till.item(card=code), till.item(card=code)
    assert told(till.send(first)[0]) == "accepted"
    clock.advance(hours=49)
    assert till.post("/cards/verify", {"card": make_code(instance, till.card)}).status_code == 200
    assert told(till.send(second)[0]) == "code_used"


@pytest.mark.parametrize(
    ("age", "wanted"),
    [(0, "accepted"), (719, "accepted"), (720, "code_stale"), (-61, "code_stale")],
)
def test_it_may_have_been_read_ten_minutes_before_the_sale(
    till: OfflineTill, instance: Instance, clock: FixedClock, age: int, wanted: str
) -> None:
    clock.advance(minutes=30)
    code = make_code(instance, till.card)
    clock.advance(seconds=age)
    item = till.item(card=code)
    clock.advance(hours=2)
    assert told(till.send(item)[0]) == wanted


def test_what_another_till_had_read_online_is_used(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    code = make_code(instance, till.card)
    terminal, key = make_terminal(instance, till.outlet)
    other = ApiTill(till.client, instance, till.outlet, terminal, key, till.card, till.serial)
    assert other.post("/cards/verify", {"card": code}).status_code == 200
    item = till.item(card=code)
    assert told(till.send(item)[0]) == "code_used"
    assert other.redeem(card=code).status_code == 201
