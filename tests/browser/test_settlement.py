"""A settlement in a real browser: the manager confirms or disputes, the office answers and pays.

Each window walks the settlement of a merchant of its own, over one served county.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from huimin.core.days import county_day, month_of
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.browser.accessible import looks_right
from tests.browser.english import chinese_left, in_english
from tests.browser.header import choose_language
from tests.making.staff import make_staff
from tests.served import served
from tests.settlement.county import close_month, make_county

pytestmark = pytest.mark.browser

DISPUTE, ANSWER = "少了一笔", "已核对，没有少"
# What people typed, names among it: it stays as it is in every language.
TYPED = (
    *(DISPUTE, ANSWER, "乐至县", "王丽", "测试商贸有限公司", "另一家商贸有限公司", "南门超市"),
    *("东街药店", "北街药店", "医院", "九二折", "黄*平", "黄"),
)


@dataclass(frozen=True)
class Settled:
    """Where the server answers, who may sign in, and each merchant's manager and number."""

    address: str
    administrator: str
    merchants: tuple[tuple[str, str], tuple[str, str]]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Any]:
    """A served county whose present month is settled; the time to confirm has just begun."""
    folder = Path(tmp_path_factory.mktemp("settled")) / "data"
    settings = Settings.from_environment(folder, {})
    create_instance(settings)
    instance = open_instance(settings, clock=lambda: datetime.now(UTC) - timedelta(minutes=1))
    try:
        county = make_county(instance)
        county.sell(0, 0, 12_800)
        county.sell(1, 1, 9_900)
        county.sell(2, 3, 7_700)
        rows = close_month(instance, month_of(county_day(instance.clock())))
        administrator = make_staff(instance, "administrator")["username"]
        first, second = (
            (_manager(instance, row["merchant_id"]), str(row["number"])) for row in rows
        )
    finally:
        instance.close()
    with served(settings) as port:
        yield Settled(f"http://127.0.0.1:{port}", administrator, (first, second))


def _manager(instance: Any, merchant_id: str) -> str:
    return str(make_staff(instance, "merchant_manager", merchant_id=merchant_id)["username"])


def good(visit: Any) -> None:
    """The page as it should be, and in English as well."""
    page = visit.page
    looks_right(visit)
    in_english(page)
    assert chinese_left(page, TYPED) == [], page.url
    looks_right(visit)
    choose_language(page, "zh_Hans")


def as_somebody(visit: Any, username: str, path: str = "/settlements/") -> None:
    visit.page.context.clear_cookies()
    visit.sign_in(username)
    if path:
        visit.page.goto(visit.county.address + path)


@pytest.mark.parametrize("visit", ["phone"], indirect=True)
def test_from_dispute_to_payment(visit: Any) -> None:
    page, county = visit.page, visit.county
    manager, number = county.merchants[0]
    # A manager begins at the till: what waits is said there.
    as_somebody(visit, manager, path="")
    visit.follow(f"text=结算单 {number} 等您确认")
    good(visit)
    statement = page.url
    visit.follow(page.get_by_role("link", name="看流水").first)
    good(visit)
    page.goto(statement)
    page.fill("#field-dispute-text", DISPUTE)
    visit.follow("text=提交异议，等县里答复")
    page.wait_for_selector("text=异议正等待县里答复")
    as_somebody(visit, county.administrator)
    good(visit)
    visit.follow(f"tbody >> text={number}")
    good(visit)
    page.fill('textarea[name="answer"]', ANSWER)
    visit.follow("text=答复：说明情况")
    page.wait_for_selector("text=已说明")
    as_somebody(visit, manager, path="/my-merchant/")
    visit.follow(f"text=结算单 {number}：县里已答复异议，请再次确认")
    visit.follow("text=确认这份结算单")
    page.wait_for_selector("text=已确认，待付款")
    as_somebody(visit, county.administrator, "/settlements/unpaid")
    good(visit)
    with page.expect_download() as taken:
        page.click("text=导出付款清单 >> nth=-1")
    assert taken.value.suggested_filename.endswith(".xlsx")
    visit.follow(f"tbody >> text={number}")
    page.fill("#field-pay-bank_reference", f"CZ-{number}")
    visit.follow("button:has-text('登记付款')")
    page.wait_for_selector("text=已付清")
    good(visit)
    page.goto(county.address + "/settlements/paid-list")
    good(visit)
    as_somebody(visit, manager)
    assert f"结算单 {number} 已付" in page.inner_text(".settlement-news")
    assert page.locator(".waits").count() == 0
    good(visit)
