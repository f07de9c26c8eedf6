"""A claim over the POS API: recorded once, for a real card, an order without discount, near."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.cards.change_state import report_lost, suspend_card
from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.making.claims import file_claim
from tests.making.till import ApiTill, make_till


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={})


def lose(instance: Instance, card: dict[str, Any], how: Any = report_lost) -> None:
    act = {"card_id": card["id"], "now": instance.clock(), "actor": "test", "reason": "测试"}
    instance.engine.write(lambda tx: how(tx, **act))


@pytest.mark.both_engines
@pytest.mark.parametrize("how", [report_lost, suspend_card])
def test_after_a_refusal_the_purchase_is_put_down(till: ApiTill, how: Any) -> None:
    lose(till.instance, till.card, how)
    refused = till.redeem(order_no="A-1")
    code = refused.json["code"]
    answer = file_claim(
        till,
        order_no="A-1",
        refusal_code=code,
        cashier="收银员03",
        excluded_fen=800,
        note="忘带新卡",
    )
    assert answer.status_code == 201
    claim = answer.json
    assert (claim["state"], claim["source"], claim["refusal_code"]) == (
        "submitted",
        "refusal",
        code,
    )
    assert (claim["amount_fen"], claim["excluded_fen"]) == (12_800, 800)
    assert claim["business_day"] == "2026-10-31" and claim["redemption"] is None
    assert claim["claim_no"].startswith("261031") and len(claim["claim_no"]) == 12
    assert "黄" not in answer.text and till.card["number"] not in answer.text
    assert till.get(f"/claims/{claim['id']}").json == claim
    assert till.get(f"/claims/{claim['claim_no']}").json == claim
    assert till.ledger_rows() == 0


def test_a_retry_is_the_same_claim(till: ApiTill) -> None:
    first = file_claim(till, "one", order_no="A-1")
    again = file_claim(till, "one", order_no="A-1")
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert file_claim(till, "one", order_no="A-2").json["code"] == "idempotency_mismatch"
    other = file_claim(till, "two", order_no="A-1")
    assert (other.status_code, other.json["code"]) == (409, "claim_exists")
    assert first.json["claim_no"] in other.json["detail"]


def test_an_order_with_a_discount_is_not_claimed(till: ApiTill) -> None:
    assert till.redeem(order_no="A-1").status_code == 201
    assert file_claim(till, order_no="A-1").json["code"] == "order_exists"


def test_a_forgotten_card_is_claimed_within_the_days(till: ApiTill) -> None:
    for day, status in (
        ("2026-10-31", 201),
        ("2026-10-01", 201),
        ("2026-09-30", 422),
        ("2026-11-01", 422),
        ("2026-02-30", 422),
    ):
        answer = file_claim(till, occurred_on=day, card=till.card["number"])
        assert answer.status_code == status, (day, answer.text)
        if status == 201:
            assert (answer.json["source"], answer.json["business_day"]) == ("missed", day)
        else:
            assert answer.json["errors"][0]["field"] == "occurred_on"


def test_what_is_no_claim_is_refused_by_field(till: ApiTill) -> None:
    for over, field in (
        ({"excluded_fen": 12_801}, "excluded_fen"),
        ({"insurance_fen": 100}, "insurance_fen"),
        ({"refusal_code": "order_exists"}, "refusal_code"),
        ({"refusal_code": "nonsense"}, "refusal_code"),
        ({"amount_fen": 0}, "amount_fen"),
        ({"amount_fen": 1.5}, "amount_fen"),
        ({"order_no": "a\nb"}, "order_no"),
        ({"unknown": 1}, "unknown"),
    ):
        answer = file_claim(till, **over)
        assert answer.status_code == 422, over
        assert answer.json["errors"][0]["field"] == field


def test_a_card_that_nobody_has_is_no_claim(till: ApiTill) -> None:
    assert file_claim(till, card="5120220000000000").json["code"] in (
        "card_unknown",
        "card_number_wrong",
    )
    forged = till.card["token"][:-3] + "123"
    assert file_claim(till, card=forged).status_code == 422


def test_another_outlet_s_claim_does_not_exist(
    till: ApiTill, client: Any, instance: Instance
) -> None:
    claim = file_claim(till).json
    other = make_till(client, instance)
    number = claim["claim_no"]
    wide = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for wanted in (claim["id"].upper(), f"{number[:6]} {number[6:]}", wide):
        assert till.get(f"/claims/{wanted}").json["id"] == claim["id"]
    for wanted in (claim["id"], claim["claim_no"], "nothing"):
        answer = other.get(f"/claims/{wanted}")
        assert (answer.status_code, answer.json["code"]) == (404, "claim_unknown")


def test_filing_is_audited_without_a_name(till: ApiTill) -> None:
    claim = file_claim(till).json
    (event,) = till.instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT * FROM audit_event WHERE subject_kind = 'claim'"
        ).fetchall()
    )
    assert event["action"] == "claim.submitted"
    assert event["actor"] == f"terminal:{till.terminal['code']}"
    assert claim["claim_no"] in event["new_json"] and "黄" not in event["new_json"]


def test_the_day_is_the_county_s(till: ApiTill, clock: FixedClock) -> None:
    clock.advance(hours=13, minutes=59)  # 23:59 in the county
    assert file_claim(till).json["business_day"] == "2026-10-31"
    clock.advance(minutes=2)
    assert file_claim(till).json["business_day"] == "2026-11-01"
