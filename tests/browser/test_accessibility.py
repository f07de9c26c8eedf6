"""The pages that everybody meets hold no barrier, at normal size and with text at 200 %."""

from __future__ import annotations

import pytest

from tests.browser.accessible import barriers
from tests.browser.conftest import Visit
from tests.browser.sizes import on_phone
from tests.browser.test_till import begin, choose
from tests.browser.windows import till_ready

pytestmark = pytest.mark.browser


def enlarge(visit: Visit) -> None:
    """As a reader does who sets the text to twice its size."""
    visit.page.evaluate("document.documentElement.style.fontSize = '200%'")


def test_the_door(visit: Visit) -> None:
    visit.page.goto(visit.county.address + "/sign-in")
    assert barriers(visit.page) == []
    enlarge(visit)
    assert visit.wide() == 0


@on_phone
def test_an_address_that_is_not_there(visit: Visit) -> None:
    visit.page.goto(visit.county.address + "/public/nosuch")
    assert barriers(visit.page) == []


def test_the_till_in_each_of_its_states(visit: Visit) -> None:
    page = visit.page
    begin(visit)
    assert barriers(page) == []
    choose(visit, "128")
    assert barriers(page) == []
    enlarge(visit)
    assert visit.wide() == 0
    page.keyboard.press("Enter")
    page.wait_for_selector("#done:not([hidden])")
    assert barriers(page) == []
    assert visit.wide() == 0
    page.click("#undo")
    page.wait_for_selector("#reverse-amount:focus")
    assert barriers(page) == []
    assert visit.wide() == 0
    page.keyboard.press("Enter")
    page.wait_for_selector("#reversed:not([hidden])")
    assert barriers(page) == []
    assert visit.wide() == 0
    page.click("#sales-open")
    page.wait_for_selector("#sales-list li")
    assert barriers(page) == []
    assert visit.wide() == 0
    page.keyboard.press("Escape")
    till_ready(page)
    visit.scan(visit.county.lost_card["token"])
    page.wait_for_selector("#refused:not([hidden])")
    assert barriers(page) == []
    assert visit.wide() == 0


def test_the_report(visit: Visit) -> None:
    visit.sign_in(visit.county.administrator)
    visit.page.goto(visit.county.address + "/reports/")
    visit.page.wait_for_selector(".chart svg:visible")
    assert barriers(visit.page) == []
    enlarge(visit)
    assert visit.wide() == 0


@on_phone
def test_what_is_behind_the_report_s_numbers(visit: Visit) -> None:
    """A number is quiet until the keyboard is on it; its list can be read by everybody."""
    page = visit.page
    visit.sign_in(visit.county.administrator)
    for of in ("of=used", "of=valid"):
        page.goto(visit.county.address + "/reports/")
        number = page.locator(f".drill td a[href*='{of}']").first
        decoration = "link => getComputedStyle(link).textDecorationLine"
        assert number.evaluate(decoration) == "none"
        number.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        assert number.evaluate(decoration) == "underline"
        shown = number.inner_text()
        visit.press_enter()
        page.wait_for_selector(".list-count")
        assert shown in page.inner_text(".list-count")
        assert barriers(page) == []
        enlarge(visit)
        assert visit.wide() == 0


@on_phone
def test_receipts_and_claims(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.cashier)
    visit.follow("#today-sales a")
    page.wait_for_selector("#print-receipt")
    assert barriers(page) == []
    page.goto(visit.county.address + "/till/")
    page.fill("#card", visit.county.lost_card["token"])
    page.keyboard.press("Enter")
    page.click("#claim-offer")
    page.wait_for_selector("#claim:not([hidden])")
    assert barriers(page) == []
    enlarge(visit)
    assert visit.wide() == 0
    page.fill("#claim-amount", "50")
    page.fill("#claim-order", f"A-{page.viewport_size['width']}")
    page.click("#claim-send")
    page.wait_for_selector("#claimed:not([hidden])")
    assert barriers(page) == []
    page.goto(visit.county.address + "/till/claims")
    assert barriers(page) == []
    page.context.clear_cookies()
    visit.sign_in(visit.county.administrator)
    page.goto(visit.county.address + "/claims/")
    assert barriers(page) == []
    visit.follow("tbody th a")
    page.wait_for_selector("button[value=approve]")
    assert barriers(page) == []
    enlarge(visit)
    assert visit.wide() == 0
