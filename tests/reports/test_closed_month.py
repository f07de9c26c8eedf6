"""A closed month is read as it was signed, on the page and in every file."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.house import House
from huimin.months.files import make_file
from huimin.reports.closed_month import closed_month
from huimin.reports.exports import EXPORTS
from tests.making.months import close_month
from tests.making.staff import make_staff, sign_in
from tests.reports.county import make_small_county


@pytest.fixture
def app(sqlite_house: House) -> Any:
    from huimin.app import create_app

    return create_app(house=sqlite_house, testing=True)


def test_page_and_files_are_those_that_were_signed(
    sqlite_house: House, clock: Any, app: Any
) -> None:
    county = make_small_county(sqlite_house)
    county.sell(0, 0, 12_800)
    clock.advance(days=2)
    close_month(sqlite_house)
    closed = sqlite_house.engine.read(lambda tx: closed_month(tx, "2026-10"))
    assert closed is not None
    # A name that changes later does not change what was signed.
    sqlite_house.engine.write(
        lambda tx: tx.connection.execute(
            "UPDATE outlet SET name = '改了名字的店' WHERE name = '南门超市'"
        )
    )
    client = app.test_client()
    sign_in(client, make_staff(sqlite_house, "administrator")["username"])
    page = client.get("/reports/?month=2026-10").text
    assert closed.sha256 in page and all(name in page for name in closed.signers)
    assert "南门超市" in page and "改了名字的店" not in page
    for form in set(EXPORTS) - {"table"}:
        assert client.get(f"/reports/2026-10.{form}").data == make_file(closed, form)
