"""Cards whose last day comes near, renewed at once: looked at first, then replaced and printed."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from huimin.cards import queries
from huimin.core.days import county_day
from huimin.holders.people import EligibilityDraft, add_eligibility
from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.office import OTHER_TOWN, Office

THEIR_VILLAGE = "512022001001"


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def card_ending(instance: Instance, days: int, **over: Any) -> dict[str, Any]:
    """A card that ends so many days from now, of a person who stays entitled."""
    last_day = county_day(instance.clock()) + timedelta(days=days)
    return make_card(instance, make_holder(instance, **over), expires_on=last_day)


def cards_of(instance: Instance, card: dict[str, Any]) -> list[dict[str, Any]]:
    return instance.engine.read(
        lambda tx: list(queries.cards_of_holder(tx, holder_id=card["holder_id"]))
    )


def until(instance: Instance, days: int) -> str:
    return (county_day(instance.clock()) + timedelta(days=days)).isoformat()


@pytest.mark.both_engines
def test_a_look_says_how_many_and_which_and_changes_nothing(
    office: Office, instance: Instance
) -> None:
    soon, later = card_ending(instance, 20), card_ending(instance, 200)
    client = office.client("registrar")
    page = client.get("/cards/renewal?days=30").text
    assert soon["id"] in page and later["id"] not in page
    assert "续发 1 张" in page and "黄*平" in page and "黄筱平" not in page
    assert later["id"] in client.get("/cards/renewal?days=300").text
    book = openpyxl.load_workbook(
        io.BytesIO(client.get("/cards/renewal?days=300&format=xlsx").data)
    )
    numbers = [row[0] for row in book.active.iter_rows(min_row=3, values_only=True)]
    assert numbers == [soon["number"], later["number"]]
    for card in (soon, later):
        assert [one["state"] for one in cards_of(instance, card)] == ["active"]
    assert "请写天数" in client.get("/cards/renewal?days=soon").text
    assert "没有" in client.get("/cards/renewal?days=1").text


def test_the_old_copy_is_replaced_and_the_new_one_waits_for_the_print_run(
    office: Office, instance: Instance
) -> None:
    cards = [card_ending(instance, 20) for _ in range(3)]
    client = office.client("registrar")
    done = office.post(client, "/cards/renewal", until=until(instance, 30), count="3")
    assert done.status_code == 302 and done.headers["Location"].endswith("/cards/?unprinted=1")
    assert "已续发 3 张" in client.get(done.headers["Location"]).text
    years = instance.settings.card_years
    today = county_day(instance.clock())
    for card in cards:
        old, new = cards_of(instance, card)
        assert (old["id"], old["state"], new["state"]) == (card["id"], "replaced", "active")
        assert new["expires_on"] == today.replace(year=today.year + years).isoformat()
        assert new["printed_at"] is None and new["number"] != old["number"]
    events = instance.engine.read(
        lambda tx: list(queries.events_of_card(tx, card_id=cards[0]["id"]))
    )
    assert (events[-1]["event"], events[-1]["reason"]) == ("replaced", "到期续发")
    again = office.post(client, "/cards/renewal", until=until(instance, 30), count="3")
    assert again.status_code == 422
    assert all(len(cards_of(instance, card)) == 2 for card in cards)
    assert client.get("/cards/print").text.count("还没有打印的卡：3 张") == 1
    pdf = office.post(client, "/cards/print", layout="sheet")
    assert pdf.data[:4] == b"%PDF"


def test_whoever_is_not_entitled_or_not_verified_is_left_out_with_the_reason(
    office: Office, instance: Instance, clock: Any
) -> None:
    fine, ending = card_ending(instance, 20), make_holder(instance, eligibility=None)
    over = EligibilityDraft(
        "dibao",
        county_day(instance.clock()),
        "名册",
        county_day(instance.clock()) + timedelta(days=5),
    )
    instance.engine.write(lambda tx: add_eligibility(tx, ending["id"], over, now=instance.clock()))
    gone = make_card(instance, ending, expires_on=county_day(instance.clock()) + timedelta(days=20))
    lost, suspended = card_ending(instance, 20), card_ending(instance, 20)
    client = office.client("registrar")
    for card, act in ((lost, "lose"), (suspended, "suspend")):
        assert office.post(client, f"/cards/{card['id']}/{act}", reason="x").status_code == 302
    page = client.get("/cards/renewal?days=30").text
    assert "续发 1 张" in page and "到期那天已没有保障" in page and gone["id"] in page
    assert lost["id"] not in page and suspended["id"] not in page
    office.post(client, "/cards/renewal", until=until(instance, 30), count="9")
    assert [one["state"] for one in cards_of(instance, gone)] == ["active"]
    assert [one["state"] for one in cards_of(instance, lost)] == ["lost"]
    assert [one["state"] for one in cards_of(instance, fine)] == ["replaced", "active"]
    old = card_ending(instance, 400)
    clock.advance(days=380)
    late = office.client("registrar").get("/cards/renewal?days=30").text
    assert old["id"] in late and "先复核" in late and "续发 1 张" not in late


def test_a_registrar_renews_the_own_town_alone(office: Office, instance: Instance) -> None:
    own, theirs = card_ending(instance, 20), card_ending(instance, 20, division_code=THEIR_VILLAGE)
    registrar, administrator = office.client("registrar"), office.client()
    page = registrar.get(f"/cards/renewal?days=30&division={OTHER_TOWN}").text
    assert own["id"] in page and theirs["id"] not in page
    office.post(
        registrar, "/cards/renewal", until=until(instance, 30), count="9", division=OTHER_TOWN
    )
    assert [one["state"] for one in cards_of(instance, theirs)] == ["active"]
    assert len(cards_of(instance, own)) == 2
    page = administrator.get(f"/cards/renewal?days=30&division={OTHER_TOWN}").text
    assert theirs["id"] in page and own["id"] not in page
    for role in ("auditor", "cashier"):
        assert office.client(role).get("/cards/renewal").status_code == 403


def test_no_more_are_renewed_than_were_looked_at(office: Office, instance: Instance) -> None:
    cards = [card_ending(instance, 10 + place) for place in range(3)]
    client = office.client("registrar")
    office.post(client, "/cards/renewal", until=until(instance, 30), count="2")
    assert [len(cards_of(instance, card)) for card in cards] == [2, 2, 1]
    for wrong in ({"until": "gestern", "count": "1"}, {"until": until(instance, 30), "count": "x"}):
        assert office.post(client, "/cards/renewal", **wrong).status_code == 422
    assert len(cards_of(instance, cards[2])) == 1


def test_today_says_how_many_wait_and_leads_there(office: Office, instance: Instance) -> None:
    card_ending(instance, 20)
    card_ending(instance, 200)
    page = office.client("registrar").get("/today").text
    assert "张卡 30 天内到期，等待续发" in page and "/cards/renewal?days=30" in page
