"""A manager hears of settlements where a manager's day begins, and nobody else does."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huimin.instance import Instance
from tests.conftest import FixedClock
from tests.making.office import UUID, Office
from tests.making.statements import statements_told
from tests.reports.county import SmallCounty
from tests.settlement.county import OCTOBER, close_month, make_county, of_merchant, reopen_month

# Where a manager looks: the till comes first, the others one click away.
PLACES = ("/till/", "/my-merchant/", "/settlements/")


@pytest.fixture
def office(app: Any, instance: Instance) -> Office:
    return Office(app, instance)


@pytest.fixture
def county(instance: Instance) -> SmallCounty:
    county = make_county(instance, merchant_share_bp=0)
    county.sell(0, 0, 6_000)
    county.sell(2, 3, 2_500)
    return county


@pytest.fixture
def manager(office: Office, county: SmallCounty) -> Any:
    return office.client("merchant_manager", merchant_id=county.outlets[3]["merchant_id"])


def seen(client: Any) -> dict[str, str]:
    return {place: client.get(place, follow_redirects=True).text for place in PLACES}


def settled(instance: Instance, county: SmallCounty) -> Any:
    return of_merchant(close_month(instance, OCTOBER), county.outlets[3]["merchant_id"])


@pytest.mark.both_engines
def test_a_new_settlement_is_said_with_its_deadline(
    instance: Instance, county: SmallCounty, manager: Any, clock: FixedClock
) -> None:
    assert not any("等您确认" in page for page in seen(manager).values())
    own = settled(instance, county)
    for place, page in seen(manager).items():
        assert f"结算单 {own['number']} 等您确认，期限 2026年11月7日" in page, place
        assert f'href="/settlements/{own["id"]}"' in page
        assert "JS202610-001" not in page, place
        assert 'class="waits">1<' in page, place
    # Every page of the manager's says how many there are.
    assert 'class="waits">1<' in manager.get("/account").text
    clock.advance(days=8)
    assert not any("等您确认" in page for page in seen(manager).values())


def test_an_answer_and_a_payment_are_said_as_well(
    office: Office, instance: Instance, county: SmallCounty, manager: Any, clock: FixedClock
) -> None:
    own = settled(instance, county)
    where, client = f"/settlements/{own['id']}", office.client()
    office.post(manager, f"{where}/dispute", line="1", text="少一笔")
    assert not any("等您确认" in page for page in seen(manager).values())
    dispute = re.search(f'name="dispute_id" value="({UUID})"', client.get(where).text)
    assert dispute is not None
    form = {"dispute_id": dispute[1], "outcome": "explained", "answer": "已核对"}
    office.post(client, f"{where}/answer", **form)
    for place, page in seen(manager).items():
        assert "县里已答复异议，请再次确认，期限 2026年11月7日" in page, place
    office.post(manager, f"{where}/confirm")
    assert not any("请再次确认，期限" in page for page in seen(manager).values())
    paid = {"amount": "2.00", "paid_on": "2026-10-31", "bank_reference": "B1"}
    office.post(client, f"{where}/payments", **paid)
    for place, page in seen(manager).items():
        assert f"结算单 {own['number']} 已付 ¥2.00，付款日期 2026年10月31日" in page, place
    payment = re.search(f'name="payment_id" value="({UUID})"', client.get(where).text)
    assert payment is not None
    office.post(client, f"{where}/take-back", payment_id=payment[1], reason="错户")
    assert not any("已付 ¥2.00" in page for page in seen(manager).values())
    office.post(client, f"{where}/payments", **{**paid, "bank_reference": "B2"})
    clock.advance(days=8)
    assert not any("已付 ¥2.00" in page for page in seen(manager).values())


def test_a_manager_of_several_outlets_hears_of_it_before_choosing_a_till(
    office: Office, instance: Instance, county: SmallCounty
) -> None:
    own = of_merchant(close_month(instance, OCTOBER), county.outlets[0]["merchant_id"])
    manager = office.client("merchant_manager", merchant_id=own["merchant_id"])
    page = manager.get("/", follow_redirects=True).text
    assert "选择" in page and f"结算单 {own['number']} 等您确认" in page


def test_a_void_one_waits_for_nobody(instance: Instance, county: SmallCounty, manager: Any) -> None:
    settled(instance, county)
    reopen_month(instance, OCTOBER)
    assert not any("等您确认" in page for page in seen(manager).values())


def test_nobody_but_the_manager_hears_of_it(
    office: Office, instance: Instance, county: SmallCounty
) -> None:
    settled(instance, county)
    cashier = office.client("cashier", outlet_id=county.outlets[3]["id"])
    for client, place in (
        (cashier, "/till/"),
        (office.client(), "/settlements/"),
        (office.client("auditor"), "/settlements/"),
    ):
        page = client.get(place).text
        assert "等您确认" not in page and 'class="waits"' not in page, place


def test_a_list_costs_the_same_however_long_it_is(
    office: Office, instance: Instance, county: SmallCounty, clock: FixedClock
) -> None:
    settled(instance, county)
    client = office.client()

    def cost(path: str) -> int:
        with statements_told() as told:
            assert client.get(path).status_code == 200
        return len(told)

    paths = ("/settlements/", "/settlements/unpaid", "/settlements/?format=xlsx")
    before = [cost(path) for path in paths]
    for number, month in enumerate(("2026-11", "2026-12", "2027-01"), start=2):
        clock.advance(days=31)
        county.sell(0, 0, 1_000)
        county.sell(1, 3, 1_000)
        close_month(instance, month, f"close-{number}")
    client = office.client()
    assert [cost(path) for path in paths] == before
