"""From a refusal to the month's report in a browser: the till files, another person approves."""

from __future__ import annotations

import re

import pypdfium2
import pytest

from tests.browser.conftest import Visit
from tests.browser.header import press_sign_out
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_receipts import check_paper
from tests.browser.windows import till_ready

pytestmark = pytest.mark.browser


def refused(visit: Visit) -> None:
    visit.page.goto(f"{visit.county.address}/till/")
    till_ready(visit.page)
    visit.page.fill("#card", visit.county.lost_card["token"])  # as it is pasted
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#refused:not([hidden])")
    assert visit.page.inner_text("#refused-code") == "card_lost"


def sign_out(visit: Visit) -> None:
    visit.page.goto(f"{visit.county.address}/account")
    with visit.page.expect_navigation():
        press_sign_out(visit.page)
    visit.page.wait_for_selector("#username")


def report_discount(visit: Visit) -> int:
    """The month's discount in fen, as the report's page says it."""
    visit.page.goto(f"{visit.county.address}/reports/")
    visit.page.wait_for_selector(".totals, table")
    found = re.findall(r"[¥￥]\s?([\d,]+\.\d\d)", visit.page.inner_text("main"))
    return sum(int(amount.replace(",", "").replace(".", "")) for amount in found)


@pytest.mark.parametrize("visit", ["phone"], indirect=True)
def test_from_a_refusal_to_the_ledger(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)
    before = report_discount(visit)
    sign_out(visit)
    visit.sign_in(visit.county.cashier)
    refused(visit)
    assert "李" not in page.inner_text("#refused")
    assert visit.wide() == 0
    page.click("#claim-offer")
    page.wait_for_selector("#claim-amount:focus")
    assert visit.wide() == 0
    page.click("#claim-send")
    page.wait_for_selector("#claim-problem:not(:empty)")
    page.fill("#claim-amount", "50")
    order = f"小票-{page.viewport_size['width']}"
    page.fill("#claim-order", order)
    with page.expect_response("**/till/claims") as filed:
        page.click("#claim-send")
    assert filed.value.status == 201
    number = filed.value.json()["claim_no"]
    page.wait_for_selector("#claimed:not([hidden])")
    assert page.inner_text("#claimed-number") == number
    assert visit.wide() == 0
    with page.expect_response("**/paper"):
        page.click("#print-claim")
    page.wait_for_selector("body.prints-paper")
    slip = check_paper(pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True)), 80)
    assert number in slip and "优惠补录单" in slip and "50.00" in slip
    # The same order again is told to wait, and the next scan goes on.
    refused(visit)
    page.click("#claim-offer")
    page.fill("#claim-amount", "50")
    page.fill("#claim-order", order)
    page.click("#claim-send")
    page.locator("#claim-problem", has_text=number).wait_for()
    visit.scan(visit.county.card["token"])
    page.wait_for_selector("#sale:not([hidden])")
    sign_out(visit)
    visit.sign_in(visit.county.administrator)
    page.goto(f"{visit.county.address}/claims/")
    assert visit.wide() == 0
    visit.follow(f"text={number}")
    page.wait_for_selector("button[value=approve]")
    assert visit.wide() == 0
    assert "¥4.00" in page.inner_text("button[value=approve]")
    visit.follow("button[value=approve]")
    page.wait_for_selector(".error-summary")
    page.fill("#field-reason", "卡已找回，确系本人购买")
    visit.follow("button[value=approve]")
    page.wait_for_selector(".done-words")
    assert "¥4.00" in page.inner_text(".done-words")
    assert report_discount(visit) > before
    sign_out(visit)
    visit.sign_in(visit.county.cashier)
    page.goto(f"{visit.county.address}/till/claims")
    visit.follow(f"text={number}")
    visit.follow("text=看小票和退款金额")
    page.wait_for_selector("#print-receipt")
    assert "补退顾客" in page.inner_text("#paper") and "¥4.00" in page.inner_text("#paper")


@at_desk
def test_the_done_page_prints_in_place_and_again_as_a_reprint(visit: Visit) -> None:
    from tests.browser.test_till import begin, choose

    begin(visit)
    choose(visit, "128")
    visit.page.click("#confirm")
    visit.page.wait_for_selector("#done:not([hidden])")
    texts = []
    for _ in range(2):
        with visit.page.expect_response("**/prints"):
            visit.page.click("#print")
        visit.page.wait_for_selector("body.prints-paper")
        made = pypdfium2.PdfDocument(visit.page.pdf(prefer_css_page_size=True))
        texts.append(check_paper(made, 80))
        visit.page.wait_for_selector("body:not(.prints-paper)")
    assert "¥117.76" in texts[0] and "重打" not in texts[0]
    assert "重打 第 2 次" in texts[1]
    assert visit.page.is_visible("#done")
    assert visit.wide() == 0
    visit.page.click("#undo")
    visit.page.wait_for_selector("#reverse-amount:focus")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#reversed:not([hidden])")
    with visit.page.expect_response("**/prints"):
        visit.page.click("#print-back")
    visit.page.wait_for_selector("body.prints-paper")
    slip = check_paper(pypdfium2.PdfDocument(visit.page.pdf(prefer_css_page_size=True)), 80)
    assert "退货凭证" in slip and "117.76" in slip


@on_phone
def test_a_receipt_is_reached_from_today_s_list(visit: Visit) -> None:
    visit.sign_in(visit.county.cashier)
    visit.follow("#today-sales a")
    visit.page.wait_for_selector("#print-receipt")
    assert visit.wide() == 0
