"""The month's report in a real browser: chart, the same numbers as a table, and the download."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from tests.browser.conftest import Visit
from tests.browser.sizes import at_desk, on_phone

pytestmark = pytest.mark.browser


@at_desk
def test_the_month_has_charts_tables_and_a_workbook(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)
    page.wait_for_url("**/today")
    page.goto(f"{visit.county.address}/reports/")
    assert page.locator(".chart svg").count() >= 3
    assert page.locator(".chart svg title").count() >= 3
    assert page.locator("table.figures").count() >= 4
    assert "天池平价超市" in page.inner_text("main")
    assert visit.wide() == 0
    charts = page.locator(".chart svg.chart-wide")
    for chart in charts.all():
        card = chart.locator("xpath=..").bounding_box()["width"]
        assert card - 60 < chart.bounding_box()["width"] <= card
    # What answers "how was the month" is in sight without scrolling on an office's screen.
    page.set_viewport_size({"width": 1366, "height": 768})
    for place in (
        ".report-sentence",
        ".totals",
        "[aria-labelledby=standing-out]",
        ".first-screen > :last-child",
    ):
        box = page.locator(place).bounding_box()
        assert box["y"] + box["height"] <= 768, place
    # Each chart's table is one press away, and sorts by its heads with the keyboard too.
    section = page.locator("section", has=page.locator("#by-outlet"))
    section.locator("summary").click()
    head = section.locator("th").filter(has_text="优惠笔数")
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    counts = [int(text) for text in section.locator("tbody td:nth-child(2)").all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    page.click("summary:has-text('下载')")
    with page.expect_download() as download:
        page.click("a[href$='.xlsx']")
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    cells = [cell for sheet in book for row in sheet.values for cell in row]
    assert any("天池平价超市" in str(cell) for cell in cells)


@on_phone
def test_a_month_without_sales_says_so(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)
    page.goto(f"{visit.county.address}/reports/?month=2020-01")
    assert page.locator("table.figures").count() == 0
    assert page.inner_text("main .sheet")
    assert visit.wide() == 0
