"""What a holder asks of the office: once, answered once; what was not theirs is taken back, and the
row stays. On both engines."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest

from huimin.core.refusals import FieldProblems, Refusal
from huimin.holders.working_days import package_working_days
from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.my.answer import answer_request
from huimin.my.left import saved_by, what_is_left
from huimin.my.purchases import purchase_of
from huimin.my.requests import (
    ask_correction,
    dispute_purchase,
    due_on,
    request_in,
    request_of_holder,
    requests_of_holder,
)
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_terminal
from tests.making.office import OTHER_TOWN, TOWN
from tests.making.policies import make_policy
from tests.making.sales import make_redemption, make_reversal

WORDS = "那天我在医院，没有去过这家店。"
DAYS = package_working_days()


class Bought:
    """Somebody with a card with which something was bought."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        make_policy(instance, cap_card_day_fen=2_000, cap_card_month_fen=10_000)
        _terminal, self.key = make_terminal(instance)
        self.card = make_card(instance)
        self.holder_id: str = self.card["holder_id"]
        self.sale_id: str = make_redemption(instance, self.card, self.key)["id"]

    def by(self, actor: str = "") -> Any:
        return {"now": self.instance.clock(), "actor": actor or f"holder:{self.holder_id}"}

    def dispute(self, words: str = WORDS, holder_id: str = "") -> dict[str, Any]:
        secrets, holder = self.instance.personal_data, holder_id or self.holder_id
        said: Any = {"words": words, "working_days": DAYS, **self.by()}
        return self.instance.engine.write(
            lambda tx: dispute_purchase(tx, secrets, holder, self.sale_id, **said)
        )

    def correct(self, about: str = "phone", words: str = "电话换了") -> dict[str, Any]:
        secrets = self.instance.personal_data
        said: Any = {"about": about, "words": words, "working_days": DAYS, **self.by()}
        return self.instance.engine.write(
            lambda tx: ask_correction(tx, secrets, self.holder_id, **said)
        )

    def answer(self, request_id: str, verdict: str, **over: Any) -> dict[str, Any]:
        given: Any = {
            "answer": "查过了，谢谢您。",
            "within": None,
            "staff_id": None,
            "settings": self.instance.settings,
            **self.by("li"),
            **over,
        }
        secrets = self.instance.personal_data
        return self.instance.engine.write(
            lambda tx: answer_request(tx, secrets, request_id, verdict=verdict, **given)
        )

    def read(self, work: Any, *args: Any) -> Any:
        return self.instance.engine.read(lambda tx: work(tx, *args))

    def own(self, request_id: str) -> dict[str, Any]:
        secrets = self.instance.personal_data
        found: dict[str, Any] = self.read(request_of_holder, secrets, self.holder_id, request_id)
        return found


@pytest.fixture
def bought(instance: Instance) -> Bought:
    return Bought(instance)


def test_what_was_not_theirs_is_taken_back_and_the_row_stays(bought: Bought) -> None:
    before = bought.read(purchase_of, bought.holder_id, bought.sale_id)
    asked = bought.dispute()
    assert asked["state"] == "open" and asked["due_on"] == "2026-11-10"
    assert WORDS not in str(asked), "what was said is not in clear in the row"
    assert bought.own(asked["id"])["words"] == WORDS
    left = bought.read(what_is_left, bought.holder_id, bought.instance.clock())[0]
    assert (left.day_fen, left.month_fen) == (2_000 - 1_024, 10_000 - 1_024)

    answered = bought.answer(asked["id"], "accepted")
    own = bought.own(asked["id"])
    assert (own["state"], own["answer"]) == ("accepted", "查过了，谢谢您。")
    assert answered["reversal_id"] and own["purchase"]["left_fen"] == 0
    told = bought.read(
        lambda tx: tx.connection.execute("SELECT kind, fact, holder_id FROM message").fetchall()
    )
    assert [tuple(row.values()) for row in map(dict, told)] == [
        ("dispute_answered", asked["id"], bought.holder_id)
    ]
    after = bought.read(purchase_of, bought.holder_id, bought.sale_id)
    for name in ("amount_fen", "discount_fen", "payable_fen", "receipt_no", "hash"):
        assert after[name] == before[name], "the row stays as it is"
    assert after["returned_discount_fen"] == 1_024 and after["request_state"] == "accepted"
    left = bought.read(what_is_left, bought.holder_id, bought.instance.clock())[0]
    assert (left.day_fen, left.month_fen) == (2_000, 10_000), "what was used is given back"
    saved = bought.read(saved_by, bought.holder_id, bought.instance.clock())
    assert (saved["month_fen"], saved["all_fen"], saved["purchases"]) == (0, 0, 1)
    assert bought.read(verify_chains) == [] and bought.read(check_rollups) == []


def test_what_goes_back_later_is_taken_from_the_month_of_its_purchase(
    bought: Bought, clock: FixedClock
) -> None:
    clock.advance(days=5)
    now = clock()
    assert bought.read(saved_by, bought.holder_id, now)["month_fen"] == 0
    bought.answer(bought.dispute()["id"], "accepted")
    saved = bought.read(saved_by, bought.holder_id, now)
    assert (saved["month_fen"], saved["all_fen"]) == (0, 0), "no month saved less than nothing"


def test_a_till_that_was_switched_off_since_does_not_stand_in_the_way(bought: Bought) -> None:
    asked = bought.dispute()
    bought.instance.engine.write(
        lambda tx: tx.connection.execute("UPDATE terminal SET state = 'disabled'")
    )
    assert bought.answer(asked["id"], "accepted")["reversal_id"]


def test_whoever_asks_twice_has_asked_once(bought: Bought) -> None:
    first = bought.dispute()
    assert bought.dispute("再说一次")["id"] == first["id"]
    assert bought.own(first["id"])["words"] == WORDS
    corrections = {bought.correct()["id"], bought.correct(words="又按了一次")["id"]}
    assert len(corrections) == 1
    assert bought.correct("address", "搬到镇上了")["id"] not in corrections
    secrets = bought.instance.personal_data
    assert len(bought.read(requests_of_holder, secrets, bought.holder_id)) == 3
    bought.answer(*corrections, "declined")
    assert bought.correct()["id"] not in corrections, "what was answered may be asked again"
    bought.answer(first["id"], "declined")
    assert bought.dispute()["id"] == first["id"], "a purchase is disputed once"


def test_two_presses_at_once_are_one_dispute(bought: Bought) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(bought.dispute()["id"])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
    raised = bought.read(
        lambda tx: tx.connection.execute(
            "SELECT * FROM audit_event WHERE action = 'holder_request.raised'"
        ).fetchall()
    )
    assert [row["actor"] for row in raised] == [f"holder:{bought.holder_id}"]


def test_it_is_answered_once_and_not_by_whoever_raised_it(bought: Bought) -> None:
    asked = bought.dispute()
    with pytest.raises(FieldProblems, match="请写明答复"):
        bought.answer(asked["id"], "accepted", answer=" ")
    with pytest.raises(FieldProblems, match="另一位管理员"):
        bought.answer(asked["id"], "accepted", actor=f"holder:{bought.holder_id}")
    assert bought.own(asked["id"])["state"] == "open"
    bought.answer(asked["id"], "declined")
    with pytest.raises(FieldProblems, match="已经由同事答复"):
        bought.answer(asked["id"], "accepted")
    assert bought.own(asked["id"])["purchase"]["returned_fen"] == 0


def test_what_was_given_back_meanwhile_needs_no_reversal(bought: Bought) -> None:
    asked = bought.dispute()
    make_reversal(bought.instance, bought.sale_id, bought.key)
    answered = bought.answer(asked["id"], "accepted")
    assert answered["state"] == "accepted" and answered["reversal_id"] is None


def test_what_was_given_back_wholly_is_not_asked_about(bought: Bought) -> None:
    make_reversal(bought.instance, bought.sale_id, bought.key)
    with pytest.raises(FieldProblems, match="全部退掉"):
        bought.dispute()


def test_of_another_person_nothing_is_there(bought: Bought) -> None:
    other = make_holder(bought.instance)
    with pytest.raises(Refusal, match="not_found"):
        bought.dispute(holder_id=other["id"])
    asked, secrets = bought.dispute(), bought.instance.personal_data
    for work, args in (
        (purchase_of, (other["id"], bought.sale_id)),
        (request_of_holder, (secrets, other["id"], asked["id"])),
    ):
        with pytest.raises(Refusal, match="not_found"):
            bought.read(work, *args)
    with pytest.raises(Refusal, match="not_found"):
        bought.answer(asked["id"], "declined", within=OTHER_TOWN)
    within = bought.instance.engine.read(
        lambda tx: request_in(tx, secrets, asked["id"], within=TOWN)
    )
    assert within["sale"]["amount_fen"] == 12_800 and within["words"] == WORDS


def test_words_are_asked_for_and_have_an_end(bought: Bought) -> None:
    with pytest.raises(FieldProblems, match="请写明"):
        bought.correct(words=" ")
    with pytest.raises(FieldProblems, match="请选一样"):
        bought.correct(about="kind")
    with pytest.raises(FieldProblems, match="最多 500"):
        bought.dispute("长" * 501)
    assert bought.dispute("")["words_cipher"] is None


def test_an_answer_is_due_after_working_days() -> None:
    # The eight days of the National Day are not counted, the Saturday worked for them is.
    assert due_on(date(2026, 9, 30), DAYS) == due_on(date(2026, 10, 7), DAYS)
    assert due_on(date(2026, 10, 30), DAYS) == date(2026, 11, 10)


@pytest.mark.parametrize("verdict", ["accepted", "declined"])
def test_an_answered_correction_is_told_once(bought: Bought, verdict: str) -> None:
    asked = bought.correct()
    bought.answer(asked["id"], verdict)
    with pytest.raises(FieldProblems):
        bought.answer(asked["id"], verdict)
    told = bought.read(
        lambda tx: tx.connection.execute("SELECT kind, fact, holder_id FROM message").fetchall()
    )
    assert [tuple(row.values()) for row in map(dict, told)] == [
        ("dispute_answered", asked["id"], bought.holder_id)
    ]
