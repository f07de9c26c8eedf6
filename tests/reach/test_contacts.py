"""The work list is worked on: phones for one recorded reason, contacts noted, the list printed."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import openpyxl
import pytest

from huimin.audit.record import events_of
from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.making.holders import make_holder
from tests.making.office import Office

NANTA, NEW_SOUTH, EAST, WEST = "512022002000", "512022002004", "512022002001", "512022001001"
LIST = f"/reach/{NANTA}/people"
PHONES = {"first": "13711110001", "second": "13711110002", "elsewhere": "13711110003"}


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.fixture
def people(instance: Instance) -> dict[str, dict[str, Any]]:
    """Three without a card: in two villages of the town, and in another town."""
    places = {"first": NEW_SOUTH, "second": EAST, "elsewhere": WEST}
    return {
        name: make_holder(
            instance, name=f"欧阳{name[0]}人", division_code=places[name], phone=PHONES[name]
        )
        for name in places
    }


def events(instance: Instance, holder: dict[str, Any], action: str) -> list[dict[str, Any]]:
    rows = instance.engine.read(lambda tx: events_of(tx, "holder", holder["id"]))
    return [row for row in rows if row["action"] == action]


def note(office: Office, client: Any, holder: dict[str, Any], **form: str) -> Any:
    wanted = {"result": "no_answer", "contacted_on": "2026-10-30", **form}
    return office.post(client, f"{LIST}/{holder['id']}", **wanted)


def listed(client: Any, people: dict[str, Any], **filters: str) -> set[str]:
    page = client.get(LIST, query_string=filters).text
    return {name for name, one in people.items() if f"/holders/{one['id']}" in page}


def test_one_reason_shows_the_town_s_phones_for_an_hour_and_each_is_recorded_once(
    office: Office, instance: Instance, people: dict[str, Any], clock: FixedClock
) -> None:
    client = office.client("registrar", division_code=NANTA)
    assert "1371111" not in client.get(LIST).text
    refused = office.post(client, f"{LIST}/phones", act="show", reason="")
    assert refused.status_code == 422 and "1371111" not in refused.text
    shown = office.post(client, f"{LIST}/phones?village={EAST}", act="show", reason="通知领卡")
    assert f"village={EAST}" in shown.headers["Location"]
    page = client.get(shown.headers["Location"]).text
    assert PHONES["second"] in page and PHONES["first"] not in page
    client.get(LIST)
    client.get(LIST)
    for name in ("first", "second"):
        (event,) = events(instance, people[name], "holder.phone_shown")
        assert (event["reason"], event["actor"]) == ("通知领卡", office.names[client])
    assert events(instance, people["elsewhere"], "holder.phone_shown") == []
    # Of two numbers each is hidden as one is, and shown as it is.
    two = make_holder(instance, division_code=EAST, phone="13711110004/13722220005")
    contact = f"{LIST}/{two['id']}"
    assert "13711110004 / 13722220005" in client.get(contact).text
    other_window = office.client("registrar", division_code=NANTA)
    assert "137******04 / 137******05" in other_window.get(contact).text
    # Neither in a download nor in another window, nor of another town.
    workbook = openpyxl.load_workbook(io.BytesIO(client.get(f"{LIST}?format=xlsx").data))
    assert "1371111" not in str(list(workbook.active.values))
    assert "1371111" not in office.client("registrar", division_code=NANTA).get(LIST).text
    assert client.get("/reach/512022001000/people").status_code == 404
    clock.advance(minutes=61)
    assert "1371111" not in client.get(LIST).text
    office.post(client, f"{LIST}/phones", act="show", reason="再通知")
    assert PHONES["first"] in client.get(LIST).text
    office.post(client, f"{LIST}/phones", act="hide")
    assert "1371111" not in client.get(LIST).text
    auditor = office.client("auditor")
    assert office.post(auditor, f"{LIST}/phones", act="show", reason="x").status_code == 403
    assert "显示电话" not in auditor.get(LIST).text


@pytest.mark.both_engines
def test_what_came_of_a_contact_is_noted_and_filters_the_list(
    office: Office, instance: Instance, people: dict[str, Any], clock: FixedClock
) -> None:
    client = office.client("registrar", division_code=NANTA)
    first, second = people["first"], people["second"]
    for _press in range(2):  # pressed twice: one contact
        done = note(office, client, first, next_on="2026-11-02", note="女儿欧阳小妹说下周来领")
        assert done.headers["Location"] == f"{LIST}?reason=no_card"
    page = client.get(f"{LIST}/{first['id']}").text
    assert page.count("女儿欧阳小妹说下周来领") == 1 and "没人接" in page
    assert listed(client, people, result="no_answer") == {"first"}
    assert listed(client, people, result="none") == {"second"}
    assert listed(client, people, due="due") == set()
    clock.advance(days=2)
    client = office.client("registrar", division_code=NANTA)
    assert listed(client, people, due="due") == {"first"}
    # The last one counts, and the earlier one stays.
    note(office, client, first, result="reached", contacted_on="2026-11-02")
    assert listed(client, people, result="reached") == {"first"}
    assert listed(client, people, due="due") == set()
    page = client.get(f"{LIST}/{first['id']}").text
    assert "联系上了" in page and "女儿欧阳小妹说下周来领" in page
    assert listed(client, people) == {"first", "second"}
    # In the person's history by its result, in the audit record without what was written down.
    assert "记下一次联系：没人接、没人在" in client.get(f"/holders/{first['id']}").text
    assert "欧阳小妹" not in str(events(instance, first, "holder.contacted"))
    rows = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT note_cipher FROM reach_contact").fetchall()
    )
    assert "欧阳" not in str([dict(row) for row in rows])
    assert events(instance, second, "holder.contacted") == []


def test_a_note_and_a_phone_that_no_key_opens_leave_the_list_and_the_person_on_it(
    office: Office, instance: Instance, people: dict[str, Any]
) -> None:
    client, first = office.client("registrar", division_code=NANTA), people["first"]
    note(office, client, first, note="女儿说下周来领")
    # The same keys under another number: what was written before finds none.
    path = instance.settings.folder / "personal_keys.json"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, "keys": {"9": stored["keys"]["1"]}}))
    page = client.get(f"{LIST}/{first['id']}")
    assert page.status_code == 200 and "现有的密钥读不出这段话" in page.text
    assert "现有的密钥读不出这个号码" in page.text and "没有登记" not in page.text
    assert listed(client, people) == {"first", "second"}
    assert office.post(client, f"{LIST}/phones", act="show", reason="通知领卡").status_code == 302
    assert listed(client, people) == {"first", "second"}
    for address in (LIST, f"{LIST}/print"):
        assert "现有的密钥读不出这个号码" in client.get(address).text, address


def test_a_contact_that_can_t_be_is_refused_beside_its_field(
    office: Office, people: dict[str, Any]
) -> None:
    client, first = office.client("registrar", division_code=NANTA), people["first"]
    wrong = (
        ({"result": "x"}, "result"),
        ({"contacted_on": "2026-11-30"}, "contacted_on"),
        ({"contacted_on": "2020-01-01"}, "contacted_on"),
        ({"contacted_on": "昨天"}, "contacted_on"),
        ({"next_on": "2026-10-01"}, "next_on"),
        ({"note": "长" * 201}, "note"),
    )
    for form, field in wrong:
        refused = note(office, client, first, **form)
        assert refused.status_code == 422, form
        assert re.findall('id="problem-([a-z_]+)"', refused.text) == [field], form
    # What an input method leaves full-width is a day all the same.
    typed = {"contacted_on": "２０２６－１０－３０", "next_on": "2026－11－02 "}
    assert note(office, client, first, **typed).status_code == 302
    # Somebody of another town is nobody here.
    for holder in (people["elsewhere"], {"id": "01940000-0000-7000-8000-000000000000"}):
        assert note(office, client, holder).status_code == 404
        assert client.get(f"{LIST}/{holder['id']}").status_code == 404


def test_the_list_is_printed_for_one_village(
    office: Office, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = office.client("registrar", division_code=NANTA)
    note(office, client, people["first"])
    printed = f"{LIST}/print?village={NEW_SOUTH}"
    page = client.get(printed).text
    assert "欧*" in page and "欧阳f人" not in page and "1371111" not in page
    assert "2026-10-30 没人接" in page and "签名" in page and "共 1 人" in page
    office.post(client, "/names", act="show", reason="下村")
    office.post(client, f"{LIST}/phones", act="show", reason="下村")
    page = client.get(printed).text
    assert "欧阳f人" in page and PHONES["first"] in page and PHONES["second"] not in page
    assert "欧阳" not in page.partition("<title>")[2].partition("</title>")[0]
    # What is too long for one list says so, with phones too.
    assert "只印前" not in client.get(f"{LIST}/print").text
    monkeypatch.setattr("huimin.reach.pages.people.PRINTED_MAX", 1)
    page = client.get(f"{LIST}/print").text
    assert "只印前 1 人" in page and "共 1 人" in page
