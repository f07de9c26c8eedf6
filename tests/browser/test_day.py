"""The day's end in a real browser: the statement, a list that differs, one that agrees, closed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.accessible import barriers
from tests.browser.conftest import Visit
from tests.browser.header import open_menu
from tests.browser.sizes import on_phone

pytestmark = pytest.mark.browser


def rows_of(page: Any) -> list[list[str]]:
    """Order number, full price, discount and amount paid of each row on the page."""
    found = []
    for row in page.locator(".day-rows tbody tr").all():
        cells = [text.strip() for text in row.locator("td").all_inner_texts()]
        found.append([cells[2], *(cell.replace("¥", "") for cell in cells[4:7])])
    return found


def upload(page: Any, rows: list[list[str]]) -> None:
    text = "订单号,原价,优惠,实付\n" + "\n".join(",".join(row) for row in rows)
    file = {"name": "收银清单.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}
    page.set_input_files("#field-file", file)
    with page.expect_navigation():
        page.get_by_role("button", name="上传并核对").click()


@on_phone
def test_a_day_is_compared_and_closed(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.cashier)
    visit.follow(page.get_by_role("link", name="对账单与结清"))
    page.wait_for_selector(".day-rows")
    rows = rows_of(page)
    assert rows and visit.wide() == 0
    assert barriers(page) == []
    upload(page, [[rows[0][0], rows[0][1], rows[0][2], "0.01"], *rows[1:]])
    page.wait_for_selector(".differences")
    assert "¥0.01" in page.inner_text(".differs") and rows[0][3] in page.inner_text(".differs")
    assert "请店长登录" in page.inner_text("main")
    assert visit.wide() == 0 and barriers(page) == []
    page.go_back()
    upload(page, rows)
    page.wait_for_selector("text=两边一致")
    assert visit.wide() == 0 and barriers(page) == []
    closing = page.get_by_role("button", name="结清")
    if closing.count():
        visit.follow(closing)
        page.wait_for_selector("text=已结清，两边一致")
    else:  # closed in the other window's visit, and nothing came after it
        assert "这一天已经结清" in page.inner_text("main")
    open_menu(page)
    visit.follow(page.get_by_role("link", name="对账单").first)
    page.wait_for_selector("text=已结清，两边一致")
    page.emulate_media(media="print")
    assert page.is_hidden("#field-file") and page.is_visible(".day-rows")
