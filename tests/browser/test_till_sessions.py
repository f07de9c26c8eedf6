"""A till that a sign-in opened: it ends with the sign-out, also without network, and a session that
ends while something is typed costs nothing that was typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.accessible import barriers
from tests.browser.conftest import Visit
from tests.browser.header import press_sign_out
from tests.browser.offline_county import OfflineCounty, OfflineTill, make_till
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_till import begin, choose
from tests.browser.windows import new_context, till_ready
from tests.making.staff import PASSWORD, make_staff

pytestmark = pytest.mark.browser


@pytest.fixture
def cashiers_till(offline_county: OfflineCounty, browser: Any) -> Iterator[OfflineTill]:
    """A till that a cashier's sign-in opened, and that could go on without network."""
    offline_county.start()
    context = new_context(browser)
    till = make_till(offline_county, context)
    with offline_county.instance() as instance:
        cashier = make_staff(instance, "cashier", outlet_id=offline_county.outlet["id"])
    page = till.page = till.new_page()
    page.goto(offline_county.address)
    sign_in(page, cashier["username"])
    page.wait_for_selector("#card, .choice")
    if page.query_selector(".choice"):
        page.click(f'.choice[value="{till.terminal["id"]}"]')
    till_ready(page)
    till.wait_until_ready()
    yield till
    context.close()
    assert till.errors == []


def sign_in(page: Any, username: str) -> None:
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")


def is_closed(till: OfflineTill, card: str) -> None:
    """The kept page sells nothing to anybody, and says why."""
    assert till.refused(card) == "offline_signed_out"
    assert "已退出登录" in till.page.inner_text("#refused-detail")
    till.page.keyboard.press("Escape")
    till.page.locator("#banner-more", has_text="已退出登录").wait_for()
    assert till.queue() == []


def test_a_sign_out_ends_it_for_the_time_without_network_too(
    cashiers_till: OfflineTill, cards: list[str]
) -> None:
    till = cashiers_till
    till.context.set_offline(True)
    till.sell(cards[0], "10")  # as long as the cashier is signed in it goes on
    till.context.set_offline(False)
    till.wait_until_sent()
    till.page.keyboard.press("Escape")
    till.page.evaluate("async () => (await import('/static/till/queue.js')).clearAway('')")
    press_sign_out(till.page)
    till.page.wait_for_selector("#username")
    till.context.set_offline(True)
    till.page.goto(f"{till.county.address}/till/")
    till_ready(till.page)
    is_closed(till, cards[1])


def test_a_sign_out_without_network_counts_at_once(
    cashiers_till: OfflineTill, cards: list[str]
) -> None:
    till = cashiers_till
    till.context.set_offline(True)
    with till.page.expect_navigation():
        press_sign_out(till.page)
    till_ready(till.page)
    is_closed(till, cards[0])
    till.context.set_offline(False)
    till.page.wait_for_selector("#username")
    till.page.goto(f"{till.county.address}/till/")
    till.page.wait_for_selector("#username")


@on_phone
def test_a_session_that_ends_is_begun_again_on_the_spot(visit: Visit) -> None:
    begin(visit)
    choose(visit, "128")
    page = visit.page
    page.context.clear_cookies()
    page.click("#confirm")
    page.wait_for_selector("#sign-in-again:not([hidden])")
    page.locator("#quote-problem", has_text="登录已过期").wait_for()
    assert "Bearer" not in page.inner_text("body")
    assert page.input_value("#amount") == "128"
    assert visit.wide() == 0 and barriers(page) == []
    with page.expect_popup() as opened:
        page.click("#sign-in-again a")
    window = opened.value
    sign_in(window, visit.county.cashier)
    page.wait_for_selector("#sign-in-again", state="hidden")
    page.click("#confirm")
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥117.76"


@at_desk
def test_a_practice_till_goes_on_too_after_the_sign_in(visit: Visit) -> None:
    visit.sign_in(visit.county.cashier)
    page = visit.page
    till_ready(page)
    page.get_by_role("link", name="收银台练习（不记账）").click()
    page.wait_for_selector(".practice-banner")
    till_ready(page)
    page.click("[data-practice-kind=discount] [data-practice-card]")
    page.fill("#amount", "128")
    page.locator("#confirm:not([disabled])").wait_for()
    page.context.clear_cookies()
    page.click("#confirm")
    page.wait_for_selector("#sign-in-again:not([hidden])")
    with page.expect_popup() as opened:
        page.click("#sign-in-again a")
    sign_in(opened.value, visit.county.cashier)
    page.wait_for_selector("#sign-in-again", state="hidden")
    page.click("#confirm")
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥117.76"


@at_desk
def test_what_a_claim_says_stays_when_the_session_ends(visit: Visit) -> None:
    visit.sign_in(visit.county.cashier)
    page = visit.page
    till_ready(page)
    visit.scan(visit.county.lost_card["token"])
    page.click("#claim-offer")
    page.fill("#claim-amount", "99.50")
    page.click("#claim-order")
    visit.scan_by_keys("S-20261128-77")  # the shop's own receipt
    assert page.input_value("#claim-order") == "S-20261128-77"
    page.context.clear_cookies()
    page.click("#claim-send")
    page.locator("#claim-problem", has_text="登录已过期").wait_for()
    assert page.is_visible("#sign-in-again")
    assert page.input_value("#claim-order") == "S-20261128-77"
