"""The POS API as a merchant's system meets it, on both engines: the good ways."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import Any

import pytest

from huimin.audit.lookups import LookupLog
from huimin.instance import Instance
from tests.making.merchants import make_terminal
from tests.making.till import ApiTill, make_till


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={})


def test_a_terminal_is_told_who_it_is(till: ApiTill) -> None:
    told = till.get("/terminal").json
    assert told["outlet"]["kind"] == "supermarket"
    assert told["policy"]["label"] == "九二折（优惠 8%）"
    assert told["business_day"] == "2026-10-31"


def test_verify_tells_masked_names_and_never_why(till: ApiTill) -> None:
    answer = till.post("/cards/verify", {"card": till.card["token"]})
    assert answer.status_code == 200
    assert answer.json["card"]["number"] == till.card["number"]
    assert [person["name_masked"] for person in answer.json["may_present"]] == ["黄*平", "张*梅"]
    assert [person["relation"] for person in answer.json["may_present"]] == ["本人", "女儿"]
    for secret in ("黄筱平", "张小梅", "dibao", "低保", "card_id"):
        assert secret not in answer.text


def test_a_card_is_found_by_its_number_and_by_its_address(till: ApiTill) -> None:
    spaced = " ".join(till.card["number"][i : i + 4] for i in range(0, 16, 4))
    for text in (spaced, f"HTTPS://HUIMIN.EXAMPLE/C/{till.card['token']}"):
        answer = till.post("/cards/verify", {"card": text})
        assert answer.json["card"]["number"] == till.card["number"]


def test_a_look_is_recorded(till: ApiTill) -> None:
    till.post("/cards/verify", {"card": till.card["token"]})
    till.post("/cards/verify", {"card": "9" * 40})
    till.instance.part(LookupLog).flush()
    rows = till.instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT card_id, outcome FROM card_lookup ORDER BY id"
        ).fetchall()
    )
    assert [(row["card_id"], row["outcome"]) for row in rows] == [
        (till.card["id"], "found"),
        (None, "card_signature_invalid"),
    ]


def test_a_quote_is_explained_and_leaves_no_trace(till: ApiTill) -> None:
    items = [
        {"name": "大米", "amount_fen": 10_300, "quantity": 1},
        {"name": "香烟", "category": "tobacco", "amount_fen": 2_500, "quantity": 1},
    ]
    body = {"card": till.card["token"], "amount_fen": 12_800, "items": items}
    told = till.post("/quotes", body).json
    assert (told["discount_fen"], told["payable_fen"], told["excluded_fen"]) == (824, 11_976, 2_500)
    assert told["explanation"] == [
        "原价 ¥128.00。",
        "香烟 ¥25.00 不参加优惠。",
        "¥103.00 按九二折优惠 ¥8.24。",
        "实付 ¥119.76。",
    ]
    assert [line["discount_fen"] for line in told["lines"]] == [824, 0]
    english = till.post("/quotes", body, **{"Accept-Language": "en-GB,en;q=0.9"}).json
    assert english["explanation"][-1] == "Please pay ¥119.76."
    assert till.ledger_rows() == 0


@pytest.mark.both_engines
def test_a_redemption_is_recorded_and_found_again(till: ApiTill) -> None:
    answer = till.redeem(cashier="王丽")
    assert answer.status_code == 201
    given = answer.json
    assert given["discount_fen"] == 1_024
    assert given["payable_fen"] + given["discount_fen"] == given["amount_fen"]
    assert given["chain"]["sequence"] == 1
    found = till.get(f"/redemptions/{given['id']}").json
    by_order = till.get(f"/redemptions?order_no={given['order_no']}").json
    assert found == by_order
    assert found["net"]["discount_fen"] == 1_024
    assert found["cashier"] == "王丽"
    assert found["explanation"] == given["explanation"]
    # With a step of its own, which does not follow from the sums.
    special = till.redeem("key-2", order_no="A2", excluded_fen=2_800).json
    found = till.get("/redemptions?order_no=A2").json
    assert len(found["explanation"]) > 3 and found["explanation"] == special["explanation"]


def test_the_same_key_gives_the_first_answer_again(till: ApiTill) -> None:
    body = till.body()
    first = till.post("/redemptions", body, "key-1")
    again = till.post("/redemptions", body, "key-1")
    assert again.status_code == 201
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert till.ledger_rows() == 1


def test_the_same_key_with_another_body_is_refused(till: ApiTill) -> None:
    till.post("/redemptions", till.body(), "key-1")
    other = till.post("/redemptions", till.body(), "key-1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_mismatch")
    assert till.ledger_rows() == 1


def test_a_key_belongs_to_its_terminal(till: ApiTill) -> None:
    till.post("/redemptions", till.body(), "key-1")
    _, key = make_terminal(till.instance, till.outlet)
    other = ApiTill(till.client, till.instance, till.outlet, {}, key, till.card, till.serial)
    assert other.post("/redemptions", other.body(), "key-1").status_code == 201


@pytest.mark.both_engines
def test_a_refused_request_frees_its_key(till: ApiTill) -> None:
    body = till.body()
    refused = till.post("/redemptions", {**body, "identity_checked": False}, "key-1")
    assert refused.json["code"] == "identity_unchecked"
    assert till.post("/redemptions", body, "key-1").status_code == 201


def test_an_order_is_redeemed_once(till: ApiTill) -> None:
    assert till.redeem("key-1", order_no="A1").status_code == 201
    again = till.redeem("key-2", order_no="A1")
    assert (again.status_code, again.json["code"]) == (409, "order_exists")
    assert "A1" in again.json["detail"]


@pytest.mark.both_engines
def test_a_reversal_takes_back_everything(till: ApiTill) -> None:
    given = till.redeem().json
    back = till.reverse(given["id"], "back-1")
    assert back.status_code == 201
    assert (back.json["amount_fen"], back.json["payable_fen"]) == (12_800, 11_776)
    assert till.get(f"/redemptions/{given['id']}").json["net"] == {
        "amount_fen": 0,
        "discount_fen": 0,
        "payable_fen": 0,
    }
    again = till.reverse(given["id"], "back-2")
    assert (again.status_code, again.json["code"]) == (409, "already_reversed")


def test_parts_that_return_everything_net_to_zero(till: ApiTill) -> None:
    given = till.redeem(amount_fen=10_001).json
    for number, part in enumerate((3_333, 3_333, 3_335)):
        assert till.reverse(given["id"], f"b{number}", amount_fen=part).status_code == 201
    record = till.get(f"/redemptions/{given['id']}").json
    assert set(record["net"].values()) == {0}
    assert len(record["reversals"]) == 3


def test_a_reversal_can_not_exceed_what_is_left(till: ApiTill) -> None:
    given = till.redeem().json
    till.reverse(given["id"], "b1", amount_fen=10_000)
    too_much = till.reverse(given["id"], "b2", amount_fen=2_801)
    assert (too_much.status_code, too_much.json["code"]) == (422, "reversal_too_large")
    assert "¥28.00" in too_much.json["detail"]


def test_a_repeated_reversal_happens_once(till: ApiTill) -> None:
    given = till.redeem().json
    first = till.reverse(given["id"], "b1", amount_fen=1_000)
    again = till.reverse(given["id"], "b1", amount_fen=1_000)
    assert first.json == again.json
    assert till.ledger_rows() == 2


@pytest.mark.both_engines
def test_a_cap_is_exact_and_given_back(client: Any, instance: Instance) -> None:
    till = make_till(client, instance, policy={"cap_card_day_fen": 1_500})
    first = till.redeem().json
    second = till.redeem().json
    assert (first["discount_fen"], second["discount_fen"]) == (1_024, 476)
    assert second["caps"] == ["card_day"]
    third = till.redeem()
    assert (third.status_code, third.json["code"]) == (422, "cap_reached")
    till.reverse(first["id"], "b1")
    verified = till.post("/cards/verify", {"card": till.card["token"]}).json
    assert verified["remaining"]["card_day_fen"] == 1_024
    assert till.redeem().json["discount_fen"] == 1_024


def test_another_outlets_redemption_is_not_there(
    till: ApiTill, client: Any, instance: Instance
) -> None:
    given = till.redeem().json
    other = make_till(client, instance)
    for answer in (
        other.get(f"/redemptions/{given['id']}"),
        other.get(f"/redemptions?order_no={given['order_no']}"),
        other.reverse(given["id"], "b1"),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "redemption_unknown")


def test_a_hospital_counts_what_the_patient_pays(client: Any, instance: Instance) -> None:
    till = make_till(client, instance, policy={}, kind="hospital")
    given = till.redeem(amount_fen=100_000, insurance_fen=70_000).json
    assert (given["eligible_fen"], given["discount_fen"]) == (30_000, 2_400)
    assert given["explanation"][-1] == "其中个人支付 ¥276.00。"


@pytest.mark.both_engines
def test_the_day_adds_up_and_proves_itself(till: ApiTill) -> None:
    first = till.redeem(cashier="=1+1").json
    till.redeem()
    till.reverse(first["id"], "b1", amount_fen=2_800)
    day = till.get("/statements/2026-10-31").json
    assert day["sums"]["redemptions"] == 2
    assert day["sums"]["amount_fen"] == 22_800
    content = json.dumps(day["rows"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert day["sha256"] == hashlib.sha256(content.encode()).hexdigest()
    sheet = till.get("/statements/2026-10-31", Accept="text/csv")
    assert sheet.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(sheet.get_data(as_text=True).lstrip("\ufeff"))))
    assert sum(int(row["payable_fen"]) for row in rows) == day["sums"]["payable_fen"]
    assert rows[0]["cashier"] == "'=1+1"
    assert till.get("/statements/2026-10-30").json["rows"] == []
