"""The rows behind a number: for every group of every grouping they add up to the report's row."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from huimin.core.days import month_of
from huimin.core.period import Period, checked_period
from huimin.instance import Instance
from huimin.ledger.lock_month import hold_all_rows, lock_month
from huimin.reports.drill_down import Behind
from huimin.reports.figures import ADDED_FIGURES, FIGURES
from huimin.reports.monthly import report_of
from tests.making.staff import make_staff, sign_in
from tests.reports.county import GROUPINGS, SmallCounty, make_small_county

PERIODS = ("2026-11", "2026-10", "2026-11-01..2026-11-05", "2026-10-31..2026-11-30")


@pytest.fixture
def county(instance: Instance, clock: Any) -> SmallCounty:
    """Two months; October is locked before its last reversal comes."""
    county = make_small_county(instance)
    for card in range(4):
        county.sell(card, card, 12_345 + card)
    clock.advance(days=1)

    def lock(tx: Any) -> None:
        hold_all_rows(tx)
        lock_month(tx, "2026-10", now=clock())

    instance.engine.write(lock)
    for number in range(9):
        clock.advance(hours=13)
        county.sell(number, number // 2, 4_567 + number)
    county.take_back(0, 777)
    county.take_back(6)
    return county


@pytest.mark.parametrize("text", PERIODS)
def test_the_rows_of_every_group_add_up_to_its_row(
    instance: Instance, county: SmallCounty, text: str
) -> None:
    period = checked_period(text)

    def check(tx: Any) -> int:
        report, checked = report_of(tx, period), 0
        for by in (*GROUPINGS, "total", "adjusts_month"):
            groups = {
                "total": (report.total,),
                "adjusts_month": report.adjustments,
            }.get(by) or (report.rows(by) if by in GROUPINGS else ())
            for row in groups:
                behind = Behind(period, by, "" if by == "total" else row.key)
                sums = behind.sums(tx)
                names = FIGURES if behind.grouping.cards else ADDED_FIGURES
                assert {name: getattr(sums, name) for name in names} == {
                    name: getattr(row, name) for name in names
                }, (by, row.key)
                rows = behind.page(tx, "", 100)
                assert sum(each["discount_fen"] for each in rows) == row.discount_fen
                assert len(rows) == sums.rows == row.redemptions + row.reversals
                checked += 1
        return checked

    assert instance.engine.read(check) > 20


def test_pages_follow_each_other_and_lead_back(instance: Instance, county: SmallCounty) -> None:
    def walk(tx: Any, period: Period) -> None:
        behind = Behind(period)
        whole = [row["place"] for row in behind.page(tx, "", 100)]
        assert len(whole) == len(set(whole)) > 10
        seen: list[str] = []
        while rows := behind.page(tx, seen[-1] if seen else "", 4):
            seen += [row["place"] for row in rows]
        assert seen == whole
        back = [row["place"] for row in behind.page(tx, whole[7], 4, backwards=True)]
        assert back == whole[6:2:-1]

    for text in ("2026-11", "2026-10-31..2026-11-30"):
        instance.engine.read(lambda tx, text=text: walk(tx, checked_period(text)))


def test_a_kind_shows_its_rows_only(instance: Instance, county: SmallCounty) -> None:
    def look(tx: Any) -> None:
        behind = Behind(checked_period("2026-11"), kind="reversal")
        rows = behind.page(tx, "", 100)
        assert len(rows) == 2 and {row["kind"] for row in rows} == {"reversal"}
        assert behind.sums(tx).redemptions == 0
        # The one of October came when October was locked, and says where it belongs.
        assert {row["adjusts_month"] for row in rows} == {"2026-10", None}

    instance.engine.read(look)


@pytest.fixture
def app(sqlite_app: Any) -> Any:
    return sqlite_app


def test_a_number_leads_to_its_rows(sqlite_instance: Instance, app: Any) -> None:
    county = make_small_county(sqlite_instance)
    county.sell(0, 0, 12_800)
    client = app.test_client()
    sign_in(client, make_staff(sqlite_instance, "auditor")["username"])
    month = month_of(sqlite_instance.clock().date())
    page = client.get("/reports/").text
    outlet = county.outlets[0]["id"]
    link = f"/reports/rows?month={month}&amp;by=outlet&amp;key={outlet}&amp;kind=redemption"
    assert link in page
    rows = client.get(link.replace("&amp;", "&")).text
    assert "¥10.24" in rows and "南门超市" in rows
    assert "/r/" in rows
    book = client.get(link.replace("&amp;", "&") + "&format=xlsx")
    cells = [
        cell for row in openpyxl.load_workbook(io.BytesIO(book.data)).active.values for cell in row
    ]
    assert 10.24 in cells and "南门超市" in cells


@pytest.mark.parametrize("query", ["by=nothing", "by=outlet&kind=gift"])
def test_rows_of_no_grouping_are_not_found(sqlite_instance: Instance, app: Any, query: str) -> None:
    client = app.test_client()
    sign_in(client, make_staff(sqlite_instance, "administrator")["username"])
    assert client.get(f"/reports/rows?month=2026-10&{query}").status_code == 404


def test_a_range_of_days_is_a_report_and_files(sqlite_instance: Instance, app: Any) -> None:
    county = make_small_county(sqlite_instance)
    county.sell(0, 0, 12_800)
    client = app.test_client()
    sign_in(client, make_staff(sqlite_instance, "administrator")["username"])
    page = client.get("/reports/?first=2026-10-25&last=2026-11-05").text
    assert "2026年10月25日至2026年11月5日" in page and "按交易日统计" in page
    for form, start in (
        ("xlsx", b"PK"),
        ("pdf", b"%PDF"),
        ("csv", b"\xef\xbb\xbf"),
        ("json", b"{"),
    ):
        answer = client.get(f"/reports/2026-10-25..2026-11-05.{form}")
        assert answer.status_code == 200 and answer.data.startswith(start)
        name = f"huimin-report-2026-10-25_2026-11-05.{form}"
        assert name in answer.headers["Content-Disposition"]
    wrong = client.get("/reports/?first=2026-11-05&last=2026-10-25")
    assert wrong.status_code == 422 and "起始日期不能晚于截止日期" in wrong.text
    assert 'href="#field-first"' in wrong.text and 'id="problem-first"' in wrong.text
    unread = client.get("/reports/?month=2026-13")
    assert unread.status_code == 422 and 'href="#field-month"' in unread.text
