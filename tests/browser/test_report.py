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
    for box in page.locator(".chart svg").all():
        assert box.bounding_box()["width"] > 200
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
