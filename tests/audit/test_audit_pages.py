"""The record answers who saw or changed what, when, from where."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest

from huimin.audit.audit_words import SUBJECTS
from huimin.audit.event_words import EVENTS
from huimin.audit.lookups import LookupLog
from huimin.instance import Instance
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.office import Office, pages_through
from tests.python_files import python_files


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.mark.both_engines
def test_who_what_when_and_from_where(office: Office, instance: Instance) -> None:
    person, registrar = make_holder(instance), office.client("registrar")
    registrar.get(f"/holders/{person['id']}")
    office.post(registrar, f"/holders/{person['id']}/unmask", reason="核对证件")
    name, auditor = office.names[registrar], office.client("auditor")
    mine = auditor.get(f"/audit/?actor={name}").text
    assert "查看资料页" in mine and "核对证件" in mine and "127.0.0.1" in mine
    assert person["name"] not in mine
    only = auditor.get("/audit/?action=holder.unmasked").text
    assert "核对证件" in only and f"?actor={name}" in only
    assert "核对证件" in auditor.get(f"/audit/?subject={person['id']}").text
    assert "核对证件" in auditor.get("/audit/?first=2026-10-31&last=2026-10-31").text
    assert "核对证件" not in auditor.get("/audit/?last=2026-10-30").text
    assert "日期请写成" in auditor.get("/audit/?first=昨天").text
    assert auditor.get("/audit/?format=xlsx").data[:2] == b"PK"


@pytest.mark.both_engines
def test_who_looked_a_card_up(office: Office, instance: Instance) -> None:
    card = make_card(instance)
    _, key = make_terminal(instance, make_outlet(instance, name="天池平价超市"))
    asked = office.app.test_client().post(
        "/api/v1/cards/verify",
        json={"card": card["number"]},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert asked.status_code in (200, 422)
    instance.part(LookupLog).flush()
    page = office.client().get(f"/audit/lookups?number={card['number']}").text
    assert "天池平价超市" in page


@pytest.mark.both_engines
def test_many_pages_of_events(office: Office, instance: Instance) -> None:
    for _ in range(120):
        make_holder(instance)
    pages = pages_through(office.client(), "/audit/?action=holder.added")
    assert [page.count('class="nowrap">2026') for page in pages] == [50, 50, 20]


def test_it_is_for_supervisors_alone(office: Office) -> None:
    for role in ("registrar", "cashier", "merchant_manager"):
        assert office.client(role).get("/audit/").status_code == 403


def records() -> Iterator[tuple[set[str], set[str]]]:
    """Of each call of `record`: the actions it names ("kind." where the rest is filled in), and
    the kinds of their subjects.
    """
    for tree in python_files().values():
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and getattr(call.func, "id", "") == "record"):
                continue
            parts = [str(getattr(part, "value", "")) for part in ast.walk(call.args[1])]
            actions = {part for part in parts if re.fullmatch(r"[a-z_]+\.[a-z_]*", part)}
            given = {one.arg: one.value for one in call.keywords}.get("subject_kind")
            kinds = {action.partition(".")[0] for action in actions}
            yield actions, {given.value} if isinstance(given, ast.Constant) else kinds


def test_every_action_that_is_recorded_has_words() -> None:
    used = {action for actions, _ in records() for action in actions if action[-1] != "."}
    assert len(used) > 30
    assert used - EVENTS.keys() == set()


def test_cards_are_in_the_record_by_number_with_what_they_were(
    office: Office, instance: Instance
) -> None:
    card, client = make_card(instance), office.client()
    office.post(client, f"/cards/{card['id']}/lose", reason="本人来电")
    for text in (card["number"], " ".join(card["number"][i : i + 4] for i in (0, 4, 8, 12))):
        page = client.get("/audit/", query_string={"subject": text}).text
        assert "挂失卡片" in page and "发卡" in page and "本人来电" in page
        assert "正常 → 已挂失" in page.replace("\n", "")
        assert f'href="/cards/{card["id"]}"' in page and "127.0.0.1" in page
    assert "挂失卡片" in client.get("/audit/?action=card.lost").text
    one = client.get(f"/audit/?subject={office.names[client]}&action=staff.signed_in").text
    assert one.count("<tr>") == 2


def test_what_was_changed_is_told_old_and_new(office: Office, instance: Instance) -> None:
    outlet, client = make_outlet(instance, name="天池平价超市"), office.client()
    kept = {name: outlet[name] or "" for name in ("kind", "division_code", "address")}
    office.post(client, f"/outlets/{outlet['id']}", act="change", name="天池新店", **kept)
    person = make_holder(instance)
    form = {"phone": "13911112222", "division_code": person["division_code"], "reason": "换号"}
    sent = office.post(client, f"/holders/{person['id']}/details", name=person["name"], **form)
    assert sent.status_code == 302
    page = client.get("/audit/").text
    assert "名称：天池平价超市 → 天池新店" in page
    assert "电话：138" in page and "→ 139" in page
    assert "13911112222" not in page and "13800000000" not in page
    assert person["name"] not in page and "黄*平" in page


def test_a_list_that_leaves_as_a_workbook_is_recorded(office: Office, instance: Instance) -> None:
    make_holder(instance)
    registrar, auditor = office.client("registrar"), office.client("auditor")
    assert registrar.get("/holders/?format=xlsx").data[:2] == b"PK"
    page = auditor.get("/audit/?action=list.exported").text
    words = re.sub("<[^>]+>", "", page)
    assert office.names[registrar] in words and "名单 持卡人" in words and "条数：1" in words


def test_every_kind_of_subject_has_words() -> None:
    used = {kind for _, kinds in records() for kind in kinds}
    assert len(used) > 15
    assert used - SUBJECTS.keys() == set(), "give it a name in huimin/audit/audit_words.py"
