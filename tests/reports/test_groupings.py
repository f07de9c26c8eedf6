"""A new grouping is one row of one table: sums, lists, pages and files all show it."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest

from huimin.core.days import county_day
from huimin.core.period import checked_period
from huimin.instance import Instance
from huimin.ledger.groupings import GROUPINGS, Grouping, dimensions
from huimin.ledger.rollups import check_rollups
from huimin.reports.cards_behind import CardsBehind
from huimin.reports.drill_down import Behind
from huimin.reports.exports import EXPORTS, export_report
from huimin.reports.figures import ADDED_FIGURES
from huimin.reports.monthly import MonthlyReport, report_of
from huimin.reports.template.example import example_template
from huimin.reports.template.fill import filled_template
from tests.making.staff import make_staff, sign_in
from tests.reports.county import SmallCounty, make_small_county

SCHEMA = (Path(__file__).resolve().parents[2] / "schema.sql").read_text("utf-8")
PERIODS = ("2026-10", "2026-10-01..2026-10-31")
# Town and kind of outlet together, and the version of the policy: the roll-ups keep both.
NEW = (
    replace(
        GROUPINGS["town_and_kind"],
        code="place",
        report_place="table",
        chart="bars",
        printed_chart=7,
    ),
    replace(GROUPINGS["policy"], code="terms", report_place="table"),
)


@pytest.fixture
def added(monkeypatch: Any) -> tuple[Grouping, ...]:
    """The rows, in the table for the time of a test."""
    for grouping in NEW:
        monkeypatch.setitem(GROUPINGS, grouping.code, grouping)
    return NEW


@pytest.fixture
def county(instance: Instance, added: object) -> SmallCounty:
    county = make_small_county(instance)
    for number in range(7):
        county.sell(number % 4, number, 12_345 + number)
    county.take_back(0, 777)
    return county


@pytest.mark.parametrize("text", PERIODS)
def test_its_sums_rows_and_cards_are_those_of_the_ledger(
    instance: Instance, county: SmallCounty, added: tuple[Grouping, ...], text: str
) -> None:
    period, today = checked_period(text), county_day(instance.clock())

    def check(tx: Any) -> None:
        report = report_of(tx, period)
        assert [*report.groups][-2:] == ["place", "terms"]
        assert len(report.rows("place")) > 3 and len(report.rows("terms")) == 1
        for grouping in added:
            rows = report.rows(grouping.code)
            for name in ADDED_FIGURES:
                total = getattr(report.total, name)
                assert sum(getattr(row, name) for row in rows) == total
            for row in rows:
                behind = Behind.from_address(period, grouping.code, row.key, "")
                sums = behind.sums(tx)
                assert {name: getattr(sums, name) for name in ADDED_FIGURES} == {
                    name: getattr(row, name) for name in ADDED_FIGURES
                }
                assert len(behind.page(tx, "", 50)) == row.redemptions + row.reversals
                if grouping.cards:
                    cards = CardsBehind.from_address(
                        period, "used", grouping.code, row.key, today=today
                    )
                    assert cards.count(tx) == len(cards.page(tx, "", 50)) == row.cards_used
                else:
                    assert row.cards_used is None
        assert MonthlyReport.from_dict(json.loads(json.dumps(report.as_dict()))) == report
        assert check_rollups(tx) == []

    instance.engine.read(check)


def test_page_and_files_show_it(sqlite_instance: Instance, added: object, tmp_path: Path) -> None:
    from huimin.app import create_app

    make_small_county(sqlite_instance).sell(0, 0, 12_800)
    client = create_app(instance=sqlite_instance, testing=True).test_client()
    sign_in(client, make_staff(sqlite_instance, "auditor")["username"])
    page = client.get("/reports/?month=2026-10").text
    key = "512022001000 supermarket"
    section = page.split('id="by-place"')[1].split("</section>")[0]
    assert "<svg" in section and key in section and "¥10.24" in section
    assert 'id="by-terms"' in page
    link = re.search(r'href="(/reports/rows[^"]*by=place[^"]*)"', section)
    assert link and "¥10.24" in client.get(link[1].replace("&amp;", "&")).text

    period = checked_period("2026-10")
    report = sqlite_instance.engine.read(lambda tx: report_of(tx, period))
    made = {form: export_report(report, form, "测试县", annexes=["place"]) for form in EXPORTS}
    assert [row["key"] for row in json.loads(made["json"])["by_place"]] == [key]
    rows = list(csv.reader(io.StringIO(made["csv"].decode("utf-8-sig"))))
    assert [row[3] for row in rows if row[1] == "place"] == [key]
    assert key in made["table"].decode()
    for content in (made["xlsx"], filled_template(example_template(), report, "测试县")):
        sheet = openpyxl.load_workbook(io.BytesIO(content))["按place"]
        assert key in {cell.value for row in sheet.iter_rows() for cell in row}
    pages = pypdfium2.PdfDocument(made["pdf"])
    text = "\n".join(each.get_textpage().get_text_bounded() for each in pages)
    assert key in text and "分place" in text


def test_a_month_that_was_signed_before_stays_as_it_was(
    sqlite_instance: Instance, monkeypatch: Any
) -> None:
    county = make_small_county(sqlite_instance)
    county.sell(0, 0, 12_800)
    period = checked_period("2026-10")
    report = sqlite_instance.engine.read(lambda tx: report_of(tx, period))
    signed = report.as_dict()
    files = {form: export.make(report, "测试县") for form, export in EXPORTS.items()}
    for grouping in NEW:
        monkeypatch.setitem(GROUPINGS, grouping.code, grouping)
    read = MonthlyReport.from_dict(signed)
    assert read.as_dict() == signed and read.rows("place") == ()
    assert {form: export.make(read, "测试县") for form, export in EXPORTS.items()} == files


def card_dimensions() -> list[str]:
    """Of rollup_month_cards, in which different cards are counted."""
    return [each.column for each in GROUPINGS.values() if each.cards]


@pytest.mark.parametrize(
    ("table", "kept"), [("rollup_month", dimensions), ("rollup_month_cards", card_dimensions)]
)
def test_the_schema_lets_in_what_the_table_keeps(table: str, kept: Any) -> None:
    """A grouping by another column needs a migration that widens this CHECK."""
    checked = re.search(rf"CREATE TABLE {table} \(.*?dimension IN \((.*?)\)\)", SCHEMA, re.S)
    assert checked and set(re.findall(r"'(\w+)'", checked[1])) == set(kept())
