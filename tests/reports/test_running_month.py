"""A month that runs is compared with the same days, on its page as in its figures."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from huimin.core.days import county_day
from huimin.core.period import Period
from huimin.instance import Instance
from huimin.reports.monthly import MonthlyReport, report_of
from tests.making.months import close_month
from tests.making.staff import make_staff, sign_in
from tests.reports.county import SmallCounty, make_small_county

SEPTEMBER_3, SEPTEMBER_20 = (datetime(2026, 9, day, 2, 0, tzinfo=UTC) for day in (3, 20))
OCTOBER_4 = datetime(2026, 10, 4, 2, 0, tzinfo=UTC)


@pytest.fixture
def county(instance: Instance, clock: Any) -> SmallCounty:
    """Sales on 3 and 20 September and on 4 October, which is today."""
    clock.now = SEPTEMBER_3
    county = make_small_county(instance)
    county.sell(0, 0, 10_000)
    clock.now = SEPTEMBER_20
    county.sell(1, 1, 70_000)
    clock.now = OCTOBER_4
    county.sell(0, 0, 20_000)
    county.sell(2, 2, 5_000)
    return county


def report_now(instance: Instance, month: str = "2026-10") -> MonthlyReport:
    today = county_day(instance.clock())
    period = Period.of_month(month)
    return instance.engine.read(lambda tx: report_of(tx, period, today=today))


@pytest.mark.both_engines
def test_only_the_same_days_are_compared(
    county: SmallCounty, instance: Instance, clock: Any
) -> None:
    report = report_now(instance)
    assert (report.as_of, report.previous_month) == ("2026-10-04", "2026-09-01..2026-09-04")
    assert report.last_year_month == "2025-10-01..2025-10-04"
    assert report.total.previous.amount_fen == 10_000
    assert report.change(report.total, "amount_fen") == 15_000
    assert report.change(report.total, "amount_fen", "last_year") is None
    assert MonthlyReport.from_dict(report.as_dict()) == report
    assert [(each.month, each.amount_fen, each.cards_used) for each in report.months] == [
        ("2026-09", 80_000, 2),
        ("2026-10", 25_000, 2),
    ]
    # The sums of days that were asked for are kept, but not longer than the days have those rows.
    clock.now = SEPTEMBER_3
    county.sell(3, 0, 1_000)
    clock.now = OCTOBER_4
    assert report_now(instance).total.previous.amount_fen == 11_000
    # A month that is over is compared with a whole one.
    september = report_now(instance, "2026-09")
    assert (september.as_of, september.previous_month) == (None, "2026-08")
    clock.now = datetime(2026, 10, 31, 2, 0, tzinfo=UTC)
    assert report_now(instance).previous_month == "2026-09"
    assert report_now(instance).total.previous.amount_fen == 81_000


def test_the_page_answers_how_the_month_was(county: SmallCounty, instance: Instance) -> None:
    from huimin.app import create_app

    client = create_app(instance=instance).test_client()
    sign_in(client, make_staff(instance, "administrator")["username"])
    page = client.get("/reports/").text
    assert "截至 2026年10月4日" in page and "比上月同期" in page
    assert "2 张卡用了 2 笔，为持卡人省下 ¥20.00。" in page
    assert re.search(r"比去年同期 —</small>", page)
    assert "近 2 个月优惠金额（元）" in page
    ids = set(re.findall(r'id="([^"]+)"', page))
    contents = page.split('id="contents"')[1].split("</nav>")[0]
    links = re.findall(r'href="#([^"]+)"', contents)
    assert {"overview", "by-kind", "by-town", "by-village"} <= set(links) <= ids
    # Every table is whole and may be sorted; its outlets stand by their discount.
    tables = re.findall(r"<table [^>]*data-sortable.*?</table>", page, re.S)
    assert len(tables) == 10
    outlets = re.findall(r'<th scope="row">(.*?)</th>', tables[0])
    assert outlets[:2] == ["南门超市", "医院"]
    # A PDF with the tables that are asked for; what is no table of the report is refused.
    plain = client.get("/reports/2026-10.pdf").data
    whole = client.get("/reports/2026-10.pdf?annexes=village&annexes=outlet").data
    assert len(whole) > len(plain) > 1_000
    assert client.get("/reports/2026-10.pdf?annexes=policy").status_code == 422


def test_a_closed_month_says_so_and_is_not_compared_by_days(
    county: SmallCounty, instance: Instance
) -> None:
    from huimin.app import create_app

    close_month(instance, "2026-09")
    client = create_app(instance=instance).test_client()
    sign_in(client, make_staff(instance, "administrator")["username"])
    page = client.get("/reports/?month=2026-09").text
    assert "已结账 · 第 1 版" in page and "截至 20" not in page.split("first-screen")[0]
    assert "近 1 个月优惠金额（元）" in page
