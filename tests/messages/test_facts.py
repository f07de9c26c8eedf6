"""Each fact is told once: an end of aid, a card that waits, a purchase; and only while it is so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from huimin.cards.hand_over import hand_over
from huimin.cards.print_log import record_run
from huimin.holders.applications import reject_application, submit_application
from huimin.holders.change_person import grant_eligibility
from huimin.holders.people import EligibilityDraft
from huimin.instance import Instance
from huimin.messages.choices import Choice, choose
from huimin.messages.facts import post_daily, post_purchases
from huimin.messages.post import tell_answered
from huimin.messages.send import send_due, send_one
from huimin.notices.send import WAITS
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.post_offices import HookOffice
from tests.making.sales import make_redemption

TODAY = date(2026, 10, 31)


def rows(instance: Instance) -> list[dict[str, Any]]:
    return instance.engine.read(
        lambda tx: [
            dict(row)
            for row in tx.connection.execute("SELECT * FROM message ORDER BY id").fetchall()
        ]
    )


def states(instance: Instance) -> list[tuple[str, str, str | None]]:
    return [(row["kind"], row["state"], row["problem"]) for row in rows(instance)]


def whose_aid_ends(instance: Instance, days: int, **over: Any) -> dict[str, Any]:
    entitled = (date(2025, 1, 1), TODAY + timedelta(days=days))
    holder = make_holder(instance, entitled=entitled, **over)
    make_card(instance, holder)
    return holder


def print_together(instance: Instance, card: dict[str, Any], layout: Any = "sheet") -> None:
    instance.engine.write(
        lambda tx: record_run(
            tx,
            [card["id"]],
            layout=layout,
            pdf_sha256="0" * 64,
            reason="测试打印",
            again=False,
            now=instance.clock(),
            actor="test",
        )
    )


def test_an_end_within_thirty_days_is_told_once_and_a_later_end_is_another(
    by_gateway: Instance, posted: Any, clock: FixedClock
) -> None:
    holder = whose_aid_ends(by_gateway, 30)
    whose_aid_ends(by_gateway, 31)
    make_holder(by_gateway, entitled=(date(2025, 1, 1), TODAY))  # without a card
    for _ in range(2):
        post_daily(by_gateway)
        send_due(by_gateway)
    (message,) = posted()
    assert message["kind"] == "entitlement_ends" and "11月30日" in message["text"]
    assert message["fields"]["date"] == "2026-11-30" and holder["name"] not in str(message)
    by_gateway.engine.write(
        lambda tx: grant_eligibility(
            tx,
            holder["id"],
            EligibilityDraft("dibao", TODAY, "测试名册", TODAY + timedelta(days=90)),
            now=by_gateway.clock(),
            actor="test",
        )
    )
    clock.advance(days=65)
    post_daily(by_gateway)
    send_due(by_gateway)
    assert [one["fields"]["date"] for one in posted()] == ["2026-11-30", "2027-01-29"]


def test_what_is_no_longer_so_when_it_would_go_is_not_said(
    by_gateway: Instance, posted: Any, clock: FixedClock
) -> None:
    holder = whose_aid_ends(by_gateway, 20)
    clock.advance(hours=13)
    post_daily(by_gateway)
    assert send_due(by_gateway) == [], "nobody is woken"
    by_gateway.engine.write(
        lambda tx: grant_eligibility(
            tx,
            holder["id"],
            EligibilityDraft("dibao", TODAY, "测试名册", None),
            now=by_gateway.clock(),
            actor="test",
        )
    )
    clock.advance(hours=10)
    assert (send_due(by_gateway), posted()) == ([], [])
    assert states(by_gateway) == [("entitlement_ends", "dropped", "no_longer_so")]


def test_a_card_printed_with_others_waits_until_it_is_handed_over_or_used(
    by_gateway: Instance, posted: Any, clock: FixedClock
) -> None:
    old, waiting, fetched, single = (make_card(by_gateway) for _ in range(4))
    print_together(by_gateway, old)
    clock.advance(minutes=1)
    post_daily(by_gateway)  # from now on: of cards printed before nobody wrote down who has them
    print_together(by_gateway, waiting)
    print_together(by_gateway, fetched)
    print_together(by_gateway, single, "single")
    post_daily(by_gateway)
    assert rows(by_gateway) == [], "many are fetched on the same day"
    clock.advance(days=1)
    now = by_gateway.clock()
    pressed = [
        by_gateway.engine.write(lambda tx: hand_over(tx, [fetched["id"]], now=now, actor="test"))
        for _ in range(2)
    ]
    assert pressed == [1, 0]
    for _ in range(2):
        post_daily(by_gateway)
    assert [row["fact"] for row in rows(by_gateway)] == [waiting["id"]]
    by_gateway.engine.write(lambda tx: hand_over(tx, [waiting["id"]], now=now, actor="test"))
    send_due(by_gateway)
    assert posted() == [] and states(by_gateway)[0][1:] == ("dropped", "no_longer_so")


def test_a_purchase_is_told_once_to_who_wants_it_and_names_no_outlet(
    by_gateway: Instance, posted: Any, clock: FixedClock
) -> None:
    make_policy(by_gateway)
    wants, other = make_card(by_gateway), make_card(by_gateway)
    outlet = make_outlet(by_gateway, name="时代百盛宏扬店")
    _terminal, key = make_terminal(by_gateway, outlet)
    make_redemption(by_gateway, wants, key)
    by_gateway.engine.write(
        lambda tx: choose(
            tx, wants["holder_id"], Choice(purchases=True), now=by_gateway.clock(), actor="test"
        )
    )
    # Ids of rows are made by the machine's clock.
    clock.now = datetime.now(UTC) + timedelta(minutes=1)
    assert post_purchases(by_gateway) == 0, "what was sold before it began is not told"
    for card in (wants, other, wants):
        make_redemption(by_gateway, card, key)
    assert post_purchases(by_gateway) == 0, "a minute behind, for rows that are being written"
    clock.advance(hours=2)
    assert [post_purchases(by_gateway), post_purchases(by_gateway)] == [2, 0]
    clock.now = clock.now.replace(hour=3) + timedelta(days=1)
    send_due(by_gateway)
    texts = [message["text"] for message in posted()]
    assert len(texts) == 2 and all("117.76元" in text for text in texts)
    assert "宏扬" not in str(posted()) and wants["number"] not in str(posted())


def test_a_clock_that_was_ahead_hides_no_later_purchase(
    by_gateway: Instance, clock: FixedClock
) -> None:
    make_policy(by_gateway)
    card, (_terminal, key) = make_card(by_gateway), make_terminal(by_gateway)
    by: Any = {"now": clock(), "actor": "test"}
    wish = Choice(purchases=True)
    by_gateway.engine.write(lambda tx: choose(tx, card["holder_id"], wish, **by))
    # Ids of rows are made by the machine's clock.
    right = datetime.now(UTC) + timedelta(minutes=1)
    for ahead in (0, 400, 0):
        clock.now = right + timedelta(days=ahead)
        assert post_purchases(by_gateway) == 0
    make_redemption(by_gateway, card, key)
    clock.advance(minutes=2)
    assert post_purchases(by_gateway) == 1


def test_a_reader_of_the_ledger_that_begins_tells_nothing_old_and_moves_seldom(
    by_gateway: Instance, clock: FixedClock
) -> None:
    def place() -> tuple[str, str]:
        row = by_gateway.engine.read(
            lambda tx: tx.connection.execute(
                "SELECT place, moved_at FROM message_cursor"
            ).fetchone()
        )
        return row["place"], row["moved_at"]

    post_purchases(by_gateway)
    first = place()
    clock.advance(minutes=30)
    post_purchases(by_gateway)
    assert place() == first, "nothing was sold, so nothing is written"
    clock.advance(minutes=31)
    post_purchases(by_gateway)
    assert place()[0] > first[0]


def test_an_answered_dispute_is_told_once(by_gateway: Instance, posted: Any) -> None:
    holder = make_holder(by_gateway)

    def tell() -> bool:
        now = by_gateway.clock()
        return by_gateway.engine.write(
            lambda tx: tell_answered(
                tx, by_gateway.settings, by_gateway.personal_data, holder["id"], "d-1", now=now
            )
        )

    assert [tell(), tell()] == [True, False]
    send_due(by_gateway)
    assert [message["kind"] for message in posted()] == ["dispute_answered"]


def test_one_person_gets_so_many_a_day_and_the_rest_goes_tomorrow(
    by_gateway: Instance, posted: Any, clock: FixedClock
) -> None:
    holder = make_holder(by_gateway)
    now = by_gateway.clock()
    for number in range(7):
        by_gateway.engine.write(
            lambda tx, number=number: tell_answered(
                tx,
                by_gateway.settings,
                by_gateway.personal_data,
                holder["id"],
                f"d-{number}",
                now=now,
            )
        )
    # Four at once: each counts what was sent before it was claimed.
    for row in rows(by_gateway):
        send_one(by_gateway, row["id"])
    assert len(posted()) == by_gateway.settings.messages_a_day == 5
    clock.advance(hours=5)
    assert send_due(by_gateway) == []
    clock.advance(hours=17)  # eight in the morning
    send_due(by_gateway)
    assert len(posted()) == 7


def test_a_number_that_can_not_be_reached_ends_it_and_the_office_is_told(
    by_gateway: Instance, gateway: HookOffice
) -> None:
    whose_aid_ends(by_gateway, 10)
    gateway.status = 422
    post_daily(by_gateway)
    (attempt,) = send_due(by_gateway)
    assert attempt.problem == "number_refused 422"
    (row,) = rows(by_gateway)
    assert (row["state"], row["sent_to"], row["attempts"]) == ("failed", "138******00", 1)


def test_what_fails_is_tried_again_and_a_gateway_that_is_dead_is_asked_once_in_a_look(
    by_gateway: Instance, gateway: HookOffice, posted: Any, clock: FixedClock
) -> None:
    for _ in range(6):
        whose_aid_ends(by_gateway, 10)
    post_daily(by_gateway)
    gateway.status = 500
    assert len(send_due(by_gateway)) == 6
    clock.advance(seconds=WAITS[0].total_seconds() + 1)
    url = by_gateway.settings.message_url
    object.__setattr__(by_gateway.settings, "message_url", "http://127.0.0.1:1/")
    assert 1 <= len(send_due(by_gateway)) <= 4
    object.__setattr__(by_gateway.settings, "message_url", url)
    gateway.status = 200
    clock.advance(minutes=11)
    send_due(by_gateway)
    assert {row["state"] for row in rows(by_gateway)} == {"sent"}
    assert len({message["id"] for message in posted()}) == 6


@pytest.mark.parametrize("over", [{"phone": None}, {"phone": "0832-23330000"}])
def test_people_without_a_mobile_number_stand_on_the_list(
    by_gateway: Instance, posted: Any, over: dict[str, Any]
) -> None:
    whose_aid_ends(by_gateway, 10, **over)
    post_daily(by_gateway)
    assert (send_due(by_gateway), posted()) == ([], [])
    assert states(by_gateway) == [("entitlement_ends", "to_tell", None)]


@pytest.mark.both_engines
def test_what_is_over_leaves_the_list_on_paper(instance: Instance, clock: FixedClock) -> None:
    whose_aid_ends(instance, 20)
    whose_aid_ends(instance, 25)
    post_daily(instance)
    assert states(instance) == [("entitlement_ends", "to_tell", None)] * 2
    clock.advance(days=22)
    post_daily(instance)
    over = ("entitlement_ends", "dropped", "no_longer_so")
    assert states(instance) == [over, ("entitlement_ends", "to_tell", None)]
    assert rows(instance)[0]["content_cipher"] is None


def test_who_applied_and_was_refused_is_told_once_that_there_is_an_answer(
    instance: Instance, clock: FixedClock
) -> None:
    def refuse(source: str) -> None:
        holder = make_holder(instance)
        by: Any = {"now": instance.clock(), "actor": "test"}
        asked = instance.engine.write(
            lambda tx: submit_application(tx, holder_id=holder["id"], source=source, **by)
        )
        instance.engine.write(
            lambda tx: reject_application(tx, asked["id"], reason="材料不全", **by)
        )

    refuse("form")
    clock.advance(minutes=1)
    post_daily(instance)  # from now on
    refuse("form")
    refuse("register")
    for _ in range(2):
        post_daily(instance)
    assert [row["kind"] for row in rows(instance)] == ["dispute_answered"]
