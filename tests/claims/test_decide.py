"""A decision: the discount of the claim's own day, given once, by another person than filed it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huimin.cards.change_state import report_lost, suspend_card
from huimin.claims.assess import look_at_claim
from huimin.claims.decide import approve_claim, reject_claim
from huimin.claims.find_claims import claim_in
from huimin.core.discount import Basket, Usage, quote
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.claims import file_claim
from tests.making.holders import make_holder
from tests.making.policies import make_policy
from tests.making.till import ApiTill, make_till


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance)


def approve(
    instance: Instance, claim_id: str, reason: str = "", actor: str = "li"
) -> dict[str, Any]:
    return instance.engine.write(
        lambda tx: approve_claim(tx, claim_id, reason=reason, now=instance.clock(), actor=actor)
    )


def reject(instance: Instance, claim_id: str, reason: str, actor: str = "li") -> dict[str, Any]:
    return instance.engine.write(
        lambda tx: reject_claim(tx, claim_id, reason=reason, now=instance.clock(), actor=actor)
    )


def refusal_of(instance: Instance, claim_id: str, **over: Any) -> str:
    with pytest.raises(Refusal) as why:
        approve(instance, claim_id, **over)
    return why.value.code


def events(instance: Instance, claim_id: str) -> list[tuple[str, str, str | None]]:
    rows = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT * FROM audit_event ORDER BY id").fetchall()
    )
    return [
        (row["action"], row["actor"], row["reason"])
        for row in rows
        if row["subject_id"] == claim_id
    ]


@pytest.mark.both_engines
def test_an_approved_claim_is_a_redemption_of_its_day(till: ApiTill, clock: FixedClock) -> None:
    instance = till.instance
    make_policy(instance)
    claim = file_claim(till, cashier="收银员03", presented_by="family_member").json
    filed_at = claim["occurred_at"]
    clock.advance(days=3)
    row = approve(instance, claim["id"])
    assert (row["kind"], row["channel"], row["order_no"]) == (
        "redemption",
        "claim",
        claim["order_no"],
    )
    assert (row["occurred_at"], row["business_day"], row["month"]) == (
        filed_at,
        "2026-10-31",
        "2026-10",
    )
    assert row["recorded_at"] == "2026-11-03T02:00:00.000Z"
    assert (row["amount_fen"], row["discount_fen"]) == (12_800, 1_024)
    assert row["presenter_kind"] == "family_member" and row["identity_checked"] == 0
    assert (row["cashier"], row["terminal_id"]) == ("收银员03", till.terminal["id"])
    told = till.get(f"/claims/{claim['id']}").json
    assert told["state"] == "approved"
    assert told["redemption"]["receipt_no"] == row["receipt_no"]
    assert told["redemption"]["discount_fen"] == 1_024
    record = till.get(f"/redemptions?order_no={claim['order_no']}").json
    assert record["channel"] == "claim"
    paper = till.get(f"/redemptions/{row['id']}/receipt?width=58", Accept="text/plain").text
    assert "补录的优惠" in paper and "补退顾客" in paper and "￥10.24" in paper
    assert instance.engine.read(verify_chains) == []
    assert instance.engine.read(check_rollups) == []
    assert events(instance, claim["id"])[-1] == ("claim.approved", "li", None)


def test_the_policy_of_the_day_decides_not_a_newer_one(till: ApiTill, clock: FixedClock) -> None:
    instance = till.instance
    make_policy(instance, cap_redemption_fen=600)
    claim = file_claim(till).json
    clock.advance(days=1)
    make_policy(instance, rate_bp=2_000, starts_on="2026-11-01")
    assert till.redeem().json["discount_fen"] == 2_560
    row = approve(instance, claim["id"])
    assert (row["policy_version"], row["rate_bp"], row["discount_fen"]) == (1, 800, 600)


def test_a_day_without_policy_can_t_be_claimed(till: ApiTill, clock: FixedClock) -> None:
    instance = till.instance
    claim = file_claim(till, refusal_code="no_policy").json
    clock.advance(days=1)
    make_policy(instance, starts_on="2026-11-01")
    assert refusal_of(instance, claim["id"]) == "no_policy"
    assert till.ledger_rows() == 0


@pytest.mark.both_engines
def test_the_caps_of_that_day_and_month_count(till: ApiTill, clock: FixedClock) -> None:
    instance = till.instance
    make_policy(instance, cap_card_day_fen=1_500, cap_card_month_fen=2_000)
    assert till.redeem().json["discount_fen"] == 1_024
    claim = file_claim(till).json
    clock.advance(days=1)  # a new day and a new month, with caps of their own
    assert till.redeem().json["discount_fen"] == 1_024
    row = approve(instance, claim["id"])
    assert row["discount_fen"] == 476
    usage = instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT period, used_fen FROM usage WHERE length(period) = 10 ORDER BY period"
        ).fetchall()
    )
    assert [(each["period"], each["used_fen"]) for each in usage] == [
        ("2026-10-31", 1_500),
        ("2026-11-01", 1_024),
    ]
    second = file_claim(till, occurred_on="2026-10-31").json
    assert refusal_of(instance, second["id"]) == "cap_reached"
    assert instance.engine.read(check_rollups) == []


@pytest.mark.parametrize("how", [suspend_card, report_lost])
def test_a_stopped_card_needs_the_administrator_s_reason(till: ApiTill, how: Any) -> None:
    instance = till.instance
    make_policy(instance)
    act = {"card_id": till.card["id"], "now": instance.clock(), "actor": "test", "reason": "测试"}
    instance.engine.write(lambda tx: how(tx, **act))
    claim = file_claim(till).json
    with pytest.raises(FieldProblems):
        approve(instance, claim["id"])
    row = approve(instance, claim["id"], reason="卡已找回，确系本人购买")
    assert row["discount_fen"] == 1_024
    assert events(instance, claim["id"])[-1] == ("claim.approved", "li", "卡已找回，确系本人购买")


def test_the_card_s_state_is_that_of_the_moment(till: ApiTill, clock: FixedClock) -> None:
    instance = till.instance
    make_policy(instance)
    claim = file_claim(till).json
    clock.advance(hours=1)
    act = {"card_id": till.card["id"], "now": instance.clock(), "actor": "test", "reason": "测试"}
    instance.engine.write(lambda tx: report_lost(tx, **act))

    def then() -> str:
        return instance.engine.read(
            lambda tx: (
                look_at_claim(tx, claim_in(tx, claim["id"], within=None), clock()).card_state_then
            )
        )

    assert then() == "active"
    assert approve(instance, claim["id"])["discount_fen"] == 1_024


def test_a_purchase_before_the_card_was_issued_needs_a_reason(till: ApiTill) -> None:
    make_policy(till.instance)
    claim = file_claim(till, occurred_on="2026-10-30").json  # the card is of the 31st
    with pytest.raises(FieldProblems):
        approve(till.instance, claim["id"])
    assert approve(till.instance, claim["id"], reason="前一张卡当时有效")["discount_fen"] == 1_024
    same_day = file_claim(till, occurred_on="2026-10-31").json
    assert approve(till.instance, same_day["id"])["discount_fen"] == 1_024


def test_whoever_is_not_entitled_that_day_gets_none(client: Any, instance: Instance) -> None:
    till = make_till(client, instance, policy={})
    till.card = make_card(instance, make_holder(instance, eligibility=None))
    claim = file_claim(till).json
    assert refusal_of(instance, claim["id"], reason="请通融") == "not_entitled"
    assert till.ledger_rows() == 0


def test_the_entitlement_is_that_of_the_purchase_s_day(
    client: Any, instance: Instance, clock: FixedClock
) -> None:
    till = make_till(client, instance, policy={})
    first, last = date(2023, 3, 1), date(2026, 10, 31)
    till.card = make_card(instance, make_holder(instance, entitled=(first, last)))
    clock.advance(days=1)
    today = file_claim(till, refusal_code="not_entitled").json
    yesterday = file_claim(till, occurred_on="2026-10-31").json
    assert refusal_of(instance, today["id"], reason="请通融") == "not_entitled"
    assert approve(instance, yesterday["id"])["eligibility"] == "dibao"


def test_an_order_that_was_redeemed_meanwhile_is_refused(till: ApiTill) -> None:
    make_policy(till.instance)
    claim = file_claim(till, order_no="A-1").json
    assert till.redeem(order_no="A-1").status_code == 201
    assert refusal_of(till.instance, claim["id"]) == "order_exists"
    reject(till.instance, claim["id"], "这一笔已经优惠过")
    assert till.get(f"/claims/{claim['id']}").json["reason"] == "这一笔已经优惠过"


def test_it_is_decided_once_and_by_another_person(till: ApiTill) -> None:
    instance = till.instance
    make_policy(instance)
    claim = file_claim(till).json
    filed_by = f"terminal:{till.terminal['code']}"
    assert refusal_of(instance, claim["id"], actor=filed_by) == "claim_own"
    approve(instance, claim["id"])
    assert refusal_of(instance, claim["id"]) == "claim_decided"
    with pytest.raises(Refusal, match="claim_decided"):
        reject(instance, claim["id"], "迟了")
    assert till.ledger_rows() == 1
    assert file_claim(till, order_no=claim["order_no"]).json["code"] == "order_exists"


def test_a_rejected_claim_says_why_and_can_be_filed_anew(till: ApiTill) -> None:
    instance = till.instance
    make_policy(instance)
    claim = file_claim(till).json
    for reason in ("", " ", "x" * 201, "a\x00b"):
        with pytest.raises(FieldProblems):
            reject(instance, claim["id"], reason)
    reject(instance, claim["id"], "金额与小票不符")
    told = till.get(f"/claims/{claim['id']}").json
    assert (told["state"], told["reason"]) == ("rejected", "金额与小票不符")
    assert events(instance, claim["id"])[-1] == ("claim.rejected", "li", "金额与小票不符")
    again = file_claim(till, order_no=claim["order_no"], amount_fen=10_000)
    assert again.status_code == 201
    assert approve(instance, again.json["id"])["discount_fen"] == 800


def test_a_claim_is_taken_back_like_any_sale(till: ApiTill, clock: FixedClock) -> None:
    instance = till.instance
    make_policy(instance, cap_card_day_fen=1_024)
    row = approve(instance, file_claim(till).json["id"])
    clock.advance(days=2)
    back = till.reverse(row["id"], "back", amount_fen=6_400)
    assert (back.status_code, back.json["discount_fen"]) == (201, 512)
    assert till.reverse(row["id"], "rest").json["left_fen"] == 0
    again = file_claim(till, occurred_on="2026-10-31").json
    assert approve(instance, again["id"])["discount_fen"] == 1_024
    assert instance.engine.read(verify_chains) == []
    assert instance.engine.read(check_rollups) == []


def test_a_missed_purchase_is_of_its_own_month(till: ApiTill, clock: FixedClock) -> None:
    make_policy(till.instance)
    clock.now = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
    row = approve(
        till.instance, file_claim(till, occurred_on="2026-10-29").json["id"], "旧卡当时有效"
    )
    assert (row["business_day"], row["month"]) == ("2026-10-29", "2026-10")
    assert row["receipt_no"].startswith("20261029")


# -- the amounts of a claim are those of a sale of that day

AMOUNTS = st.integers(1, 300_000)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    purchases=st.lists(
        st.tuples(AMOUNTS, st.integers(0, 100), st.integers(0, 2)), min_size=1, max_size=5
    )
)
def test_claims_get_what_a_sale_would_have_got(
    sqlite_instance: Instance,
    sqlite_app: Any,
    clock: FixedClock,
    purchases: list[tuple[int, int, int]],
) -> None:
    clock.now = datetime(2026, 10, 31, 2, 0, tzinfo=UTC)
    instance = sqlite_instance
    till = make_till(sqlite_app.test_client(), instance)
    caps = {"cap_card_day_fen": 6_000, "cap_card_month_fen": 10_000, "rounding_unit_fen": 10}
    terms = instance.engine.read(lambda tx: _terms(tx, till)) or make_policy(instance, **caps)
    used: dict[str, int] = {}
    month = 0
    for amount, percent, days_ago in purchases:
        day = (clock.now.date() - timedelta(days=days_ago)).isoformat()
        excluded = amount * percent // 100
        claim = file_claim(till, amount_fen=amount, excluded_fen=excluded, occurred_on=day).json
        wanted = _criteria(Basket(amount, excluded), terms, Usage(used.get(day, 0), month))
        if isinstance(wanted, str):
            assert refusal_of(instance, claim["id"]) == wanted
            continue
        row = approve(instance, claim["id"], reason="旧卡当时有效")
        assert row["discount_fen"] == wanted.discount_fen
        assert row["amount_fen"] == row["payable_fen"] + row["discount_fen"]
        assert row["merchant_share_fen"] == wanted.merchant_share_fen
        used[day] = used.get(day, 0) + wanted.discount_fen
        month += wanted.discount_fen
    assert instance.engine.read(check_rollups) == []


def _criteria(basket: Basket, terms: Any, usage: Usage) -> Any:
    """The quote, or the code of its refusal."""
    try:
        return quote(basket, terms, usage)
    except Refusal as why:
        return why.code


def _terms(tx: Any, till: ApiTill) -> Any:
    from huimin.core.days import parse_day
    from huimin.policies.in_force import in_force

    return in_force(
        tx,
        day=parse_day("2026-10-31"),
        outlet_id=till.outlet["id"],
        outlet_kind=till.outlet["kind"],
        eligibilities=("dibao",),
    )
