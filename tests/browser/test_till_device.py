"""A device is set up as a till by one code, faces the customer, and is given up by the manager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.accessible import barriers
from tests.browser.conftest import Visit
from tests.browser.sizes import at_desk
from tests.browser.test_till import choose
from tests.making.staff import PASSWORD

pytestmark = pytest.mark.browser


def set_up(visit: Visit, enter: bool = True) -> None:
    page = visit.page
    page.goto(visit.county.address + "/till/")
    visit.follow('a[href="/till/set-up"]')
    page.wait_for_selector("#join-code:focus")
    with visit.at_once():
        page.keyboard.type(f"{visit.county.address}/till/set-up#{visit.county.join_code()}")
    if enter:
        page.keyboard.press("Enter")
    page.wait_for_selector("#ready:not([hidden])")
    page.wait_for_selector("#today-sales li")


@pytest.mark.parametrize(("visit", "enter"), [("phone", True), ("desk", False)], indirect=["visit"])
def test_one_code_and_no_sign_in(visit: Visit, enter: bool) -> None:
    set_up(visit, enter)
    assert visit.page.locator(".sign-out-form").count() == 0
    visit.scan(visit.county.card["token"])
    visit.page.wait_for_selector("#sale:not([hidden])")
    choose(visit, "20")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#done:not([hidden])")
    kept = {one["name"]: one for one in visit.page.context.cookies(visit.county.address + "/till/")}
    assert kept["huimin_till"]["httpOnly"] and kept["huimin_till"]["sameSite"] == "Strict"
    held = visit.page.evaluate("JSON.stringify({...localStorage}) + document.cookie")
    assert visit.county.terminal_key not in held
    assert visit.wide() == 0


@at_desk
def test_what_is_no_code_is_said(visit: Visit) -> None:
    page = visit.page
    page.goto(visit.county.address + "/till/set-up")
    assert barriers(page) == []
    page.fill("#join-code", "hello")
    page.keyboard.press("Enter")
    page.locator("#join-problem", has_text="10 位数字").wait_for()
    page.fill("#join-code", visit.county.terminal_key)
    page.keyboard.press("Enter")
    page.locator("#join-problem", has_text="不能让设备加入").wait_for()
    page.fill("#join-code", "01234 56789")
    page.keyboard.press("Enter")
    page.locator("#join-problem", has_text="已用过或已过期").wait_for()
    assert visit.wide() == 0


@at_desk
def test_the_set_up_is_given_up_with_the_manager(visit: Visit) -> None:
    set_up(visit)
    page = visit.page
    page.goto(visit.county.address + "/till/set-up")
    page.fill("#manager-name", visit.county.manager)
    page.fill("#manager-password", "not-the-password")
    page.click("#leave-form button")
    page.locator("#leave-problem", has_text="用户名或密码不对").wait_for()
    page.fill("#manager-password", PASSWORD)
    page.click("#leave-form button")
    page.wait_for_selector("#leave-form", state="detached")
    page.goto(visit.county.address + "/till/")
    page.wait_for_selector("#username")


@pytest.fixture
def customer(visit: Visit) -> Iterator[Any]:
    """The till of a set-up device, and the window that faces the customer."""
    set_up(visit)
    window = visit.page.context.new_page()
    window.set_default_timeout(30_000)
    window.goto(visit.county.address + "/till/customer")
    yield window
    window.close()


@at_desk
def test_the_customer_sees_amounts_and_nothing_else(visit: Visit, customer: Any) -> None:
    page = visit.page
    shown: list[str] = [customer.inner_text("#customer")]
    for card in (visit.county.lost_card, visit.county.card):
        visit.scan(card["token"])
        page.wait_for_selector("#refused:not([hidden]), #sale:not([hidden])")
        shown += [customer.inner_text("#customer"), page.inner_text("#facing")]
        if card is visit.county.card:
            choose(visit, "128")
    customer.locator('[data-sum="payable_fen"]', has_text="¥117.76").wait_for()
    assert page.inner_text('#facing [data-sum="payable_fen"]') == "¥117.76"
    shown += [customer.inner_text("#customer"), page.inner_text("#facing")]
    page.keyboard.press("Enter")
    page.wait_for_selector("#done:not([hidden])")
    customer.locator(".facing-thanks").wait_for()
    shown += [customer.inner_text("#customer"), page.inner_text("#facing")]
    words = " ".join(shown)
    for told in ("黄", "李", "张", "女儿", "挂失", "card_", "暂时", "惠民卡号"):
        assert told not in words
    colours = customer.evaluate(
        """() => [...document.querySelectorAll("body, body *")].flatMap(one => {
          const style = getComputedStyle(one);
          return [style.color, style.backgroundColor];
        })"""
    )
    reds = [tuple(map(int, one[4:-1].split(","))) for one in set(colours) if "rgb(" in one]
    assert not [one for one in reds if one[0] > one[1] + 60 and one[0] > one[2] + 60]
    assert barriers(customer) == []


@at_desk
def test_a_customers_window_that_opens_late_is_told(visit: Visit) -> None:
    set_up(visit)
    visit.scan(visit.county.card["token"])
    visit.page.wait_for_selector("#sale:not([hidden])")
    choose(visit, "10")
    window = visit.page.context.new_page()
    window.goto(visit.county.address + "/till/customer")
    window.locator('[data-sum="payable_fen"]', has_text="¥9.20").wait_for()
    window.close()


@at_desk
def test_two_tabs_of_one_till_do_not_disturb_each_other(visit: Visit) -> None:
    set_up(visit)
    other = visit.page.context.new_page()
    other.goto(visit.county.address + "/till/")
    other.wait_for_selector("#today-sales li")
    visit.scan(visit.county.card["token"])
    visit.page.wait_for_selector("#sale:not([hidden])")
    assert other.is_visible("#ready")
    other.close()


@pytest.mark.parametrize(
    ("visit", "scheme"), [("desk", "light"), ("phone", "dark")], indirect=["visit"]
)
def test_night_colours_are_readable(visit: Visit, scheme: str) -> None:
    visit.page.emulate_media(color_scheme=scheme)
    set_up(visit)
    page = visit.page
    assert barriers(page) == []
    visit.scan(visit.county.card["token"])
    page.wait_for_selector("#sale:not([hidden])")
    choose(visit, "128")
    assert barriers(page) == []
    dark = "getComputedStyle(document.querySelector('#sale')).backgroundColor"
    assert (page.evaluate(dark) == "rgb(255, 255, 255)") is (scheme == "light")
    page.click("#till:not([data-fresh]) #sale-form [data-next]")
    page.wait_for_selector("#ready:not([hidden])")
    visit.scan(visit.county.lost_card["token"])
    page.wait_for_selector("#refused:not([hidden])")
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.wait_for_selector("#ready:not([hidden])")
