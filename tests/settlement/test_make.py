"""Making settlements: to the fen the month's report; what is negative is carried on."""

from __future__ import annotations

import pytest

from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.reports.monthly import monthly_report
from huimin.settlement.check import check_settlements
from huimin.settlement.find_settlements import settlement_of, whole_settlement
from huimin.settlement.make import make_settlements
from tests.conftest import FixedClock
from tests.making.policies import make_policy
from tests.settlement.county import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    close_month,
    make_county,
    reopen_month,
)


def check(instance: Instance, month: str) -> list[str]:
    return [
        finding.say() for finding in instance.engine.read(lambda tx: check_settlements(tx, month))
    ]


def test_each_merchant_gets_one_and_together_they_are_the_report(instance: Instance) -> None:
    county = make_county(instance)
    county.sell(0, 0, 12_800)
    county.sell(1, 1, 9_999)
    county.take_back(0, 5_000)
    county.sell(2, 3, 777)
    made = close_month(instance, OCTOBER)
    assert [row["number"] for row in made] == ["JS202610-001", "JS202610-002"]
    own, other = made
    assert (own["redemptions"], own["reversals"]) == (2, 1)
    # 8% of 7,800 and of 9,999; the county bears what is left of 66.67%.
    assert own["amount_fen"] == 7_800 + 9_999
    assert own["due_fen"] == own["government_share_fen"] > 0
    assert other["amount_fen"] == 777
    total = instance.engine.read(lambda tx: monthly_report(tx, OCTOBER)).total
    for name in ("amount_fen", "discount_fen", "merchant_share_fen", "government_share_fen"):
        assert sum(row[name] for row in made) == getattr(total, name)
    assert check(instance, OCTOBER) == []
    whole = instance.engine.read(lambda tx: whole_settlement(tx, own["id"], merchant_id=None))
    assert [line["outlet_name"] for line in whole["lines"]] == ["南门超市", "东街药店"]
    line = whole["lines"][0]
    assert (line["policy_code"], line["policy_version"], line["rate_bp"]) == ("jiuerzhe", 1, 800)
    assert (line["merchant_share_bp"], line["government_share_bp"]) == (6_667, 3_333)
    assert own["confirm_by"] == "2026-11-07" and own["state"] == "open"
    assert [event["action"] for event in whole["events"]] == ["settlement.made"]


def test_another_merchant_s_does_not_exist(instance: Instance) -> None:
    county = make_county(instance)
    county.sell(0, 0, 12_800)
    county.sell(0, 3, 12_800)
    own, other = close_month(instance, OCTOBER)
    for wrong, asked in ((own, other), (other, own)):
        with pytest.raises(Refusal, match="not_found"):
            instance.engine.read(
                lambda tx, wrong=wrong, asked=asked: settlement_of(
                    tx, asked["id"], merchant_id=wrong["merchant_id"]
                )
            )


def test_two_versions_of_a_policy_are_two_lines(instance: Instance, clock: FixedClock) -> None:
    county = make_county(instance)
    clock.now = clock.now.replace(day=10)
    county.sell(0, 0, 10_000)
    make_policy(instance, starts_on="2026-10-20", rate_bp=1_000, merchant_share_bp=5_000)
    clock.advance(days=15)
    county.sell(0, 0, 10_000)
    (row,) = close_month(instance, OCTOBER)
    lines = instance.engine.read(lambda tx: whole_settlement(tx, row["id"], merchant_id=None))[
        "lines"
    ]
    assert [(line["policy_version"], line["rate_bp"], line["discount_fen"]) for line in lines] == [
        (1, 800, 800),
        (2, 1_000, 1_000),
    ]
    assert [line["government_share_fen"] for line in lines] == [267, 500]
    assert check(instance, OCTOBER) == []


def test_adjustments_are_shown_apart_and_counted_once(
    instance: Instance, clock: FixedClock
) -> None:
    county = make_county(instance)
    county.sell(0, 0, 10_000)
    county.sell(0, 3, 10_000)
    close_month(instance, OCTOBER)
    clock.advance(days=3)
    county.take_back(0, 5_000)
    county.sell(1, 0, 20_000)
    made = close_month(instance, NOVEMBER, "close-2")
    (row,) = made
    assert row["amount_fen"] == 15_000
    whole = instance.engine.read(lambda tx: whole_settlement(tx, row["id"], merchant_id=None))
    (adjustment,) = whole["adjustments"]
    assert (adjustment["adjusts_month"], adjustment["amount_fen"]) == (OCTOBER, -5_000)
    assert sum(line["amount_fen"] for line in whole["lines"]) == 15_000
    assert check(instance, NOVEMBER) == [] == check(instance, OCTOBER)


def test_a_negative_sum_is_carried_to_the_next(instance: Instance, clock: FixedClock) -> None:
    county = make_county(instance, merchant_share_bp=0)
    county.sell(0, 0, 10_000)
    (october,) = close_month(instance, OCTOBER)
    assert october["due_fen"] == 800
    clock.advance(days=3)
    county.take_back(0)
    (november,) = close_month(instance, NOVEMBER, "close-2")
    assert (november["due_fen"], november["carried_fen"]) == (-800, -800)
    clock.advance(days=30)
    county.sell(1, 0, 30_000)
    (december,) = close_month(instance, DECEMBER, "close-3")
    assert (december["government_share_fen"], december["carried_in_fen"]) == (2_400, -800)
    assert (december["due_fen"], december["carried_fen"]) == (1_600, 0)
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        assert check(instance, month) == []


def test_a_month_is_settled_once_and_anew_when_it_was_reopened(
    instance: Instance, clock: FixedClock
) -> None:
    county = make_county(instance)
    county.sell(0, 0, 10_000)
    (first,) = close_month(instance, OCTOBER)
    with pytest.raises(Refusal, match="settlement_exists"):
        instance.engine.write(
            lambda tx: make_settlements(
                tx, OCTOBER, close_id="close-1", now=clock(), actor="approver"
            )
        )
    (void,) = reopen_month(instance, OCTOBER)
    assert (void["state"], void["void_reason"], void["id"]) == ("voided", "漏了一天", first["id"])
    assert check(instance, OCTOBER) == ["2026-10 还没有结算单。"]
    county.sell(1, 0, 5_000)
    (second,) = close_month(instance, OCTOBER, "close-2")
    assert (second["number"], second["version"]) == ("JS202610-001-2", 2)
    assert second["amount_fen"] == 15_000
    assert check(instance, OCTOBER) == []


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_line_that_was_changed_is_found(instance: Instance) -> None:
    county = make_county(instance)
    county.sell(0, 0, 10_000)
    close_month(instance, OCTOBER)
    instance.engine.write(
        lambda tx: tx.connection.execute(
            "UPDATE settlement SET government_share_fen = government_share_fen + 1,"
            " discount_fen = discount_fen + 1, due_fen = due_fen + 1"
        )
    )
    found = check(instance, OCTOBER)
    assert any("月报表" in sentence for sentence in found)
    assert any("各行合计" in sentence for sentence in found)
    assert any("指纹" in sentence for sentence in found)
