"""What no page sends: a day of no calendar in use, a button that is not there."""

from __future__ import annotations

import io
import resource
from typing import Any

import pytest

from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.making.merchants import make_outlet
from tests.making.office import Office, first_id
from tests.making.offline import make_offline_till
from tests.making.policies import make_policy
from tests.making.staff import csrf_of


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.mark.parametrize("day", ["first=0001-01-01", "last=9999-12-31"])
def test_a_list_of_days_that_no_calendar_in_use_has(office: Office, day: str) -> None:
    for role, addresses in (
        ("auditor", ("/audit/", "/audit/lookups")),
        ("administrator", ("/attempts/", "/alerts/", "/offline/", "/claims/")),
    ):
        client = office.client(role)
        for address in addresses:
            answer = client.get(f"{address}?{day}")
            assert answer.status_code == 200, address
            assert "日期请写成 2026-10-31" in answer.text, address


def test_a_day_of_the_till_that_no_calendar_in_use_has(office: Office, instance: Instance) -> None:
    make_policy(instance)
    outlet = make_outlet(instance)
    manager = office.client("merchant_manager", merchant_id=outlet["merchant_id"])
    for day in ("0001-01-01", "9999-12-31"):
        assert manager.get(f"/till/day/{day}").status_code == 404


def test_an_unknown_act_refuses_no_waiting_sale(
    office: Office, client: Any, instance: Instance, clock: FixedClock
) -> None:
    till = make_offline_till(client, instance, policy={})
    item = till.item(order_no="late-1")
    clock.advance(days=32)
    assert till.send(item)[0]["status"] == "waiting"
    office_client = office.client()
    page = f"/offline/{first_id(office_client.get('/offline/?status=waiting').text, '/offline/')}"
    for act in ({}, {"act": "x"}):
        answer = office.post(office_client, page, bearer="government", reason="看过", **act)
        assert answer.status_code == 422
        assert "请按页面上的按钮" in answer.text


def test_an_unknown_act_changes_no_outlet(office: Office, instance: Instance) -> None:
    outlet = make_outlet(instance, name="宏扬店")
    administrator = office.client()
    for page in (f"/outlets/{outlet['id']}", f"/merchants/{outlet['merchant_id']}"):
        answer = office.post(administrator, page, act="x", name="别的名字", reason="看过")
        assert answer.status_code == 422, page
        assert "请按页面上的按钮" in answer.text, page


def test_a_file_for_which_the_disk_has_no_room_is_refused_in_words(office: Office) -> None:
    administrator = office.client()
    token = csrf_of(administrator, "/account")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # As if there were no room for more in any file; the system says so in the same place.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        answer = administrator.post(
            "/settlements/paid-list",
            data={"csrf_token": token, "file": (io.BytesIO(b"x" * 300_000), "list.xlsx")},
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert answer.status_code == 503
