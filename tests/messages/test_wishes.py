"""What a person wants, and what became of them, counts when a message goes, not when it is made."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest

from huimin.cards.hand_over import hand_over
from huimin.core.days import county_day
from huimin.instance import Instance
from huimin.messages.choices import Choice, choose
from huimin.messages.facts import post_daily
from huimin.messages.log import ToTellCriteria, to_tell_after
from huimin.messages.post import post_message, tell_answered
from huimin.messages.send import send_due
from huimin.messages.tell import Noted, Telling, note_told
from huimin.messages.texts import PURCHASE
from huimin.reach.contacts import Contact, note_contact
from tests.conftest import FixedClock
from tests.holders.test_endings import end_list, propose, send_list, with_card
from tests.making.cards import make_card
from tests.making.holders import id_number
from tests.making.office import OTHER_TOWN, Office
from tests.messages.test_facts import print_together, rows, states, whose_aid_ends

TODAY = date(2026, 10, 31)


def by(instance: Instance) -> Any:
    return {"now": instance.clock(), "actor": "test"}


def want(instance: Instance, holder: Any, choice: Choice) -> None:
    instance.engine.write(lambda tx: choose(tx, holder["id"], choice, **by(instance)))


def change(instance: Instance, sql: str, *parameters: Any) -> None:
    mark = "%s" if instance.engine.read(lambda tx: tx.engine) != "sqlite" else "?"
    instance.engine.write(lambda tx: tx.connection.execute(sql.replace("?", mark), parameters))


def buy(instance: Instance, holder: Any, fact: str = "sale-1") -> None:
    content = {"at": "2026-10-31T02:00:00.000Z", "payable_fen": 100}
    opened = (instance.settings, instance.personal_data)
    now = instance.clock()
    instance.engine.write(
        lambda tx: post_message(
            tx, *opened, holder["id"], PURCHASE, fact, content, now=now, paper_too=False
        )
    )


def answered(instance: Instance, holder: Any, request_id: str = "r-1") -> None:
    opened, now = (instance.settings, instance.personal_data), instance.clock()
    instance.engine.write(lambda tx: tell_answered(tx, *opened, holder["id"], request_id, now=now))


def told(instance: Instance, ids: list[str], result: str, day: date = TODAY) -> Noted:
    return instance.engine.write(
        lambda tx: note_told(tx, ids, Telling(result, day), within=None, **by(instance))
    )


def tellings(instance: Instance) -> int:
    return instance.engine.read(
        lambda tx: int(
            dict(tx.connection.execute("SELECT COUNT(*) AS n FROM message_told").fetchone())["n"]
        )
    )


def test_who_wants_no_more_messages_stands_on_the_list_and_hears_of_no_purchase(
    by_gateway: Instance, posted: Any
) -> None:
    holder = whose_aid_ends(by_gateway, 10)
    want(by_gateway, holder, Choice(purchases=True))
    buy(by_gateway, holder)
    post_daily(by_gateway)
    want(by_gateway, holder, Choice(by_phone=False))
    assert send_due(by_gateway) == [] and posted() == []
    assert sorted(states(by_gateway)) == [
        ("entitlement_ends", "to_tell", None),
        ("purchase", "dropped", "not_wanted"),
    ]


def test_who_wants_no_purchases_any_more_hears_of_none_that_waits(
    by_gateway: Instance, posted: Any
) -> None:
    holder = whose_aid_ends(by_gateway, 100)
    want(by_gateway, holder, Choice(purchases=True))
    buy(by_gateway, holder)
    want(by_gateway, holder, Choice())
    send_due(by_gateway)
    assert posted() == [] and states(by_gateway) == [("purchase", "dropped", "not_wanted")]


def test_of_a_phone_that_two_share_each_wish_counts_for_its_own(
    by_gateway: Instance, posted: Any
) -> None:
    one, other = (whose_aid_ends(by_gateway, 10, phone="13711110001") for _ in range(2))
    want(by_gateway, other, Choice(by_phone=False))
    post_daily(by_gateway)
    send_due(by_gateway)
    assert [message["phone"] for message in posted()] == ["13711110001"]
    assert {(row["holder_id"], row["state"]) for row in rows(by_gateway)} == {
        (one["id"], "sent"),
        (other["id"], "to_tell"),
    }


@pytest.mark.parametrize("state", ["revoked", "expired", "replaced"])
def test_of_a_card_that_has_ended_nobody_is_told_that_it_ends(
    by_gateway: Instance, posted: Any, state: str
) -> None:
    whose_aid_ends(by_gateway, 10)
    whose_aid_ends(by_gateway, 10, phone=None)
    post_daily(by_gateway)
    change(by_gateway, f"UPDATE card SET state = '{state}'")
    assert (send_due(by_gateway), posted()) == ([], [])
    post_daily(by_gateway)
    over = ("entitlement_ends", "dropped", "no_longer_so")
    assert states(by_gateway) == [over, over]


def test_a_card_that_waits_and_ends_or_is_handed_over_leaves_the_list(
    instance: Instance, clock: FixedClock
) -> None:
    post_daily(instance)
    cards = [make_card(instance) for _ in range(3)]
    for card in cards:
        print_together(instance, card)
    clock.advance(days=1)
    post_daily(instance)
    assert len(rows(instance)) == 3
    change(instance, "UPDATE card SET state = 'revoked' WHERE id = ?", cards[0]["id"])
    instance.engine.write(lambda tx: hand_over(tx, [cards[1]["id"]], **by(instance)))
    post_daily(instance)
    assert [row["state"] for row in rows(instance)] == ["dropped", "dropped", "to_tell"]
    clock.advance(days=60)
    post_daily(instance)
    assert len(rows(instance)) == 3, "and it is told once, however long it waits"


def test_who_moved_to_another_town_stands_on_that_town_s_list(
    office: Office, instance: Instance
) -> None:
    holder = whose_aid_ends(instance, 10, phone=None)
    post_daily(instance)
    village = f"{OTHER_TOWN[:9]}001"
    change(instance, "UPDATE holder SET division_code = ? WHERE id = ?", village, holder["id"])
    day = county_day(instance.clock())

    def listed(within: str) -> int:
        criteria = ToTellCriteria(day, within=within)
        return len(instance.engine.read(lambda tx: to_tell_after(tx, criteria)))

    assert (listed(OTHER_TOWN), listed(holder["division_code"])) == (1, 0)


def test_of_somebody_who_has_died_nothing_else_is_told(instance: Instance) -> None:
    holder, other = (whose_aid_ends(instance, 10, phone=None) for _ in range(2))
    post_daily(instance)
    answered(instance, holder)
    first = next(row["id"] for row in rows(instance) if row["holder_id"] == holder["id"])
    assert told(instance, [first], "died") == Noted(1, 0)
    by_holder = {(row["holder_id"], row["state"]) for row in rows(instance)}
    assert by_holder == {
        (holder["id"], "told"),
        (holder["id"], "dropped"),
        (other["id"], "to_tell"),
    }


@pytest.mark.both_engines
@pytest.mark.parametrize("result", ["reached", "no_answer"])
def test_what_is_pressed_twice_and_in_two_tabs_is_written_down_once(
    instance: Instance, result: str
) -> None:
    for _ in range(4):
        whose_aid_ends(instance, 10, phone=None)
    post_daily(instance)
    ids = [row["id"] for row in rows(instance)]
    noted: list[Noted] = []
    begin = threading.Barrier(4)

    def press(order: list[str]) -> None:
        begin.wait()
        noted.append(told(instance, order, result))

    tabs = [threading.Thread(target=press, args=(ids[::step],)) for step in (1, -1, 1, -1)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert tellings(instance) == 4
    assert sum(one.written for one in noted) == 4 and len(noted) == 4
    assert told(instance, ids + ids, result) == Noted(0, 4)
    assert tellings(instance) == 4


def test_nobody_at_home_twice_is_two_visits_on_two_days(
    instance: Instance, clock: FixedClock
) -> None:
    whose_aid_ends(instance, 10, phone=None)
    post_daily(instance)
    (row,) = rows(instance)
    assert told(instance, [row["id"]], "no_answer") == Noted(1, 0)
    clock.advance(days=1)
    assert told(instance, [row["id"]], "no_answer", date(2026, 11, 1)) == Noted(1, 0)


def test_the_page_says_what_was_not_written_again(office: Office, instance: Instance) -> None:
    whose_aid_ends(instance, 10, phone=None)
    post_daily(instance)
    (row,) = rows(instance)
    admin, sent = office.client(), {"result": "no_answer", "told_on": "2026-10-31"}
    for said in ("已记下 1 人。", "已记下 0 人；另有 1 人没有再记"):
        answer = office.post(admin, "/messages/to-tell", chosen=row["id"], **sent)
        assert said in admin.get(answer.headers["Location"]).text


@pytest.mark.both_engines
@pytest.mark.parametrize("what", ["content", "phone"])
def test_one_that_can_not_be_decrypted_is_said_and_holds_up_nobody(
    office: Office, by_gateway: Instance, posted: Any, what: str
) -> None:
    spoiled, other = whose_aid_ends(by_gateway, 10), whose_aid_ends(by_gateway, 10)
    post_daily(by_gateway)
    if what == "content":
        sql = "UPDATE message SET content_cipher = '9.AAAA' WHERE holder_id = ?"
    else:
        sql = "UPDATE holder SET phone_cipher = '9.AAAA' WHERE id = ?"
    change(by_gateway, sql, spoiled["id"])
    assert sorted(str(one.problem) for one in send_due(by_gateway)) == [
        "None",
        "content_unreadable",
    ]
    assert {(row["holder_id"], row["state"]) for row in rows(by_gateway)} == {
        (spoiled["id"], "failed"),
        (other["id"], "sent"),
    }
    assert send_due(by_gateway) == [] and len(posted()) == 1
    admin = office.client()
    assert "huimin doctor" in admin.get("/messages/").text
    page = admin.get("/messages/to-tell").text
    assert "11月10日" in page, "and the office still knows what to tell"
    assert "11月10日" in admin.get("/messages/to-tell/print").text
    post_daily(by_gateway)
    answered(by_gateway, spoiled)


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.mark.both_engines
def test_what_comes_up_after_somebody_has_died_is_not_told_until_they_are_known_to_live(
    instance: Instance, clock: FixedClock
) -> None:
    holder = whose_aid_ends(instance, 10, phone=None)
    post_daily(instance)
    (message,) = rows(instance)
    assert told(instance, [message["id"]], "died") == Noted(1, 0)
    answered(instance, holder)
    assert len(rows(instance)) == 1
    # It was another of the same name: the person says how they want to be told.
    clock.advance(minutes=1)
    want(instance, holder, Choice(language="en"))
    answered(instance, holder, "r-2")
    assert [row["state"] for row in rows(instance)] == ["told", "to_tell"]


@pytest.mark.both_engines
@pytest.mark.parametrize("result", ["died", "no_answer"])
def test_whose_death_was_found_at_a_visit_hears_nothing_of_what_waits(
    by_gateway: Instance, posted: Any, result: str
) -> None:
    holder = whose_aid_ends(by_gateway, 10)
    post_daily(by_gateway)
    contact = Contact(result, TODAY)
    by_gateway.engine.write(
        lambda tx: note_contact(
            tx, by_gateway.personal_data, holder["id"], contact, **by(by_gateway)
        )
    )
    send_due(by_gateway)
    answered(by_gateway, holder)
    send_due(by_gateway)
    kinds = {one["kind"] for one in posted()}
    assert kinds == (set() if result == "died" else {"entitlement_ends", "dispute_answered"})


def test_a_list_of_deaths_ends_the_messages_and_undoing_it_brings_them_back(
    app: Any, instance: Instance
) -> None:
    office = Office(app, instance)
    number = id_number()
    holder = with_card(instance, "钱去了", id_number=number, phone=None)
    content = end_list(["钱去了", number, f"{TODAY}", ""])
    client = office.client()
    draft = send_list(client, content).headers["Location"]
    assert propose(office, client, draft, 1).status_code == 302
    office.post(office.client(), f"{draft}/decision", act="approve")
    post_daily(instance)
    answered(instance, holder)
    assert rows(instance) == [], "its last day is today"
    office.post(office.client(), f"{draft}/decision", act="undo", reason="不是这个人")
    answered(instance, holder)
    assert [row["state"] for row in rows(instance)] == ["to_tell"]
