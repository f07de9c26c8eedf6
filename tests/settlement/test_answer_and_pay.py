"""A settlement's way: confirmed by manager or time, disputed and answered, paid in parts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
from huimin.settlement.answer import answer_dispute, close_due, confirm, dispute
from huimin.settlement.check import check_settlements
from huimin.settlement.find_settlements import settlement_of, whole_settlement
from huimin.settlement.pay import record_payment, take_back_payment
from tests.conftest import FixedClock
from tests.settlement.county import OCTOBER, close_month, make_county, reopen_month


class Desk:
    """The October settlement of a merchant that is owed 8 yuan, and what people do with it."""

    def __init__(self, instance: Instance, clock: FixedClock) -> None:
        self.instance, self.clock = instance, clock
        self.county = make_county(instance, merchant_share_bp=0)
        self.county.sell(0, 0, 6_000)
        self.county.sell(1, 1, 4_000)
        (self.row,) = close_month(instance, OCTOBER)
        assert self.row["due_fen"] == 800

    def confirm(self) -> Any:
        return self.instance.engine.write(
            lambda tx: confirm(
                tx,
                self.row["id"],
                merchant_id=self.row["merchant_id"],
                now=self.clock(),
                actor="manager",
            )
        )

    def dispute(self, **texts: str) -> Any:
        return self.instance.engine.write(
            lambda tx: dispute(
                tx,
                self.row["id"],
                {int(name.removeprefix("line")): text for name, text in texts.items()},
                merchant_id=self.row["merchant_id"],
                now=self.clock(),
                actor="manager",
            )
        )

    def answer(self, dispute_id: str, outcome: str = "explained", answer: str = "核对无误") -> Any:
        return self.instance.engine.write(
            lambda tx: answer_dispute(
                tx,
                self.row["id"],
                dispute_id,
                outcome=outcome,
                answer=answer,
                now=self.clock(),
                actor="li",
            )
        )

    def pay(self, amount_fen: int, reference: str = "B1", on: date | None = None) -> Any:
        return self.instance.engine.write(
            lambda tx: record_payment(
                tx,
                self.row["id"],
                amount_fen=amount_fen,
                paid_on=on or date(2026, 10, 31),
                bank_reference=reference,
                now=self.clock(),
                actor="li",
            )
        )

    def take_back(self, payment_id: str, reason: str = "记错了") -> Any:
        return self.instance.engine.write(
            lambda tx: take_back_payment(
                tx, self.row["id"], payment_id, reason=reason, now=self.clock(), actor="li"
            )
        )

    def now(self) -> Any:
        return self.instance.engine.read(
            lambda tx: settlement_of(tx, self.row["id"], merchant_id=None)
        )

    def whole(self) -> Any:
        return self.instance.engine.read(
            lambda tx: whole_settlement(tx, self.row["id"], merchant_id=None)
        )

    def ties(self) -> bool:
        return self.instance.engine.read(lambda tx: check_settlements(tx, OCTOBER)) == []


@pytest.fixture
def desk(instance: Instance, clock: FixedClock) -> Desk:
    return Desk(instance, clock)


def test_the_manager_confirms_once(desk: Desk) -> None:
    confirmed = desk.confirm()
    assert (confirmed["state"], confirmed["confirmed_how"]) == ("confirmed", "manager")
    assert confirmed["confirmed_on"] == "2026-10-31"
    with pytest.raises(Refusal, match="settlement_not_open"):
        desk.confirm()
    with pytest.raises(Refusal, match="settlement_not_open"):
        desk.dispute(line1="不对")


def test_the_last_day_still_counts_and_the_next_confirms_by_itself(
    desk: Desk, clock: FixedClock
) -> None:
    clock.advance(days=7)
    assert desk.instance.engine.write(lambda tx: close_due(tx, now=clock())) == []
    clock.advance(days=1)
    for late in (desk.confirm, lambda: desk.dispute(line1="不对")):
        with pytest.raises(Refusal, match="settlement_time_passed"):
            late()
    (row,) = desk.instance.engine.write(lambda tx: close_due(tx, now=clock()))
    assert (row["state"], row["confirmed_how"]) == ("confirmed", "time")
    assert row["confirmed_on"] == "2026-11-08"
    assert desk.instance.engine.write(lambda tx: close_due(tx, now=clock())) == []
    assert desk.whole()["events"][-1]["action"] == "settlement.confirmed_by_time"


def test_a_payment_does_not_wait_for_the_job_that_confirms(desk: Desk, clock: FixedClock) -> None:
    with pytest.raises(Refusal, match="settlement_not_confirmed"):
        desk.pay(100)
    clock.advance(days=20)
    assert desk.pay(100)["paid_fen"] == 100
    assert desk.now()["confirmed_on"] == "2026-11-08"


def test_disputes_stop_the_clock_until_all_are_answered(desk: Desk, clock: FixedClock) -> None:
    assert desk.dispute(line1="少了一笔", line2="比例不对")["state"] == "disputed"
    with pytest.raises(FieldProblems, match="已经提出过异议"):
        desk.dispute(line1="再说一次")
    with pytest.raises(Refusal, match="settlement_not_open"):
        desk.confirm()
    clock.advance(days=30)
    assert desk.instance.engine.write(lambda tx: close_due(tx, now=clock())) == []
    first, second = desk.whole()["disputes"]
    assert desk.answer(first["id"])["state"] == "disputed"
    with pytest.raises(Refusal, match="dispute_answered"):
        desk.answer(first["id"])
    opened = desk.answer(second["id"], "upheld", "下月补记")
    assert (opened["state"], opened["confirm_by"]) == ("open", "2026-12-07")
    told = {one["line_no"]: (one["state"], one["answer"]) for one in desk.whole()["disputes"]}
    assert told == {1: ("explained", "核对无误"), 2: ("upheld", "下月补记")}
    # The same line may be disputed again after an answer that does not convince.
    assert desk.dispute(line1="还是不对")["state"] == "disputed"


@pytest.mark.parametrize("text", ["", "   ", "长" * 501, "一\x00二"])
def test_a_dispute_and_its_answer_say_something(desk: Desk, text: str) -> None:
    with pytest.raises(FieldProblems):
        desk.dispute(line1=text)
    desk.dispute(line1="少了一笔")
    (one,) = desk.whole()["disputes"]
    with pytest.raises(FieldProblems):
        desk.answer(one["id"], answer=text)
    with pytest.raises(FieldProblems):
        desk.answer(one["id"], outcome="maybe")


def test_what_is_of_no_line_or_of_nobody_is_not_found(desk: Desk) -> None:
    with pytest.raises(Refusal, match="not_found"):
        desk.dispute(line9="不对")
    with pytest.raises(Refusal, match="not_found"):
        desk.answer("0")
    desk.confirm()
    with pytest.raises(Refusal, match="not_found"):
        desk.take_back("0")
    desk.row = {**desk.row, "merchant_id": desk.county.outlets[3]["merchant_id"]}
    for act in (desk.confirm, lambda: desk.dispute(line1="不对")):
        with pytest.raises(Refusal, match="not_found"):
            act()


def test_parts_add_up_and_never_exceed_what_is_due(desk: Desk) -> None:
    desk.confirm()
    assert desk.pay(300)["state"] == "confirmed"
    for wrong in (501, 0, -1):
        with pytest.raises(FieldProblems, match=r"5\.00"):
            desk.pay(wrong, "B2")
    with pytest.raises(FieldProblems, match="流水号已经登记"):
        desk.pay(100, "B1")
    for day in (date(2026, 9, 30), date(2026, 11, 1)):
        with pytest.raises(FieldProblems, match="付款日期"):
            desk.pay(100, "B2", day)
    with pytest.raises(FieldProblems):
        desk.pay(100, "  ")
    assert desk.pay(500, "B2")["state"] == "paid"
    assert desk.now()["unpaid_fen"] == 0
    assert desk.ties()


def test_two_who_pay_at_once_pay_once(desk: Desk) -> None:
    desk.confirm()

    def pay(number: int) -> bool:
        try:
            desk.pay(800, f"B{number}")
        except FieldProblems:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(pay, range(4))) == [False, False, False, True]
    assert desk.now()["paid_fen"] == 800 and len(desk.whole()["payments"]) == 1
    assert desk.ties()


def test_a_wrong_payment_is_taken_back_by_another_row_once(desk: Desk) -> None:
    desk.confirm()
    desk.pay(800)
    (wrong,) = desk.whole()["payments"]
    with pytest.raises(FieldProblems):
        desk.take_back(wrong["id"], " ")
    assert desk.take_back(wrong["id"])["state"] == "confirmed"
    with pytest.raises(Refusal, match="payment_taken_back"):
        desk.take_back(wrong["id"])
    back = desk.whole()["payments"][1]
    assert (back["amount_fen"], back["takes_back_id"], back["reason"]) == (
        -800,
        wrong["id"],
        "记错了",
    )
    with pytest.raises(Refusal, match="payment_taken_back"):
        desk.take_back(back["id"])
    # The same reference is free again for the right amount.
    assert desk.pay(700)["paid_fen"] == 700
    assert desk.ties()


def test_the_next_version_counts_what_was_paid(desk: Desk) -> None:
    desk.confirm()
    desk.pay(800)
    reopen_month(desk.instance, OCTOBER)
    with pytest.raises(Refusal, match="settlement_not_confirmed"):
        desk.pay(1, "B2")
    desk.county.sell(2, 0, 5_000)
    (desk.row,) = close_month(desk.instance, OCTOBER, "close-2")
    assert (desk.row["due_fen"], desk.row["paid_before_fen"], desk.row["paid_fen"]) == (
        1_200,
        800,
        800,
    )
    assert desk.confirm()["state"] == "confirmed"
    assert desk.now()["unpaid_fen"] == 400
    with pytest.raises(FieldProblems, match="流水号已经登记"):
        desk.pay(400)
    assert desk.pay(400, "B2")["state"] == "paid"
    first = desk.whole()["payments"][0]
    assert first["version"] == 1
    assert desk.take_back(first["id"])["paid_fen"] == 400
    assert desk.ties()


def test_what_was_paid_in_full_already_is_paid_once_confirmed(desk: Desk) -> None:
    desk.confirm()
    desk.pay(800)
    reopen_month(desk.instance, OCTOBER)
    (desk.row,) = close_month(desk.instance, OCTOBER, "close-2")
    assert desk.row["state"] == "open"
    assert desk.confirm()["state"] == "paid"


def test_what_was_paid_too_much_goes_to_the_next_month(desk: Desk, clock: FixedClock) -> None:
    desk.confirm()
    desk.pay(800)
    reopen_month(desk.instance, OCTOBER)
    desk.county.take_back(0)
    (desk.row,) = close_month(desk.instance, OCTOBER, "close-2")
    assert (desk.row["due_fen"], desk.row["carried_fen"]) == (320, -480)
    assert desk.confirm()["state"] == "paid"
    assert desk.ties()
    clock.advance(days=3)
    desk.county.sell(2, 0, 10_000)
    (november,) = close_month(desk.instance, "2026-11", "close-3")
    assert (november["carried_in_fen"], november["due_fen"]) == (-480, 320)
