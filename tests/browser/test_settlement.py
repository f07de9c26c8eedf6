"""A settlement in a real browser: the manager confirms or disputes, the office answers and pays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from huimin.core.days import county_day, month_of
from huimin.house import create_house, open_house
from huimin.settings import Settings
from tests.benchmarks.serving import serving
from tests.browser.accessible import barriers
from tests.making.staff import make_staff
from tests.settlement.county import close_month, make_county

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Settled:
    """Where the server answers, who may sign in, and the settlement's number."""

    address: str
    administrator: str
    manager: str
    number: str


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Any]:
    """A served county whose present month is settled; the time to confirm has just begun."""
    folder = Path(tmp_path_factory.mktemp("settled")) / "data"
    settings = Settings.from_environment(folder, {})
    create_house(settings)
    house = open_house(settings, clock=lambda: datetime.now(UTC) - timedelta(minutes=1))
    try:
        county = make_county(house)
        county.sell(0, 0, 12_800)
        county.sell(1, 1, 9_900)
        (row,) = close_month(house, month_of(county_day(house.clock())))
        administrator = make_staff(house, "administrator")["username"]
        manager = make_staff(house, "merchant_manager", merchant_id=row["merchant_id"])["username"]
    finally:
        house.close()
    with serving(folder) as port:
        yield Settled(f"http://127.0.0.1:{port}", administrator, manager, row["number"])


def good(visit: Any) -> None:
    """No barrier, and nothing wider than the window at twice the size of text."""
    assert barriers(visit.page) == []
    visit.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert visit.wide() == 0
    visit.page.evaluate("document.documentElement.style.fontSize = ''")


def as_somebody(visit: Any, username: str, path: str = "/settlements/") -> None:
    visit.page.context.clear_cookies()
    visit.sign_in(username)
    visit.page.goto(visit.county.address + path)


def test_from_dispute_to_payment(visit: Any) -> None:
    """The window that comes second finds everything paid: then only looks are left."""
    page, county = visit.page, visit.county
    as_somebody(visit, county.manager)
    page.click(f"text={county.number}")
    good(visit)
    if not page.query_selector("text=请核对并确认"):
        page.click("text=看流水 >> nth=0")
        good(visit)
        return
    page.fill("#field-dispute-text", "少了一笔")
    page.click("text=提交异议，等县里答复")
    page.wait_for_selector("text=异议正等待县里答复")
    as_somebody(visit, county.administrator)
    page.click(f"text={county.number}")
    good(visit)
    page.fill('textarea[name="answer"]', "已核对，没有少")
    page.click("text=答复：说明情况")
    page.wait_for_selector("text=已说明")
    as_somebody(visit, county.manager)
    page.click(f"text={county.number}")
    page.click("text=确认这份结算单")
    page.wait_for_selector("text=已确认，待付款")
    as_somebody(visit, county.administrator, "/settlements/unpaid")
    good(visit)
    with page.expect_download() as taken:
        page.click("text=导出付款清单 >> nth=-1")
    assert taken.value.suggested_filename.endswith(".xlsx")
    page.click("tbody th a")
    page.fill("#field-pay-bank_reference", "CZ-1")
    page.click("button:has-text('登记付款')")
    page.wait_for_selector("text=已付清")
    good(visit)
    page.goto(county.address + "/settlements/paid-list")
    good(visit)
