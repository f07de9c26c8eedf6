"""Every legal change of a card's state works and is recorded; every other one is refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from huimin.cards.change_state import (
    expire_due,
    replace_card,
    report_lost,
    resume_card,
    revoke_card,
    suspend_card,
)
from huimin.cards.events import queries
from huimin.core.days import county_day
from huimin.core.refusals import FieldProblems, Refusal
from huimin.house import House
from tests.making.cards import make_card

CHANGES: dict[str, Callable[..., dict[str, Any]]] = {
    "suspended": suspend_card,
    "lost": report_lost,
    "resumed": resume_card,
    "revoked": revoke_card,
}
LEGAL = {
    ("active", "suspended"): "suspended",
    ("active", "lost"): "lost",
    ("active", "revoked"): "revoked",
    ("suspended", "lost"): "lost",
    ("suspended", "resumed"): "active",
    ("suspended", "revoked"): "revoked",
    ("lost", "resumed"): "active",
    ("lost", "revoked"): "revoked",
}
ROAD_TO: dict[str, list[str]] = {
    "active": [],
    "suspended": ["suspended"],
    "lost": ["lost"],
    "revoked": ["revoked"],
}


def change(house: House, event: str, card_id: str, **over: Any) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "card_id": card_id,
        "now": house.clock(),
        "actor": "staff:wang",
        "reason": "测试",
        **over,
    }
    return house.engine.write(lambda tx: CHANGES[event](tx, **wanted))


def replace(house: House, card_id: str) -> dict[str, Any]:
    return house.engine.write(
        lambda tx: replace_card(
            tx,
            card_id=card_id,
            key_id=house.key_ring.active_key_id,
            now=house.clock(),
            actor="staff:wang",
            reason="卡片损坏",
        )
    )


def card_row(house: House, card_id: str) -> dict[str, Any]:
    row: dict[str, Any] = house.engine.read(lambda tx: queries.card_by_id(tx, id=card_id))
    return row


def event_names(house: House, card_id: str) -> list[str]:
    return house.engine.read(
        lambda tx: [row["event"] for row in queries.events_of_card(tx, card_id=card_id)]
    )


@pytest.mark.parametrize(("state", "event"), list(itertools.product(ROAD_TO, CHANGES)))
def test_each_change_from_each_state(house: House, state: str, event: str) -> None:
    card_id = make_card(house)["id"]
    for step in ROAD_TO[state]:
        change(house, step, card_id)
    before = event_names(house, card_id)
    if (state, event) in LEGAL:
        assert change(house, event, card_id)["state"] == LEGAL[state, event]
        assert event_names(house, card_id) == [*before, event]
    else:
        with pytest.raises(FieldProblems) as caught:
            change(house, event, card_id)
        assert caught.value.problems[0].field == "card"
        assert card_row(house, card_id)["state"] == state
        assert event_names(house, card_id) == before


def test_a_change_tells_who_and_why(house: House) -> None:
    card_id = make_card(house)["id"]
    change(house, "lost", card_id, reason="  电话挂失  ", actor="staff:zhao")
    last = house.engine.read(lambda tx: list(queries.events_of_card(tx, card_id=card_id)))[-1]
    assert (last["event"], last["actor"], last["reason"]) == ("lost", "staff:zhao", "电话挂失")


def test_a_change_without_a_reason_is_refused(house: House) -> None:
    card_id = make_card(house)["id"]
    with pytest.raises(FieldProblems):
        change(house, "revoked", card_id, reason=" ")
    assert card_row(house, card_id)["state"] == "active"


def test_an_unknown_card_is_refused(house: House) -> None:
    with pytest.raises(Refusal) as caught:
        change(house, "lost", "no such card")
    assert caught.value.code == "card_unknown"


@pytest.mark.parametrize("state", ["active", "lost"])
def test_replacing_stops_the_old_copy_and_issues_a_new_one(house: House, state: str) -> None:
    old = make_card(house)
    for step in ROAD_TO[state]:
        change(house, step, old["id"])
    new = replace(house, old["id"])
    assert card_row(house, old["id"])["state"] == "replaced"
    assert new["state"] == "active" and new["holder_id"] == old["holder_id"]
    assert new["number"] != old["number"] and new["copy_id"] != old["copy_id"]
    assert event_names(house, old["id"])[-1] == "replaced"
    assert event_names(house, new["id"]) == ["issued"]


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_a_suspended_or_ended_card_is_not_replaced(house: House, state: str) -> None:
    card = make_card(house)
    change(house, state, card["id"])
    with pytest.raises(FieldProblems):
        replace(house, card["id"])
    rows = house.engine.read(
        lambda tx: list(queries.cards_of_holder(tx, holder_id=card["holder_id"]))
    )
    assert [row["state"] for row in rows] == [state]


def test_replacing_twice_makes_one_new_card(house: House) -> None:
    old = make_card(house)
    replace(house, old["id"])
    with pytest.raises(FieldProblems):
        replace(house, old["id"])


def test_a_revoked_holder_may_get_a_new_card(house: House) -> None:
    old = make_card(house)
    change(house, "revoked", old["id"])
    assert make_card(house, old["holder_id"])["state"] == "active"


def test_a_failed_new_copy_leaves_the_old_one_alone(house: House) -> None:
    old = make_card(house)
    with pytest.raises(FieldProblems):
        house.engine.write(
            lambda tx: replace_card(
                tx,
                card_id=old["id"],
                key_id=1,
                now=house.clock(),
                actor="test",
                reason="卡片损坏",
                expires_on="2020-01-01",
            )
        )
    assert card_row(house, old["id"])["state"] == "active"


def test_expiry_takes_live_cards_after_their_last_day_only(house: House, clock: Any) -> None:
    ends_today = make_card(house, expires_on="2026-10-31")
    suspended = make_card(house, expires_on="2026-10-31")
    revoked = make_card(house, expires_on="2026-10-31")
    later = make_card(house, expires_on="2026-11-01")
    change(house, "suspended", suspended["id"])
    change(house, "revoked", revoked["id"])

    def run() -> list[str]:
        now = house.clock()
        rows = house.engine.write(lambda tx: expire_due(tx, county_day(now), now=now))
        return sorted(row["id"] for row in rows)

    assert run() == []
    clock.advance(seconds=86_400)
    assert run() == sorted([ends_today["id"], suspended["id"]])
    assert run() == []
    assert card_row(house, revoked["id"])["state"] == "revoked"
    assert card_row(house, later["id"])["state"] == "active"
    assert event_names(house, ends_today["id"]) == ["issued", "expired"]
