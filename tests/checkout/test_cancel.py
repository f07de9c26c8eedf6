"""A till gives an order up: whatever was recorded is reversed, and nothing is recorded later."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.open_instance import open_instance
from huimin.settings import Settings
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.till import ApiTill, make_till
from tests.served import served

ORDERS = 24


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={})


def cancel(till: ApiTill, order_no: str, **over: Any) -> Any:
    return till.post("/cancellations", {"order_no": order_no, "reason": "没有收到结果", **over})


def test_an_order_that_never_arrived_can_not_arrive_later(till: ApiTill) -> None:
    answer = cancel(till, "late-1")
    assert answer.status_code == 200
    assert (answer.json["order_no"], answer.json["redemption"]) == ("late-1", None)
    late = till.redeem(order_no="late-1")
    assert (late.status_code, late.json["code"]) == (409, "order_cancelled")
    assert "late-1" in late.json["detail"]
    assert till.ledger_rows() == 0
    assert cancel(till, "late-1").json == answer.json
    assert till.redeem().status_code == 201


@pytest.mark.both_engines
def test_a_recorded_order_is_reversed_once(till: ApiTill) -> None:
    sold = till.redeem(order_no="given-up").json
    till.reverse(sold["id"], "back-1", amount_fen=2_800)
    answer = cancel(till, "given-up", cashier="王敏").json
    found = answer["redemption"]
    assert found["id"] == sold["id"]
    assert found["net"] == {"amount_fen": 0, "discount_fen": 0, "payable_fen": 0}
    assert [row["amount_fen"] for row in found["reversals"]] == [2_800, 10_000]
    assert found["reversals"][1]["reason"] == "没有收到结果"
    assert cancel(till, "given-up").json == answer
    assert till.ledger_rows() == 3
    again = till.redeem(order_no="given-up", key="another-key")
    assert again.json["code"] == "order_exists"
    assert till.redeem(order_no="given-up").json == sold  # the kept answer of its key


def test_it_is_the_outlet_s_own_order(till: ApiTill, client: Any, instance: Instance) -> None:
    stranger = make_till(client, instance)
    assert cancel(stranger, "same-number").status_code == 200
    assert till.redeem(order_no="same-number").status_code == 201
    assert cancel(stranger, "same-number").json["redemption"] is None


@pytest.mark.parametrize("body", [{}, {"order_no": "1"}, {"order_no": "", "reason": "x"}])
def test_what_is_missing_is_named(till: ApiTill, body: dict[str, str]) -> None:
    answer = till.post("/cancellations", body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


@pytest.fixture
def shop(
    settings: Settings,
) -> Iterator[tuple[int, Settings, list[str], dict[str, Any]]]:
    instance = open_instance(settings)
    make_policy(instance)
    card = make_card(instance, make_holder(instance))
    outlet = make_outlet(instance)
    keys = [make_terminal(instance, outlet)[1] for _ in range(2)]
    instance.close()
    with served(settings) as port:
        yield port, settings, keys, card


def test_a_sale_and_its_cancellation_at_once_leave_nothing(shop: Any) -> None:
    port, settings, keys, card = shop
    address = f"http://127.0.0.1:{port}/api/v1"

    def send(number: int) -> int:
        order_no, selling = f"race-{number // 2}", number % 2 == 0
        # Another till of the outlet gives the order up while the first one's sale is on its way.
        headers = {"Authorization": f"Bearer {keys[number % 2]}", "Idempotency-Key": order_no}
        sale = {
            "card": card["token"],
            "amount_fen": 10_000,
            "order_no": order_no,
            "presented_by": card["holder_id"],
            "identity_checked": True,
        }
        path = "redemptions" if selling else "cancellations"
        body = sale if selling else {"order_no": order_no, "reason": "没有收到结果"}
        return http.post(f"{address}/{path}", json=body, headers=headers).status_code

    with httpx.Client(timeout=60) as http, ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(send, range(2 * ORDERS)))
    assert set(codes[1::2]) == {200}
    assert set(codes[::2]) <= {201, 409}
    instance = open_instance(settings)
    try:
        left = instance.engine.read(
            lambda tx: tx.connection.execute(
                "SELECT SUM(amount_fen) AS fen FROM ledger HAVING COUNT(*) > 0"
            ).fetchall()
        )
        assert [int(row["fen"]) for row in left] in ([], [0])
        assert instance.engine.read(verify_chains) == []
        assert instance.engine.read(check_rollups) == []
    finally:
        instance.close()
