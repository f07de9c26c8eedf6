"""The record answers who saw or changed what, when, from where."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from huimin.house import House
from huimin.web.event_words import EVENTS
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.office import Office

PACKAGE = Path(__file__).resolve().parents[2] / "huimin"


@pytest.fixture
def office(app: Any, house: House) -> Office:
    return Office(app, house)


def test_who_what_when_and_from_where(office: Office, house: House) -> None:
    person, registrar = make_holder(house), office.client("registrar")
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


def test_who_looked_a_card_up(office: Office, house: House) -> None:
    card = make_card(house)
    _, key = make_terminal(house, make_outlet(house, name="天池平价超市"))
    asked = office.app.test_client().post(
        "/api/v1/cards/verify",
        json={"card": card["number"]},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert asked.status_code in (200, 422)
    house.lookups.flush()
    page = office.client().get(f"/audit/lookups?number={card['number']}").text
    assert "天池平价超市" in page


def test_many_pages_of_events(office: Office, house: House) -> None:
    for _ in range(120):
        make_holder(house)
    client, seen, address = office.client(), 0, "/audit/?action=holder.added"
    while address:
        page = client.get(address).text
        seen += page.count('class="nowrap">2026')
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following.group(1).replace("&amp;", "&") if following else ""
    assert seen == 120


def test_it_is_for_supervisors_alone(office: Office) -> None:
    for role in ("registrar", "cashier", "merchant_manager"):
        assert office.client(role).get("/audit/").status_code == 403


def test_every_action_that_is_recorded_has_words() -> None:
    used = set()
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'action="([a-z_]+\.[a-z_]+)"', text))
    assert len(used) > 5
    assert used - EVENTS.keys() == set()
