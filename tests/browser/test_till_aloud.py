"""What the till says aloud, and what it says where the browser can't print."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_till import begin, choose

pytestmark = pytest.mark.browser

LISTEN = """
  window.said = [];
  speechSynthesis.speak = (sentence) => said.push([sentence.text, sentence.lang]);
"""


def sell(visit: Visit) -> None:
    begin(visit)
    choose(visit, "128")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#done:not([hidden])")


@at_desk
def test_where_the_outlet_wants_it_the_sum_is_said_once_it_is_recorded(visit: Visit) -> None:
    page = visit.page
    page.add_init_script(LISTEN)
    sell(visit)
    assert page.evaluate("said") == []
    page.context.clear_cookies()
    visit.sign_in(visit.county.manager)
    page.goto(f"{visit.county.address}/my-merchant/")
    page.get_by_role("button", name="天池平价超市 读出实付").click()
    page.locator(".done-words").wait_for()
    page.get_by_role("button", name="天池平价超市 不再读出实付").wait_for()
    page.context.clear_cookies()
    sell(visit)
    assert page.evaluate("said") == [["实付 117 元 7 角 6 分", "zh-Hans"]]
    page.click("#sound")
    page.keyboard.press("Escape")
    sell(visit)
    assert page.evaluate("said") == [], "the sound switch silences it too"


@on_phone
def test_a_browser_that_can_not_print_says_so(visit: Visit) -> None:
    visit.page.add_init_script("window.print = undefined")
    sell(visit)
    printed: list[str] = []
    visit.page.on("request", lambda one: printed.append(one.url) if "prints" in one.url else None)
    visit.page.click("#print")
    visit.page.locator("#told", has_text="不能打印").wait_for()
    assert printed == [], "and no print is counted"
    assert visit.wide() == 0
