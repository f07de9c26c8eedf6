"""What waits for a merchant's manager: each kind with its oldest and one step, of the own alone."""

from __future__ import annotations

import io
from html import unescape
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.merchants.terminals import list_terminals
from huimin.storage.ids import new_id
from tests.conftest import FixedClock
from tests.desk.test_today import tiles
from tests.making.office import Office
from tests.making.staff import make_staff, sign_in
from tests.reports.county import SmallCounty
from tests.settlement.county import OCTOBER, close_month, make_county, of_merchant
from tests.settlement.test_payees import COMPANY
from tests.storage.rows import insert

DAY = "2026-10-31"


@pytest.mark.both_engines
def test_a_manager_sees_what_waits_at_the_own_merchant(
    app: Any, instance: Instance, clock: FixedClock
) -> None:
    office, county = Office(app, instance), make_county(instance, merchant_share_bp=0)
    county.sell(0, 0, 6_000)
    county.sell(2, 3, 2_500)
    outlet = county.outlets[3]
    manager = office.client("merchant_manager", merchant_id=outlet["merchant_id"])
    other = office.client("merchant_manager", merchant_id=county.outlets[0]["merchant_id"])
    assert tiles(manager.get("/today").text) == {}
    assert "没有等您办理的事" in manager.get("/today").text

    own = of_merchant(close_month(instance, OCTOBER), outlet["merchant_id"])
    statement = f"/settlements/{own['id']}"
    tile = tiles(manager.get("/today").text)["settlements_to_confirm"]
    assert tile["step"] == statement
    assert tile["oldest"] == f"最早的2026年11月7日到期：{own['number']}"
    assert own["number"] in manager.get(tile["list"]).text
    office.post(manager, f"{statement}/dispute", line="1", text="少一笔")
    assert tiles(manager.get("/today").text) == {}
    county_office = office.client()
    page = county_office.get(statement).text
    dispute_id = page.partition('name="dispute_id" value="')[2].partition('"')[0]
    form = {"dispute_id": dispute_id, "outcome": "explained", "answer": "已核对"}
    office.post(county_office, f"{statement}/answer", **form)
    assert list(tiles(manager.get("/today").text)) == ["settlements_answered"]

    # The county proposes another account, a list was compared and the day not closed, a device has
    # sales that it could not send, a cashier is locked.
    payee = f"/settlements/payees/{outlet['merchant_id']}"
    office.post(county_office, payee, reason="来函", **COMPANY)
    day, where = f"/till/day/{DAY}", f"?outlet={outlet['id']}"
    own_list = manager.get(f"{day}/statement.csv{where}").data
    address, sent = f"{day}/comparisons{where}", {"file": (io.BytesIO(own_list), "list.csv")}
    assert office.post(manager, address, **sent).status_code == 302
    _leave_unsent(instance, county)
    cashier = make_staff(instance, "cashier", outlet_id=outlet["id"], name="李梅")
    for _attempt in range(5):
        sign_in(app.test_client(), cashier["username"], password="not-the-password")
    waits = tiles(manager.get("/today").text)
    assert list(waits) == [
        *("settlements_answered", "payee_proposed", "days_compared"),
        *("devices_unsent", "cashiers_locked"),
    ]
    for kind, tile in waits.items():
        assert manager.get(tile["step"]).status_code == 200, kind
        assert manager.get(tile["list"], follow_redirects=True).status_code == 200, kind
    assert outlet["name"] in waits["days_compared"]["oldest"]
    assert outlet["name"] in unescape(manager.get(waits["days_compared"]["step"]).text)
    assert waits["cashiers_locked"]["oldest"] == "例如 李梅"
    assert list(tiles(other.get("/today").text)) == ["settlements_to_confirm"]
    # One's own day begins at the till; today is one press away, on one row without groups.
    header = manager.get("/account").text
    assert 'href="/today"' in header and header.count("nav-group") == 1


def _leave_unsent(instance: Instance, county: SmallCounty) -> None:
    """A device of the pharmacy's till last said that it could not send two sales."""

    def work(tx: Any) -> None:
        terminals = list_terminals(tx, merchant_id=county.outlets[3]["merchant_id"])
        seen = "2026-10-30T02:00:00.000Z"
        device = {
            "id": new_id(),
            "terminal_id": terminals[0]["id"],
            "joined_at": seen,
            "last_seen_at": seen,
            "unsent_count": 2,
            "unsent_fen": 5_000,
        }
        insert(tx, "till_device", device)

    instance.engine.write(work)
