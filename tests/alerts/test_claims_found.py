"""Approving a claim writes a row of an earlier day: alerts judge that day, not the decision."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.claims.decide import approve_claim
from huimin.instance import Instance
from tests.alerts.test_found_at_the_till import alerts, sell, till_elsewhere, told
from tests.making.claims import file_claim
from tests.making.till import ApiTill, make_till

DAY = "2026-10-31"


@pytest.fixture
def till(client: Any, instance: Instance) -> ApiTill:
    return make_till(client, instance, policy={"cap_redemption_fen": 10_000})


def approve(till: ApiTill, clock: Any, claim: Any) -> None:
    assert claim.status_code == 201, claim.json
    act = {"reason": "", "now": clock(), "actor": "li"}
    till.instance.engine.write(lambda tx: approve_claim(tx, claim.json["id"], **act))


def test_the_night_it_is_decided_in_is_nobody_s_deed(till: ApiTill, clock: Any) -> None:
    other = till_elsewhere(till)
    clock.advance(hours=2)
    sell(other)  # at noon in another town: the instant that a claim of an earlier day is given
    clock.advance(days=1)
    claim = file_claim(till, occurred_on=DAY)
    clock.advance(hours=15)
    approve(till, clock, claim)
    assert till.ledger_rows() == 2
    assert told(till.instance) == []
    clock.advance(minutes=5)
    sell(other)  # at three in the night, minutes after the decision about the first town
    assert told(till.instance) == [("off_hours", 1)]


def test_many_uses_of_one_day_are_an_alert_of_that_day(till: ApiTill, clock: Any) -> None:
    for _ in range(2):
        sell(till, 5_111, cashier="王敏")
        clock.advance(minutes=70)
    clock.advance(days=2)
    for _ in range(2):
        approve(till, clock, file_claim(till, occurred_on=DAY, amount_fen=5_111, cashier="王敏"))
    (alert,) = alerts(till.instance)
    assert (alert["rule"], alert["rows"], alert["business_day"]) == ("repeated_card", 4, DAY)
    assert (alert["cashier"], alert["card_id"]) == ("王敏", till.card["id"])
    sell(till, 5_111, cashier="王敏")
    assert told(till.instance) == [("repeated_card", 4)]


def test_what_was_refused_within_an_hour_is_one_split_sale(till: ApiTill, clock: Any) -> None:
    first = file_claim(till, amount_fen=100_111)
    clock.advance(minutes=30)
    second = file_claim(till, amount_fen=100_111)
    clock.advance(days=2)
    approve(till, clock, first)
    approve(till, clock, second)
    (alert,) = alerts(till.instance)
    assert (alert["rule"], alert["rows"], alert["business_day"]) == ("split_sale", 2, DAY)


def test_hours_that_nobody_kept_are_not_called_one_hour(till: ApiTill, clock: Any) -> None:
    clock.advance(hours=2, minutes=20)
    sell(till, 100_111)
    clock.advance(days=1)
    for _ in range(2):
        approve(till, clock, file_claim(till, occurred_on=DAY, amount_fen=100_111))
    assert told(till.instance) == []


def test_a_claim_between_does_not_hide_a_run_of_even_amounts(till: ApiTill, clock: Any) -> None:
    cards = [make_till(till.client, till.instance).card for _ in range(4)]
    clock.advance(days=1)
    for number, card in enumerate(cards):
        sell(till, 10_000, card=card["token"], presented_by=card["holder_id"])
        if number == 1:
            approve(till, clock, file_claim(till, occurred_on=DAY, amount_fen=12_345))
        clock.advance(minutes=2)
    assert told(till.instance) == [("round_amounts", 4)]
    assert alerts(till.instance)[0]["business_day"] == "2026-11-01"


def test_claims_of_even_amounts_are_a_run_of_their_own(till: ApiTill, clock: Any) -> None:
    cards = [make_till(till.client, till.instance).card for _ in range(4)]
    clock.advance(days=1)
    for number, card in enumerate(cards):
        claim = file_claim(till, card=card["token"], occurred_on=DAY, amount_fen=10_000)
        approve(till, clock, claim)
        sell(till, 12_345, card=card["token"], presented_by=card["holder_id"])
        assert told(till.instance) == ([("round_amounts", 4)] if number == 3 else [])
    assert alerts(till.instance)[0]["business_day"] == DAY
