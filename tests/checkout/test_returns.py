"""What comes back of a sale with parts: by line, by excluded and insured sum, on both engines."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from huimin.access.terminal_keys import terminal_of_key
from huimin.instance import Instance
from huimin.ledger.append import append_reversal, lock_returned
from huimin.ledger.prove import verify_chains
from huimin.ledger.read import row_by_id
from huimin.ledger.returns import sums_of
from huimin.ledger.rollups import check_rollups
from huimin.policies.in_force import terms_by_id
from tests.making.pro_rata import pro_rata
from tests.making.till import ApiTill, make_till

GOODS = [
    {"name": "大米", "amount_fen": 10_300},
    {"name": "香烟", "category": "tobacco", "amount_fen": 2_500},
    {"name": "食用油", "amount_fen": 7_200},
]


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={})


def sell(till: ApiTill, **over: Any) -> dict[str, Any]:
    answer = till.redeem(amount_fen=20_000, items=GOODS, **over)
    assert answer.status_code == 201
    return answer.json


def record(till: ApiTill, redemption_id: str) -> dict[str, Any]:
    return till.get(f"/redemptions/{redemption_id}").json


@pytest.mark.both_engines
def test_a_line_comes_back_at_what_was_paid_for_it(till: ApiTill) -> None:
    sold = sell(till)
    assert sold["discount_fen"] == 1_400
    tobacco = till.reverse(sold["id"], "b1", items=[{"index": 1}])
    assert tobacco.status_code == 201
    assert (tobacco.json["payable_fen"], tobacco.json["discount_fen"]) == (2_500, 0)
    assert tobacco.json["excluded_fen"] == 2_500
    part = till.reverse(sold["id"], "b2", items=[{"index": 2, "amount_fen": 3_600}]).json
    assert (part["payable_fen"], part["discount_fen"], part["left_fen"]) == (3_312, 288, 13_900)
    assert part["lines"] == [
        {
            "index": 2,
            "name": "食用油",
            "amount_fen": 3_600,
            "discount_fen": 288,
            "payable_fen": 3_312,
        }
    ]
    now = record(till, sold["id"])
    assert [line["left_fen"] for line in now["lines"]] == [10_300, 0, 3_600]
    assert now["left"] == {"amount_fen": 13_900, "excluded_fen": 0, "insurance_fen": 0}
    assert now["net"]["discount_fen"] == 1_112
    rest = till.reverse(sold["id"], "b3").json
    assert [line["index"] for line in rest["lines"]] == [0, 2]
    assert set(record(till, sold["id"])["net"].values()) == {0}
    assert till.reverse(sold["id"], "b4", items=[{"index": 0}]).json["code"] == "already_reversed"
    till.instance.engine.read(proven)


def proven(tx: Any) -> None:
    assert verify_chains(tx) == []
    assert check_rollups(tx) == []


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"amount_fen": 2_500}, "return_parts_missing", None),
        ({"amount_fen": 2_500, "excluded_fen": 2_500}, "return_parts_missing", None),
        ({"amount_fen": 20_001}, "reversal_too_large", None),
        ({"items": [{"index": 1, "amount_fen": 2_501}]}, "reversal_too_large", None),
        ({"items": []}, "invalid_input", "items"),
        ({"items": [{"index": 3}]}, "invalid_input", "items.0.index"),
        ({"items": [{"index": -1}]}, "invalid_input", "items.0.index"),
        ({"items": [{"index": 0}, {"index": 0}]}, "invalid_input", "items.1.index"),
        ({"items": [{"index": 0, "amount_fen": 0}]}, "invalid_input", "items.0.amount_fen"),
        ({"items": [{"index": 0}], "amount_fen": 10_299}, "invalid_input", "amount_fen"),
        ({"items": [{"index": 1}], "excluded_fen": 0}, "invalid_input", "excluded_fen"),
        ({"excluded_fen": 2_500}, "invalid_input", "amount_fen"),
    ],
)
def test_a_part_that_is_not_named_well_takes_nothing(
    till: ApiTill, body: dict[str, Any], code: str, field: str | None
) -> None:
    sold = sell(till)
    refused = till.reverse(sold["id"], "b1", **body)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert [problem["field"] for problem in refused.json["errors"]] == ([field] if field else [])
    assert till.ledger_rows() == 1
    # The key is free again, and what was meant can be said.
    assert till.reverse(sold["id"], "b1", items=[{"index": 1}]).status_code == 201


def test_the_till_is_told_kindly_what_to_name(till: ApiTill) -> None:
    refused = till.reverse(sell(till)["id"], "b1", amount_fen=2_500).json
    assert "退的是哪几行商品" in refused["detail"]
    assert refused["cashier_message"] == "请把要退的商品给我看一下，我按您当时实付的金额退。"


@pytest.mark.parametrize("body", [{}, {"excluded_fen": 2_500}, {"insurance_fen": 0}])
def test_all_of_a_sale_needs_no_names(till: ApiTill, body: dict[str, int]) -> None:
    sold = sell(till)
    assert till.reverse(sold["id"], "b1", amount_fen=20_000, **body).json["payable_fen"] == 18_600


def test_an_excluded_sum_comes_back_as_it_was_paid(till: ApiTill) -> None:
    sold = till.redeem(excluded_fen=2_800).json
    assert sold["discount_fen"] == 800
    nameless = till.reverse(sold["id"], "b1", amount_fen=2_800)
    assert (nameless.status_code, nameless.json["code"]) == (422, "return_parts_missing")
    too_much = till.reverse(sold["id"], "b2", amount_fen=2_900, excluded_fen=2_801)
    assert (too_much.json["code"], "¥28.00" in too_much.json["detail"]) == (
        "reversal_too_large",
        True,
    )
    over = till.reverse(sold["id"], "b3", amount_fen=100, excluded_fen=200)
    assert over.json["errors"][0]["field"] == "amount_fen"
    assert till.reverse(sold["id"], "b4", items=[{"index": 0}]).json["errors"][0]["field"] == (
        "items"
    )
    eligible = till.reverse(sold["id"], "b5", amount_fen=5_000, excluded_fen=0).json
    assert (eligible["discount_fen"], eligible["payable_fen"]) == (400, 4_600)
    excluded = till.reverse(sold["id"], "b6", amount_fen=2_800, excluded_fen=2_800).json
    assert (excluded["discount_fen"], excluded["payable_fen"]) == (0, 2_800)
    # Nothing excluded is left to be told apart.
    assert till.reverse(sold["id"], "b7", amount_fen=1_000).json["payable_fen"] == 920
    assert till.reverse(sold["id"], "b8").json["payable_fen"] == 3_680


@pytest.mark.both_engines
def test_an_insured_sum_is_named_too(client: Any, instance: Instance) -> None:
    till = make_till(client, instance, policy={}, kind="hospital")
    sold = till.redeem(amount_fen=100_000, insurance_fen=70_000).json
    nameless = till.reverse(sold["id"], "b1", amount_fen=10_000)
    assert nameless.json["code"] == "return_parts_missing"
    back = till.reverse(sold["id"], "b2", amount_fen=10_000, insurance_fen=7_000).json
    assert (back["discount_fen"], back["insurance_fen"]) == (240, 7_000)
    # A line of a hospital's bill comes back with the part of the insurance that was its own.
    lines = [{"name": "检查", "amount_fen": 60_000}, {"name": "药", "amount_fen": 40_000}]
    billed = till.redeem(amount_fen=100_000, insurance_fen=70_000, items=lines).json
    medicine = till.reverse(billed["id"], "b3", items=[{"index": 1}]).json
    assert (medicine["insurance_fen"], medicine["discount_fen"]) == (28_000, 960)


def test_the_minimum_counts_as_met(client: Any, instance: Instance) -> None:
    till = make_till(client, instance, policy={"minimum_spend_fen": 10_000})
    sold = till.redeem(amount_fen=12_000).json
    assert till.reverse(sold["id"], "b1", amount_fen=9_000).json["discount_fen"] == 720


@pytest.mark.parametrize("cap", ["cap_redemption_fen", "cap_card_day_fen", "cap_card_month_fen"])
def test_a_capped_discount_goes_only_where_the_rest_no_longer_earns_it(
    client: Any, instance: Instance, cap: str
) -> None:
    till = make_till(client, instance, policy={cap: 1_000, "merchant_share_bp": 2_500})
    sold = till.redeem(amount_fen=25_000).json
    assert sold["discount_fen"] == 1_000
    assert till.reverse(sold["id"], "b1", amount_fen=12_500).json["discount_fen"] == 0
    assert till.reverse(sold["id"], "b2", amount_fen=2_500).json["discount_fen"] == 200
    rows = till.get("/statements/2026-10-31").json["rows"]
    assert [row["merchant_share_fen"] for row in rows] == [250, 0, -50]
    # What went back can be had again by the same card.
    remaining = till.post("/cards/verify", {"card": till.card["token"]}).json["remaining"]
    assert remaining[cap.removeprefix("cap_")] == (1_000 if cap == "cap_redemption_fen" else 200)


@pytest.mark.both_engines
def test_rows_in_proportion_stay_and_the_rest_comes_to_zero(till: ApiTill) -> None:
    sold = sell(till)
    instance = till.instance

    def as_version_1(tx: Any) -> None:
        """Write the row that the old program wrote: it says nothing about its parts."""
        original = row_by_id(tx, sold["id"])
        assert original is not None
        returned = lock_returned(tx, sold["id"])
        append_reversal(
            tx,
            original,
            pro_rata(sums_of(original), returned, 5_000),
            terms=terms_by_id(tx, original["policy_id"]),
            terminal=terminal_of_key(tx, till.key),
            reason="退货",
            cashier=None,
            staff_id=None,
            now=instance.clock(),
        )

    instance.engine.write(as_version_1)
    now = record(till, sold["id"])
    assert now["reversals"][0]["lines"] == []
    assert now["left"]["amount_fen"] == sum(line["left_fen"] for line in now["lines"]) == 15_000
    back = till.reverse(sold["id"], "b1", items=[{"index": 1}]).json
    assert (back["amount_fen"], back["discount_fen"]) == (1_875, 0)
    till.reverse(sold["id"], "b2")
    assert set(record(till, sold["id"])["net"].values()) == {0}
    instance.engine.read(proven)


def test_the_same_key_with_another_part_is_refused(till: ApiTill) -> None:
    sold = sell(till)
    first = till.reverse(sold["id"], "b1", items=[{"index": 0}])
    assert till.reverse(sold["id"], "b1", items=[{"index": 0}]).json == first.json
    other = till.reverse(sold["id"], "b1", items=[{"index": 2}])
    assert other.json["code"] == "idempotency_mismatch"


def test_the_ledger_row_says_which_lines(till: ApiTill) -> None:
    sold = sell(till)
    back = till.reverse(sold["id"], "b1", items=[{"index": 2}]).json
    row = till.instance.engine.read(lambda tx: row_by_id(tx, back["id"]))
    assert row is not None
    assert json.loads(row["detail_json"])["returned"] == back["lines"]


@pytest.mark.both_engines
def test_a_coupon_comes_back_with_the_goods_it_lowered(till: ApiTill) -> None:
    goods = [
        {"name": "大米", "category": "food", "amount_fen": 5_000},
        {"name": "满减券", "category": "food", "amount_fen": -800},
        {"name": "食用油", "category": "food", "amount_fen": 3_000},
        {"name": "香烟", "category": "tobacco", "amount_fen": 2_500},
    ]
    sold = till.redeem(amount_fen=9_700, items=goods).json
    assert sold["discount_fen"] == 576
    alone = till.reverse(sold["id"], "b1", items=[{"index": 1}])
    assert (alone.status_code, alone.json["errors"][0]["field"]) == (422, "items")
    priced = till.reverse(sold["id"], "b1", items=[{"index": 0}, {"index": 1, "amount_fen": 500}])
    assert priced.json["errors"][0]["field"] == "items.1.amount_fen"
    rice = till.reverse(sold["id"], "b1", items=[{"index": 0}, {"index": 1}]).json
    # The rice was 50.00 less its part of the coupon, 5.00; 8 % of that was given.
    assert (rice["amount_fen"], rice["discount_fen"], rice["payable_fen"]) == (4_500, 360, 4_140)
    assert [(line["name"], line["amount_fen"]) for line in rice["lines"]] == [
        ("大米", 5_000),
        ("满减券", -500),
    ]
    now = record(till, sold["id"])
    assert [line["left_fen"] for line in now["lines"]] == [0, -300, 3_000, 2_500]
    assert now["left"]["amount_fen"] == 5_200
    till.reverse(sold["id"], "b2", items=[{"index": 2, "amount_fen": 1_500}])
    rest = till.reverse(sold["id"], "b3").json
    assert sum(line["amount_fen"] for line in rest["lines"]) == rest["amount_fen"]
    assert set(record(till, sold["id"])["net"].values()) == {0}
    till.instance.engine.read(proven)


def test_the_slip_and_the_public_proof_show_the_lines(till: ApiTill) -> None:
    sold = sell(till)
    back = till.reverse(
        sold["id"], "b1", items=[{"index": 0, "amount_fen": 5_150}, {"index": 1}]
    ).json
    path = f"/redemptions/{back['id']}/receipt"
    slip = till.get(path, Accept="application/json").json
    assert [(line["name"], line["amount_fen"]) for line in slip["lines"]] == [
        ("大米", 5_150),
        ("香烟", 2_500),
    ]
    text = till.get(path, Accept="text/plain").text
    for pattern in (r"大米\s+51\.50", r"香烟\s+25\.00", r"退货（按原价）\s+76\.50"):
        assert re.search(pattern, text)
    assert re.search(r"其中不参加优惠\s+25\.00", text) and re.search(r"其中收回优惠\s+4\.12", text)
    assert "食用油" not in text
    printed = till.get(path, Accept="application/vnd.escpos").get_data()
    assert "大米".encode("gb18030") in printed
    for row in (sold, back):
        page = till.client.get(f"/r/{row['receipt_no']}/{row['chain']['hash'][:16]}").text
        assert "大米" in page and "¥51.50" in page and "食用油" not in page


@pytest.mark.both_engines
def test_a_line_that_two_tills_return_at_once_comes_back_once(app: Any, till: ApiTill) -> None:
    sold = sell(till)
    path = f"/api/v1/redemptions/{sold['id']}/reversals"
    body = {"items": [{"index": 0}], "reason": "顾客退货"}

    def back(number: int) -> int:
        headers = till.headers(**{"Idempotency-Key": f"at-once-{number}"})
        return int(app.test_client().post(path, json=body, headers=headers).status_code)

    with ThreadPoolExecutor(4) as tills:
        answers = sorted(tills.map(back, range(4)))
    assert answers == [201, 422, 422, 422]
    assert record(till, sold["id"])["left"]["amount_fen"] == 9_700
