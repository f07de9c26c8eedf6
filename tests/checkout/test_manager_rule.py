"""Above a merchant's own amount, a reversal on the till page needs the manager's word."""

from __future__ import annotations

import json
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.merchants.reversal_rule import set_reversal_rule
from tests.checkout.test_pages import PageTill
from tests.making.staff import PASSWORD, make_staff, sign_in
from tests.making.till import make_till


def set_limit(instance: Instance, merchant_id: str) -> None:
    """Above 50 yuan the manager confirms."""
    instance.engine.write(
        lambda tx: set_reversal_rule(
            tx, merchant_id=merchant_id, confirm_fen=5_000, now=instance.clock(), actor="t"
        )
    )


class Counter(PageTill):
    """A till whose merchant wants its manager above 50 yuan, and that manager."""

    def __init__(self, client: Any, instance: Instance) -> None:
        super().__init__(client, instance)
        merchant_id = self.outlet["merchant_id"]
        self.manager = make_staff(instance, "merchant_manager", merchant_id=merchant_id)
        set_limit(instance, merchant_id)
        self.sold = self.post("redeem", self.sale(), "sale").json

    def back(self, key: str, amount_fen: int, manager: Any = None) -> Any:
        body: dict[str, Any] = {"reason": "顾客退货", "amount_fen": amount_fen}
        if manager is not None:
            body["manager"] = manager
        return self.post(f"redemptions/{self.sold['id']}/reverse", body, key)

    def give_up(self, order_no: str) -> Any:
        return self.post("cancellations", {"order_no": order_no, "reason": "没有得到答复"})

    def word(self, password: str = PASSWORD) -> dict[str, str]:
        return {"username": self.manager["username"], "password": password}


@pytest.fixture
def counter(client: Any, instance: Instance) -> Counter:
    return Counter(client, instance)


def rows(instance: Instance, sql: str) -> list[Any]:
    return instance.engine.read(lambda tx: tx.connection.execute(sql).fetchall())


@pytest.mark.both_engines
def test_up_to_the_amount_nobody_is_asked(counter: Counter) -> None:
    assert counter.back("r1", 5_000).status_code == 200


def test_small_returns_of_one_sale_add_up(counter: Counter) -> None:
    assert counter.back("r1", 3_000).status_code == 200
    refused = counter.back("r2", 2_001)
    assert (refused.status_code, refused.json["code"]) == (403, "manager_needed")
    assert "¥50.00" in refused.json["detail"]
    assert counter.back("r2", 2_001, counter.word()).status_code == 200


def test_the_manager_confirms_and_is_recorded(counter: Counter, instance: Instance) -> None:
    assert counter.back("r1", 12_800, counter.word("wrong-password")).json["code"] == (
        "sign_in_failed"
    )
    done = counter.back("r1", 12_800, counter.word())
    assert done.json["left_fen"] == 0
    assert counter.back("r1", 12_800, counter.word()).json == done.json
    (row,) = rows(instance, "SELECT detail_json FROM ledger WHERE kind = 'reversal'")
    assert json.loads(row["detail_json"])["confirmed_by"]["id"] == counter.manager["id"]
    (event,) = rows(
        instance, "SELECT * FROM audit_event WHERE action = 'redemption.reversal_confirmed'"
    )
    assert (event["actor"], event["subject_id"]) == (
        counter.manager["username"],
        counter.sold["id"],
    )
    kept = rows(instance, "SELECT response_json FROM idempotency_key")
    assert all(PASSWORD not in row["response_json"] for row in kept)


def test_a_cashier_or_another_merchants_manager_is_no_manager(
    counter: Counter, instance: Instance
) -> None:
    cashier = make_staff(instance, "cashier", outlet_id=counter.outlet["id"])
    other = make_staff(instance, "merchant_manager")
    for who in (cashier, other):
        word = {"username": who["username"], "password": PASSWORD}
        assert counter.back("r1", 12_800, word).json["code"] == "manager_unfit"
    assert rows(instance, "SELECT id FROM ledger WHERE kind = 'reversal'") == []


def test_five_wrong_passwords_lock_the_manager(counter: Counter) -> None:
    codes = [counter.back("r", 12_800, counter.word("wrong")).json["code"] for _ in range(6)]
    assert codes == ["sign_in_failed"] * 6
    assert counter.back("r", 12_800, counter.word()).json["code"] == "sign_in_failed"


def test_giving_a_large_sale_up_is_no_way_round_the_manager(
    counter: Counter, instance: Instance
) -> None:
    refused = counter.give_up("W-1")
    assert (refused.status_code, refused.json["code"]) == (403, "manager_needed")
    assert rows(instance, "SELECT id FROM ledger WHERE kind = 'reversal'") == []
    assert rows(instance, "SELECT order_no FROM cancelled_order") == []
    assert counter.back("r1", 12_800, counter.word()).status_code == 200
    given_up = counter.give_up("W-1")
    assert given_up.status_code == 200
    assert given_up.json["redemption"]["net"]["amount_fen"] == 0


def test_small_returns_before_it_do_not_make_it_small(counter: Counter) -> None:
    assert counter.back("r1", 5_000).status_code == 200
    assert counter.back("r2", 4_000, counter.word()).status_code == 200
    assert counter.give_up("W-1").json["code"] == "manager_needed"


def test_a_small_or_unrecorded_sale_is_given_up_by_anybody(counter: Counter) -> None:
    small = counter.post("redeem", counter.sale(order_no="W-2", amount_fen=5_000), "small").json
    assert counter.give_up("W-2").json["redemption"]["id"] == small["id"]
    assert counter.give_up("W-3").json["redemption"] is None
    late = counter.post("redeem", counter.sale(order_no="W-3"), "late")
    assert late.json["code"] == "order_cancelled"


def test_a_merchants_own_system_cancels_as_before(client: Any, instance: Instance) -> None:
    till = make_till(client, instance, policy={})
    set_limit(instance, till.outlet["merchant_id"])
    till.redeem(order_no="own")
    body = {"order_no": "own", "reason": "没有得到答复"}
    assert till.post("/cancellations", body).json["redemption"]["net"]["amount_fen"] == 0


def test_the_manager_sets_the_amount_on_the_own_page(counter: Counter, instance: Instance) -> None:
    counter.client.post("/sign-out", data={"csrf_token": counter.token})
    sign_in(counter.client, counter.manager["username"])
    page = counter.client.get("/my-merchant/").text
    assert "超过 ¥50.00" in page
    from tests.making.staff import csrf_of

    token = csrf_of(counter.client, "/my-merchant/")

    def save(typed: str) -> Any:
        form = {"csrf_token": token, "confirm_yuan": typed}
        return counter.client.post("/my-merchant/reversal-rule", data=form)

    assert save("二百").status_code == 422
    assert save("99999999").status_code == 422
    assert save("200").status_code == 302
    assert save("").status_code == 302
    found = [
        json.loads(row["new_json"])["reversal_confirm_fen"]
        for row in rows(
            instance,
            "SELECT new_json FROM audit_event WHERE action = 'merchant.reversal_rule' ORDER BY id",
        )
    ]
    assert found == [5_000, 20_000, None]
