"""The return form at the till: which lines, or how much of the sum, and what the customer gets."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.browser.accessible import barriers
from tests.browser.conftest import Visit
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_till import begin, choose
from tests.browser.windows import till_ready

pytestmark = pytest.mark.browser

GOODS = [
    {"name": "东北大米", "category": "food", "amount_fen": 10_300},
    {"name": "香烟", "category": "tobacco", "amount_fen": 2_500},
    {"name": "矿泉水", "category": "drink", "quantity": 3, "amount_fen": 900},
    {"name": "满减券", "category": "food", "amount_fen": -1_120},
]


def sell(visit: Visit, order_no: str, **basket: Any) -> str:
    """A sale of the shop's own till program at the page's outlet; its order number."""
    headers = {"Authorization": f"Bearer {visit.county.terminal_key}", "Idempotency-Key": order_no}
    body = {
        "card": visit.county.card["token"],
        "order_no": order_no,
        "presented_by": visit.county.card["holder_id"],
        "identity_checked": True,
        **basket,
    }
    address = f"{visit.county.address}/api/v1/redemptions"
    answer = httpx.post(address, json=body, headers=headers, trust_env=False, timeout=60)
    assert answer.status_code == 201, answer.text
    return order_no


def open_return(visit: Visit, order_no: str) -> None:
    page = visit.page
    page.click("#sales-open")
    page.fill("#sales-search", order_no)
    page.locator("#sales-list li", has_text=order_no).locator("button").click()
    page.wait_for_selector("#reverse:not([hidden])")


# Nothing chosen and confirmed at once; timers go off in their order, so the quote's has by then.
CONFIRM_NOTHING = """() => new Promise((done) => {
  document.getElementById("reverse-all").click();
  document.getElementById("reverse-confirm").click();
  setTimeout(done, 2000);
})"""


def confirm(visit: Visit, pays: str) -> None:
    """Once the page says what the customer gets; it is what they get."""
    page = visit.page
    page.locator("#reverse-pays", has_text=pays).wait_for()
    page.click("#reverse-confirm")
    page.wait_for_selector("#reversed:not([hidden])")
    assert page.inner_text("#reversed-payable") == pays


@on_phone
def test_lines_are_chosen_and_come_back_at_what_was_paid(visit: Visit) -> None:
    visit.sign_in(visit.county.cashier)
    till_ready(visit.page)
    order_no = sell(visit, "lines-1", amount_fen=12_580, items=GOODS)
    page = visit.page
    open_return(visit, order_no)
    # 112.00 with a coupon of 11.20: the goods were 100.80, less 8 %; the tobacco was 25.00.
    page.locator("#reverse-pays", has_text="¥117.74").wait_for()
    assert "全部退回 ¥125.80" in page.inner_text("#reverse-confirm")
    assert barriers(page) == []
    assert visit.wide() == 0 and visit.wide_when_large() == 0
    page.evaluate(CONFIRM_NOTHING)
    assert "请选" in page.inner_text("#reverse-problem")
    page.check("label:has-text('香烟') input")
    page.locator("#reverse-confirm", has_text="退回其中的 ¥25.00").wait_for()
    page.keyboard.press("Enter")  # a scanner's, or a habit's: nothing is taken back by it
    confirm(visit, "¥25.00")
    open_return(visit, order_no)
    assert "已退" in page.inner_text("#reverse-line-list li:has-text('香烟')")
    assert "一起退" in page.inner_text("#reverse-line-list li:has-text('满减券')")
    page.click("#reverse-all")
    # One of three bottles: 3.00 less its part of the coupon, 0.30, less 8 %.
    page.select_option("#reverse-line-list li:has-text('矿泉水') select", "1")
    confirm(visit, "¥2.49")
    open_return(visit, order_no)
    confirm(visit, "¥90.25")
    page.click("#sales-open")
    page.locator("#sales-list li", has_text=order_no).locator("button:disabled").wait_for()


@at_desk
def test_a_sum_says_how_much_of_it_took_no_part(visit: Visit) -> None:
    visit.sign_in(visit.county.cashier)
    till_ready(visit.page)
    order_no = sell(visit, "sums-1", amount_fen=12_800, excluded_fen=2_800)
    page = visit.page
    open_return(visit, order_no)
    page.wait_for_selector("#reverse-amount:focus")
    assert page.is_hidden("#reverse-lines") and page.is_hidden("#reverse-insured-box")
    page.locator("#reverse-pays", has_text="¥120.00").wait_for()
    page.keyboard.type("28")
    page.locator("#reverse-confirm", has_text="确认退回").wait_for()
    assert page.input_value("#reverse-excluded") == ""
    page.keyboard.press("Enter")
    page.locator("#reverse-problem", has_text="没有就填 0").wait_for()
    page.fill("#reverse-excluded", "28")
    confirm(visit, "¥28.00")
    open_return(visit, order_no)
    page.fill("#reverse-amount", "50")
    assert page.is_hidden("#reverse-excluded-box")
    confirm(visit, "¥46.00")


@on_phone
def test_nothing_hides_what_a_late_return_pays_back(visit: Visit) -> None:
    """Cancel, Escape, the next card: nothing begins before the answer; no answer is no loss."""
    begin(visit)
    choose(visit, "60")
    page = visit.page
    page.keyboard.press("Enter")
    page.wait_for_selector("#done:not([hidden])")
    page.click("#undo")
    page.locator("#reverse-pays", has_text="¥55.20").wait_for()
    lost: list[Any] = []
    page.route("**/reverse", lambda route: lost.append(route))
    with page.expect_request("**/reverse"):
        page.click("#reverse-confirm")
    page.keyboard.press("Escape")
    page.click("#reverse [data-next]")
    visit.scan_by_keys(visit.county.card["token"])
    assert page.is_visible("#reverse") and page.is_disabled("#reverse-confirm")
    lost[0].fetch()  # recorded, and the answer is lost
    lost[0].abort()
    page.locator("#reverse-problem", has_text="不会重复退").wait_for()
    page.unroute("**/reverse")
    page.click("#reverse-confirm")
    page.wait_for_selector("#reversed:not([hidden])")
    assert page.inner_text("#reversed-payable") == "¥55.20"
    page.locator("#till:not([data-fresh])").wait_for()
    page.click("#reversed [data-next]")
    page.wait_for_selector("#sale:not([hidden])")  # the card that was scanned meanwhile
    visit.errors.clear()  # the browser notes the request that failed
