"""Issuing: one live copy a holder, random numbers, and what is refused."""

from __future__ import annotations

import secrets
import threading
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from huimin.cards import queries
from huimin.cards.issue import default_expiry, issue_card
from huimin.core.card_number import is_valid, make_number
from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import make_holder


def events_of(instance: Instance, card_id: str) -> list[dict[str, Any]]:
    return instance.engine.read(lambda tx: list(queries.events_of_card(tx, card_id=card_id)))


def fields_of(problems: FieldProblems) -> list[str]:
    return [problem.field for problem in problems.problems]


def test_an_issued_card_is_active_and_tells_who_and_why(instance: Instance) -> None:
    card = make_card(instance, actor="staff:li", reason="申请已通过")
    assert card["state"] == "active"
    assert is_valid(card["number"]) and card["number"].startswith("512022")
    assert card["issued_on"] == "2026-10-31" and card["expires_on"] == "2029-10-31"
    (event,) = events_of(instance, card["id"])
    assert (event["event"], event["actor"], event["reason"]) == ("issued", "staff:li", "申请已通过")
    assert event["recorded_at"] == "2026-10-31T02:00:00.000Z"


def test_numbers_and_copy_ids_do_not_follow_each_other(instance: Instance) -> None:
    cards = [make_card(instance) for _ in range(5)]
    serials = sorted(int(card["number"][6:15]) for card in cards)
    assert all(later - earlier > 1 for earlier, later in pairwise(serials))
    assert len({card["copy_id"] for card in cards}) == 5


def test_a_second_live_copy_is_refused_and_leaves_no_trace(instance: Instance) -> None:
    card = make_card(instance)
    with pytest.raises(FieldProblems) as caught:
        make_card(instance, card["holder_id"])
    assert fields_of(caught.value) == ["holder"]
    cards = instance.engine.read(
        lambda tx: list(queries.cards_of_holder(tx, holder_id=card["holder_id"]))
    )
    assert [row["id"] for row in cards] == [card["id"]]


def test_eight_issues_at_once_make_one_card(instance: Instance) -> None:
    holder_id = make_holder(instance)["id"]
    gate, made, refused = threading.Barrier(8), [], []

    def issue() -> None:
        gate.wait()
        try:
            made.append(make_card(instance, holder_id))
        except FieldProblems as problems:
            refused.append(problems)

    threads = [threading.Thread(target=issue) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(made), len(refused)) == (1, 7)
    rows = instance.engine.read(lambda tx: list(queries.cards_of_holder(tx, holder_id=holder_id)))
    assert [row["id"] for row in rows] == [made[0]["id"]]


def test_a_number_that_is_taken_is_drawn_again(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_card(instance)
    serials = iter([int(first["number"][6:15]), 123456789])
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(serials))
    assert make_card(instance)["number"] == make_number(123456789, "512022")


def test_a_card_that_has_run_out_does_not_stand_in_the_way(instance: Instance, clock: Any) -> None:
    old = make_card(instance, expires_on="2026-10-31")
    clock.advance(seconds=2 * 86_400)
    new = make_card(instance, old["holder_id"])
    states = instance.engine.read(
        lambda tx: [row["state"] for row in queries.cards_of_holder(tx, holder_id=old["holder_id"])]
    )
    assert sorted(states) == ["active", "expired"] and new["id"] != old["id"]
    assert [event["event"] for event in events_of(instance, old["id"])] == ["issued", "expired"]


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "长" * 201}, "reason"),
        ({"reason": "a\0b"}, "reason"),
        ({"expires_on": "2026-10-30"}, "expires_on"),
        ({"expires_on": "31.10.2029"}, "expires_on"),
        ({"expires_on": date(2099, 1, 1)}, "expires_on"),
    ],
)
def test_bad_input_names_its_field(instance: Instance, over: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldProblems) as caught:
        make_card(instance, **over)
    assert fields_of(caught.value) == [field]


def test_an_unknown_holder_gets_no_card(instance: Instance) -> None:
    with pytest.raises(FieldProblems) as caught:
        make_card(instance, "01900000-0000-7000-8000-000000000000")
    assert fields_of(caught.value) == ["holder"]


def test_a_failure_after_the_issue_takes_the_card_back(instance: Instance) -> None:
    holder_id = make_holder(instance)["id"]

    def work(tx: Any) -> None:
        issue_card(
            tx, holder_id=holder_id, key_id=1, now=instance.clock(), actor="test", reason="发卡"
        )
        raise LookupError

    with pytest.raises(LookupError):
        instance.engine.write(work)
    assert not instance.engine.read(
        lambda tx: list(queries.cards_of_holder(tx, holder_id=holder_id))
    )


def test_default_expiry_of_a_leap_day() -> None:
    assert default_expiry(date(2028, 2, 29), 3) == date(2031, 2, 28)
    assert default_expiry(date(2026, 10, 31), 3) - date(2026, 10, 31) == timedelta(days=1096)
