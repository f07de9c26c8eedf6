"""The till page's endpoints: a signed-in cashier at a terminal of their own outlet."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.instance import Instance
from huimin.merchants.terminals import disable_terminal
from tests.making.cards import make_card
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.staff import csrf_of, make_staff, sign_in


class PageTill:
    """What the page's script does."""

    def __init__(self, client: Any, instance: Instance, terminals: int = 1) -> None:
        make_policy(instance)
        self.client, self.instance = client, instance
        self.outlet = make_outlet(instance)
        self.terminals = [make_terminal(instance, self.outlet)[0] for _ in range(terminals)]
        self.card = make_card(instance)
        cashier = make_staff(instance, "cashier", outlet_id=self.outlet["id"])
        sign_in(client, cashier["username"])
        self.token = csrf_of(client, "/till/")

    def post(self, path: str, body: Any, key: str | None = None) -> Any:
        headers = {"X-CSRFToken": self.token, "Accept": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.client.post(f"/till/{path}", json=body, headers=headers)

    def sale(self, **over: Any) -> dict[str, Any]:
        return {
            "card": self.card["token"],
            "amount_fen": 12_800,
            "order_no": "W-1",
            "presented_by": self.card["holder_id"],
            "identity_checked": True,
            **over,
        }


@pytest.fixture
def till(client: Any, instance: Instance) -> PageTill:
    return PageTill(client, instance)


def test_a_sale_and_its_return(till: PageTill) -> None:
    verified = till.post("verify", {"card": till.card["token"]}).json
    assert verified["may_present"][0]["name_masked"] == "黄*平"
    assert "card_id" not in verified
    quoted = till.post("quote", {"card": till.card["token"], "amount_fen": 12_800}).json
    assert quoted["payable_fen"] == 11_776
    done = till.post("redeem", till.sale(), "key-1").json
    assert till.post("redeem", till.sale(), "key-1").json == done
    today = till.client.get("/till/today").json
    assert [row["left_fen"] for row in today["sales"]] == [12_800]
    back = till.post(
        f"redemptions/{done['id']}/reverse", {"reason": "退货", "amount_fen": 2_800}, "key-2"
    ).json
    assert back["left_fen"] == 10_000
    today = till.client.get("/till/today").json
    assert today["sales"][0]["left_fen"] == 10_000
    assert today["sums"]["reversals"] == 1


def test_the_ledger_names_who_was_at_the_till(till: PageTill) -> None:
    till.post("redeem", till.sale(), "key-1")
    row = till.instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT staff.role FROM ledger JOIN staff ON staff.id = ledger.staff_id"
        ).fetchone()
    )
    assert row["role"] == "cashier"


def test_bad_input_names_the_field(till: PageTill) -> None:
    refused = till.post("quote", {"card": till.card["token"], "amount_fen": -1})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "amount_fen"
    for key in (None, "x" * 65):
        refused = till.post("redeem", till.sale(), key)
        assert refused.json["errors"][0]["field"] == "Idempotency-Key"
    assert till.post("verify", {"card": "hello"}).json["code"] == "card_unreadable"


def test_a_form_of_another_site_is_refused(till: PageTill) -> None:
    refused = till.client.post("/till/redeem", json=till.sale(), headers={"Idempotency-Key": "k"})
    assert (refused.status_code, refused.json["code"]) == (400, "csrf_failed")


def test_a_terminal_is_chosen_among_ones_own(client: Any, instance: Instance) -> None:
    till = PageTill(client, instance, terminals=2)
    page = client.get("/till/")
    assert "您在哪一台收银终端" in page.text
    assert till.post("verify", {"card": till.card["token"]}).json["code"] == "terminal_disabled"
    stranger, _ = make_terminal(instance, make_outlet(instance))
    for terminal, shown in ((stranger, False), (till.terminals[1], True)):
        client.post(
            "/till/terminal", data={"csrf_token": till.token, "terminal_id": terminal["id"]}
        )
        assert ("请扫描惠民卡" in client.get("/till/").text) is shown
    assert till.post("verify", {"card": till.card["token"]}).status_code == 200


def test_an_outlet_without_a_terminal_says_what_to_do(client: Any, instance: Instance) -> None:
    till = PageTill(client, instance)
    instance.engine.write(
        lambda tx: disable_terminal(
            tx, terminal_id=till.terminals[0]["id"], now=instance.clock(), actor="t", reason="坏了"
        )
    )
    assert "还没有在用的收银终端" in client.get("/till/").text


def test_a_manager_has_the_tills_of_the_merchant(client: Any, instance: Instance) -> None:
    outlet = make_outlet(instance)
    make_terminal(instance, outlet)
    manager = make_staff(instance, "merchant_manager", merchant_id=outlet["merchant_id"])
    sign_in(client, manager["username"])
    assert "请扫描惠民卡" in client.get("/till/").text


def test_a_cached_page_gets_a_fresh_token_and_the_servers_time(till: PageTill) -> None:
    told = till.client.get("/till/state", headers={"Accept": "application/json"}).json
    assert told["terminal"]["id"] == till.terminals[0]["id"]
    assert told["server_time"].startswith("2026-10-31T02:00:00")
    till.token = told["csrf_token"]
    assert till.post("verify", {"card": till.card["token"]}).status_code == 200


def test_todays_sales_are_found_by_what_a_cashier_has_in_hand(till: PageTill) -> None:
    till.instance.clock.advance(hours=4, minutes=5)  # type: ignore[attr-defined]
    done = till.post("redeem", till.sale(order_no="POS-77"), "key-1").json
    till.instance.clock.advance(minutes=60)  # type: ignore[attr-defined]
    till.post("redeem", till.sale(amount_fen=5_000, order_no="POS-88"), "key-2")

    def found(text: str) -> list[str]:
        told = till.post("sales", {"text": text}).json
        assert told["count"] == len(told["sales"])
        return [row["order_no"] for row in told["sales"]]

    assert found("") == ["POS-88", "POS-77"]
    for text in (
        done["receipt_no"],
        "pos-77",
        "128",
        "￥117.76",
        "10.24",
        "14:05",
        "14：0",
        "ＰＯＳ-７７",
        "１１７．７６ ",
    ):
        assert found(text) == ["POS-77"], text
    for text in ("128.01", "13:05", "没有", "%", "PO_"):
        assert found(text) == [], text
    assert till.post("sales", {"text": "x" * 201}).status_code == 422


def test_a_whole_order_number_is_found_on_a_later_day(
    client: Any, instance: Instance, clock: Any
) -> None:
    clock.advance(hours=13)
    till = PageTill(client, instance)
    sold = till.post("redeem", till.sale(order_no="W-77"), "key-1").json
    clock.advance(hours=2)
    assert till.post("sales", {"text": ""}).json["count"] == 0
    back = {"reason": "退货", "amount_fen": 2_800}
    till.post(f"redemptions/{sold['id']}/reverse", back, "key-2")
    assert till.post("sales", {"text": "W-7"}).json["count"] == 0
    (found,) = till.post("sales", {"text": "W-77"}).json["sales"]
    assert (found["id"], found["left_fen"]) == (sold["id"], 10_000)
    other = make_outlet(till.instance)
    _, key = make_terminal(till.instance, other)
    make_redemption(till.instance, till.card, key, amount_fen=9_900, order_no="W-99")
    assert till.post("sales", {"text": "W-99"}).json["count"] == 0


def test_another_outlets_sales_are_not_in_the_list(till: PageTill, client: Any) -> None:
    other = make_outlet(till.instance)
    _, key = make_terminal(till.instance, other)
    make_redemption(till.instance, till.card, key, amount_fen=9_900)
    assert till.post("sales", {"text": ""}).json["count"] == 0
    assert client.get("/till/today").json["sums"]["redemptions"] == 0


def test_the_return_form_sees_what_is_left_and_what_would_be_paid_back(till: PageTill) -> None:
    items = [
        {"name": "大米", "amount_fen": 10_000},
        {"name": "香烟", "category": "tobacco", "amount_fen": 2_800},
    ]
    sold = till.post("redeem", till.sale(items=items), "key-1").json
    path = f"redemptions/{sold['id']}"
    quoted = till.post(f"{path}/return-quote", {"items": [{"index": 1}]}).json
    assert (quoted["payable_fen"], quoted["left_fen"]) == (2_800, 10_000)
    record = till.client.get(f"/till/{path}").json
    assert [line["left_fen"] for line in record["lines"]] == [10_000, 2_800]
    assert record["reversals"] == []
    nameless = till.post(f"{path}/return-quote", {"amount_fen": 2_800})
    assert nameless.json["code"] == "return_parts_missing"
    _, other_key = make_terminal(till.instance, make_outlet(till.instance))
    elsewhere = make_redemption(till.instance, till.card, other_key, order_no="elsewhere")
    for answer in (
        till.client.get(
            f"/till/redemptions/{elsewhere['id']}", headers={"Accept": "application/json"}
        ),
        till.post(f"redemptions/{elsewhere['id']}/return-quote", {}),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "redemption_unknown")
