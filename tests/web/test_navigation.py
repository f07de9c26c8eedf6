"""The header: every page a role may open, in five groups at most, with what waits there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huimin.core.permissions import allows
from huimin.instance import Instance
from huimin.web.navigation import GROUPS
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet
from tests.making.office import Office


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


def header(client: Any, address: str = "/account") -> str:
    page: str = client.get(address).text
    return page[page.index("<header") : page.index("</header>")]


def test_the_office_has_groups_and_the_counter_has_its_pages_side_by_side(
    office: Office, instance: Instance
) -> None:
    outlet = make_outlet(instance)
    places = {
        "cashier": {"outlet_id": outlet["id"]},
        "merchant_manager": {"merchant_id": outlet["merchant_id"]},
    }
    groups = {}
    for role in ("administrator", "registrar", "auditor", "merchant_manager", "cashier"):
        client = office.client(role, **places.get(role, {}))
        shown = header(client)
        pages = [
            (endpoint, str(label))
            for _, entries in GROUPS
            for endpoint, label, action in entries
            if allows(role, action)
        ]
        for endpoint, label in pages:
            assert label in shown or endpoint == "desk.today", (role, label)
        groups[role] = len(re.findall('class="nav-group"', shown))
        assert ("data-search" in shown) == allows(role, "application.read")
    assert groups["administrator"] == 4  # and one's own page of the day
    assert groups["merchant_manager"] == groups["cashier"] == 0


def test_the_page_and_its_group_are_marked_as_current(office: Office) -> None:
    client = office.client()
    shown = header(client, "/merchants/applications")
    assert len(re.findall('aria-current="page"', shown)) == 1
    assert re.search(r'href="/merchants/applications" aria-current="page"', shown)
    assert re.search(r'class="nav-group" data-current><summary>商户与示范点', shown)


def test_what_waits_is_told_with_its_list_to_whoever_may_open_it(
    office: Office, instance: Instance
) -> None:
    make_card(instance, make_holder(instance))
    client = office.client()
    waiting = {item["endpoint"]: item for item in client.get("/today/waiting").json["waiting"]}
    assert waiting["cards.cards"]["words"] == "1 张卡等待打印"
    assert client.get(waiting["cards.cards"]["address"]).status_code == 200
