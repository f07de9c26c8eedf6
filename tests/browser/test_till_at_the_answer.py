"""What a hand does in the very moment in which an answer comes must not hide the sum, and what was
opened in the page's header must not cover it or give up the sale below it.
"""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.header import open_menu
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_till import begin, choose
from tests.browser.test_till_answers import press
from tests.browser.windows import till_ready

pytestmark = pytest.mark.browser

ESCAPE_WITH = """(id) => new MutationObserver((_, self) => {
  if (document.getElementById(id).hidden) return;
  self.disconnect();
  const escape = new KeyboardEvent("keydown", { key: "Escape", bubbles: true });
  queueMicrotask(() => document.body.dispatchEvent(escape));
}).observe(document.getElementById(id), { attributes: true })"""


@at_desk
def test_who_gives_up_as_the_sum_appears_is_told_it(visit: Visit) -> None:
    held = press(visit, "50", entered=True)
    visit.page.evaluate(ESCAPE_WITH, "done")
    held.release()
    till_ready(visit.page)
    assert visit.page.inner_text("#told") == "上一笔：实付 ¥46.00"


@at_desk
def test_so_is_who_leaves_as_the_sum_to_give_back_appears(visit: Visit) -> None:
    page = visit.page
    press(visit, "50", entered=True).release()
    page.wait_for_selector("#till:not([data-fresh])[data-state=done]")
    page.click("#undo")
    page.locator("#reverse-pays", has_text="¥46.00").wait_for()
    page.evaluate(ESCAPE_WITH, "reversed")
    page.click("#reverse-confirm")
    till_ready(page)
    assert page.inner_text("#told") == "上一笔：请退还顾客 ¥46.00"


@at_desk
def test_a_card_whose_scan_began_before_the_sum_waits(visit: Visit) -> None:
    page, token = visit.page, visit.county.card["token"]
    held = press(visit, "50", entered=True)
    with visit.at_once():
        page.keyboard.type(token[:100])
        visit.pause(20)
        held.release()
        page.wait_for_selector("#done:not([hidden])")
        page.keyboard.type(token[100:])
        page.keyboard.press("Enter")
    page.locator("#told", has_text="下一张卡已经读到").wait_for()
    assert page.inner_text("#done-payable") == "¥46.00"
    page.wait_for_selector("#till:not([data-fresh])")
    page.click("#next")
    page.wait_for_selector("#sale:not([hidden])")


@at_desk
def test_escape_closes_the_panel_and_not_the_sale(visit: Visit) -> None:
    page = visit.page
    begin(visit)
    choose(visit, "50")
    page.click(".nav-account summary")
    page.keyboard.press("Escape")
    page.wait_for_selector(".nav-account:not([open])")
    assert page.input_value("#amount") == "50"
    assert page.is_visible("#sale")
    page.keyboard.press("Escape")
    till_ready(page)


@on_phone
def test_the_sum_is_not_pushed_away_by_an_open_menu(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.cashier)
    till_ready(page)
    open_menu(page)
    page.click(".nav-account summary")
    visit.scan_by_keys(visit.county.card["token"])
    page.wait_for_selector("#sale:not([hidden])")
    choose(visit, "50")
    page.keyboard.press("Enter")
    page.wait_for_selector("#done:not([hidden])")
    assert page.locator(".menu-button").get_attribute("aria-expanded") == "false"
    box = page.locator("#done-payable").bounding_box()
    assert box["y"] + box["height"] < page.viewport_size["height"]
