"""Every legal change of a card's state works and is recorded; every other one is refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from huimin.cards import queries
from huimin.cards.change_state import (
    expire_due,
    replace_card,
    report_lost,
    resume_card,
    revoke_card,
    suspend_card,
)
from huimin.core.days import county_day
from huimin.core.refusals import FieldProblems, Refusal
from huimin.instance import Instance
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


def change(instance: Instance, event: str, card_id: str, **over: Any) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "card_id": card_id,
        "now": instance.clock(),
        "actor": "staff:wang",
        "reason": "测试",
        **over,
    }
    return instance.engine.write(lambda tx: CHANGES[event](tx, **wanted))


def replace(instance: Instance, card_id: str) -> dict[str, Any]:
    return instance.engine.write(
        lambda tx: replace_card(
            tx,
            card_id=card_id,
            key_id=instance.key_ring.active_key_id,
            now=instance.clock(),
            actor="staff:wang",
            reason="卡片损坏",
        )
    )


def card_row(instance: Instance, card_id: str) -> dict[str, Any]:
    row: dict[str, Any] = instance.engine.read(lambda tx: queries.card_by_id(tx, id=card_id))
    return row


def event_names(instance: Instance, card_id: str) -> list[str]:
    return instance.engine.read(
        lambda tx: [row["event"] for row in queries.events_of_card(tx, card_id=card_id)]
    )


@pytest.mark.parametrize(("state", "event"), list(itertools.product(ROAD_TO, CHANGES)))
def test_each_change_from_each_state(instance: Instance, state: str, event: str) -> None:
    card_id = make_card(instance)["id"]
    for step in ROAD_TO[state]:
        change(instance, step, card_id)
    before = event_names(instance, card_id)
    if (state, event) in LEGAL:
        assert change(instance, event, card_id)["state"] == LEGAL[state, event]
        assert event_names(instance, card_id) == [*before, event]
    else:
        with pytest.raises(FieldProblems) as caught:
            change(instance, event, card_id)
        assert caught.value.problems[0].field == "card"
        assert card_row(instance, card_id)["state"] == state
        assert event_names(instance, card_id) == before


def test_a_change_tells_who_and_why(instance: Instance) -> None:
    card_id = make_card(instance)["id"]
    change(instance, "lost", card_id, reason="  电话挂失  ", actor="staff:zhao")
    last = instance.engine.read(lambda tx: list(queries.events_of_card(tx, card_id=card_id)))[-1]
    assert (last["event"], last["actor"], last["reason"]) == ("lost", "staff:zhao", "电话挂失")


def test_a_change_without_a_reason_is_refused(instance: Instance) -> None:
    card_id = make_card(instance)["id"]
    with pytest.raises(FieldProblems):
        change(instance, "revoked", card_id, reason=" ")
    assert card_row(instance, card_id)["state"] == "active"


def test_an_unknown_card_is_refused(instance: Instance) -> None:
    with pytest.raises(Refusal) as caught:
        change(instance, "lost", "no such card")
    assert caught.value.code == "card_unknown"


@pytest.mark.parametrize("state", ["active", "lost"])
def test_replacing_stops_the_old_copy_and_issues_a_new_one(instance: Instance, state: str) -> None:
    old = make_card(instance)
    for step in ROAD_TO[state]:
        change(instance, step, old["id"])
    new = replace(instance, old["id"])
    assert card_row(instance, old["id"])["state"] == "replaced"
    assert new["state"] == "active" and new["holder_id"] == old["holder_id"]
    assert new["number"] != old["number"] and new["copy_id"] != old["copy_id"]
    assert event_names(instance, old["id"])[-1] == "replaced"
    assert event_names(instance, new["id"]) == ["issued"]


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_a_suspended_or_ended_card_is_not_replaced(instance: Instance, state: str) -> None:
    card = make_card(instance)
    change(instance, state, card["id"])
    with pytest.raises(FieldProblems):
        replace(instance, card["id"])
    rows = instance.engine.read(
        lambda tx: list(queries.cards_of_holder(tx, holder_id=card["holder_id"]))
    )
    assert [row["state"] for row in rows] == [state]


def test_replacing_twice_makes_one_new_card(instance: Instance) -> None:
    old = make_card(instance)
    replace(instance, old["id"])
    with pytest.raises(FieldProblems):
        replace(instance, old["id"])


def test_a_revoked_holder_may_get_a_new_card(instance: Instance) -> None:
    old = make_card(instance)
    change(instance, "revoked", old["id"])
    assert make_card(instance, old["holder_id"])["state"] == "active"


def test_a_failed_new_copy_leaves_the_old_one_alone(instance: Instance) -> None:
    old = make_card(instance)
    with pytest.raises(FieldProblems):
        instance.engine.write(
            lambda tx: replace_card(
                tx,
                card_id=old["id"],
                key_id=1,
                now=instance.clock(),
                actor="test",
                reason="卡片损坏",
                expires_on="2020-01-01",
            )
        )
    assert card_row(instance, old["id"])["state"] == "active"


def test_expiry_takes_live_cards_after_their_last_day_only(instance: Instance, clock: Any) -> None:
    ends_today = make_card(instance, expires_on="2026-10-31")
    suspended = make_card(instance, expires_on="2026-10-31")
    revoked = make_card(instance, expires_on="2026-10-31")
    later = make_card(instance, expires_on="2026-11-01")
    change(instance, "suspended", suspended["id"])
    change(instance, "revoked", revoked["id"])

    def run() -> list[str]:
        now = instance.clock()
        rows = instance.engine.write(lambda tx: expire_due(tx, county_day(now), now=now))
        return sorted(row["id"] for row in rows)

    assert run() == []
    clock.advance(seconds=86_400)
    assert run() == sorted([ends_today["id"], suspended["id"]])
    assert run() == []
    assert card_row(instance, revoked["id"])["state"] == "revoked"
    assert card_row(instance, later["id"])["state"] == "active"
    assert event_names(instance, ends_today["id"]) == ["issued", "expired"]
