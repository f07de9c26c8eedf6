"""Today's sales at the till: found again, taken back, and confirmed by the manager."""

from __future__ import annotations

import pytest

from tests.browser.accessible import barriers
from tests.browser.conftest import Visit
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_till import begin, choose
from tests.making.staff import PASSWORD

pytestmark = pytest.mark.browser


def sell(visit: Visit, amount: str) -> str:
    """A sale through the page; its receipt number."""
    choose(visit, amount)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#done:not([hidden])")
    return str(visit.page.inner_text("#done-receipt"))


def look_for(visit: Visit, text: str) -> None:
    """Type it at a hand's pace: what comes at once behind it would be a scanner's."""
    visit.take_breath()
    with visit.page.expect_response("**/till/sales"):
        visit.page.fill("#sales-search", text)


@on_phone
def test_a_sale_is_found_and_a_part_goes_back(visit: Visit) -> None:
    begin(visit)
    receipt = sell(visit, "77.77")
    page = visit.page
    page.click("#sales-open")
    page.wait_for_selector("#sales-list li")
    for looked_for in ("77.77", receipt[-7:]):
        look_for(visit, looked_for)
        page.locator("#sales-count", has_text="共 1 笔").wait_for()
        page.locator("#sales-list li >> nth=0", has_text=receipt).wait_for()
    look_for(visit, "98765.43")
    page.locator("#sales-count", has_text="没有").wait_for()
    look_for(visit, receipt[-7:])
    page.locator("#sales-list li", has_text=receipt).locator("button").click()
    page.wait_for_selector("#reverse-amount:focus")
    assert barriers(page) == []
    page.locator("#reverse-confirm", has_text="全部退回 ¥77.77").wait_for()
    page.fill("#reverse-amount", "7.77")
    page.locator("#reverse-confirm", has_text="退回其中的 ¥7.77").wait_for()
    assert page.inner_text("#reverse-pays") == "¥7.15"
    page.click('[data-reason="金额输错"]')
    page.click("#reverse-confirm")
    page.wait_for_selector("#reversed:not([hidden])")
    assert page.inner_text("#reversed-payable") == "¥7.15"
    page.click("#sales-open")
    look_for(visit, receipt[-7:])
    page.locator("#sales-list .left", has_text="¥70.00").wait_for()
    assert visit.wide() == 0


@at_desk
def test_a_scanned_receipt_opens_its_sale(visit: Visit) -> None:
    begin(visit)
    receipt = sell(visit, "31")
    page = visit.page
    visit.scan(f"http://127.0.0.1/r/{receipt}/0123456789abcdef")
    page.locator("#sales-count", has_text="共 1 笔").wait_for()
    assert receipt in page.inner_text("#sales-list")


@on_phone
def test_above_the_merchants_amount_the_manager_confirms(visit: Visit) -> None:
    begin(visit)
    sell(visit, "600")
    page = visit.page
    page.click("#undo")
    page.wait_for_selector("#reverse-amount:focus")
    page.click("#reverse-confirm")
    page.wait_for_selector("#manager-name:focus")
    assert "需要店长" in page.inner_text("#reverse-problem")
    assert barriers(page) == []
    page.fill("#manager-name", visit.county.manager)
    page.fill("#manager-password", "not-the-password")
    page.click("#reverse-confirm")
    page.locator("#reverse-problem", has_text="用户名或密码不对").wait_for()
    assert page.is_visible("#reverse"), "a wrong password is no reason to sign the till out"
    page.fill("#manager-password", PASSWORD)
    page.click("#reverse-confirm")
    page.wait_for_selector("#reversed:not([hidden])")
    assert page.inner_text("#reversed-payable") == "¥552.00"
    assert page.input_value("#manager-password") == ""
    assert visit.wide() == 0
