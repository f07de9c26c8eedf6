"""An office's day in a real browser, on phone and desk: enrol, decide, issue, print, look."""

from __future__ import annotations

import pytest

from tests.browser.accessible import barriers, looks_right
from tests.browser.conftest import PASSWORD, Visit
from tests.browser.header import choose_language
from tests.browser.offline_county import until
from tests.browser.sizes import at_desk, on_phone
from tests.browser.windows import choose_village
from tests.making.holders import id_number

pytestmark = pytest.mark.browser

PAGES = (
    *("/today", "/holders/", "/holders/new", "/applications/?state=", "/registers/", "/cards/"),
    *("/cards/print", "/merchants/", "/outlets/", "/merchants/applications", "/merchants/new"),
    *("/policies/", "/policies/new", "/staff/", "/staff/new", "/audit/", "/audit/lookups"),
    *("/account", "/join", "/alerts/", "/alerts/?state=all", "/attempts/"),
    *("/cards/?entitled=none", "/holders/?kind=none", "/names"),
    *(f"/reach/512022001000/people{path}" for path in ("", "/print?reason=never_used")),
)


def go(visit: Visit, path: str) -> None:
    visit.page.goto(visit.county.address + path)


def test_no_page_of_the_office_holds_a_barrier_or_is_too_wide(visit: Visit) -> None:
    visit.sign_in(visit.county.administrator)
    for path in PAGES:
        go(visit, path)
        looks_right(visit)


@at_desk
def test_back_from_a_form_that_did_not_arrive_shows_what_the_page_says(visit: Visit) -> None:
    """As the page of a slow upload promises: words and choices, no line with a name or number."""
    page = visit.page
    visit.sign_in(visit.county.administrator)
    go(visit, "/staff/new")
    page.fill("[name=name]", "李四")
    page.select_option("[name=role]", "auditor")
    go(visit, "/today")
    page.go_back()
    until(lambda: page.evaluate("document.querySelector('[name=role]')?.value === 'auditor'"))
    assert page.input_value("[name=name]") == ""


@on_phone
def test_the_pages_are_read_in_english(visit: Visit) -> None:
    visit.sign_in(visit.county.administrator)
    choose_language(visit.page, "en")
    visit.page.wait_for_selector("html[lang=en]")
    for path in PAGES:
        go(visit, path)
        heading = visit.page.inner_text("h1")
        # The names of people are not translated.
        assert heading.isascii() or path == "/today", heading
        assert visit.wide() == 0, path


def test_the_groups_open_by_keyboard_and_the_search_by_a_slash(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)
    for language in ("zh_Hant", "en", "zh_Hans"):
        choose_language(page, language)
        height = page.evaluate("document.querySelector('.site-header').offsetHeight")
        assert height < 64, language  # one row of buttons of 44
    menu, group = page.locator(".menu-button"), page.locator(".nav-group", has_text="人与卡")
    if menu.is_visible():
        menu.press("Enter")
    group.locator("summary").press("Enter")
    group.get_by_role("link", name="卡片").first.wait_for()
    page.locator(".nav-waits", has_text="等待打印").wait_for()
    assert barriers(page) == []
    assert visit.wide() == 0
    other = page.locator(".nav-group", has_text="账与报表")
    other.locator("summary").press("Enter")
    group.locator(".nav-panel").wait_for(state="hidden")
    page.keyboard.press("Escape")
    other.locator(".nav-panel").wait_for(state="hidden")
    page.locator("summary:focus", has_text="账与报表").wait_for()
    if menu.is_visible():
        page.keyboard.press("Escape")
        page.locator(".site-menu").wait_for(state="hidden")
    page.keyboard.press("/")
    page.wait_for_selector("[data-search]:focus")
    page.keyboard.type(visit.county.card["number"])
    visit.press_enter()
    page.locator("h1").wait_for()
    assert visit.county.card["holder_id"] in page.url


@at_desk
def test_a_person_is_entered_with_the_keyboard_and_found_again(visit: Visit) -> None:
    page, number = visit.page, id_number()
    visit.sign_in(visit.county.administrator)
    go(visit, "/holders/new")
    page.focus("#field-name")
    page.keyboard.type("司马大青")
    page.focus("#field-id_number")
    page.keyboard.type(number[:17] + ("0" if number[17] != "0" else "1"))
    page.locator("#id-number-told", has_text="号码不对").wait_for()
    page.keyboard.press("Backspace")
    page.keyboard.type(number[17])
    page.locator("#id-number-told", has_text="出生日期").wait_for()
    assert page.locator("#id-number-told").inner_text()[-1] in "男女"
    page.select_option("#field-kind", "dibao")
    page.fill("#field-since", "2026-03-01")
    page.focus("#field-phone")
    page.keyboard.type("12")
    choose_village(page, "xjsq")
    page.click("button[value=enter]")
    page.wait_for_selector("[data-error-summary]")
    page.wait_for_selector("#field-phone:focus")
    assert page.input_value("#field-name") == "司马大青"
    page.fill("#field-phone", "13900001111")
    visit.follow("button[value=enter]")
    page.wait_for_selector(".done-words")
    assert "司**青" in page.inner_text("h1")
    assert barriers(page) == []
    assert visit.wide() == 0
    go(visit, "/holders/")
    page.fill("#field-text", "大青")
    visit.press_enter()
    page.locator("table.list", has_text="司**青").wait_for()
    visit.follow("table.list tbody a")
    visit.follow("text=查看申请")
    assert "等待另一位工作人员审核" in page.inner_text("main")
    assert barriers(page) == []


@on_phone
def test_a_card_is_looked_at_and_a_password_changed(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.administrator)
    go(visit, f"/cards/?number={visit.county.lost_card['number']}")
    visit.follow("table.list tbody a")
    assert "已挂失" in page.inner_text("main")
    assert barriers(page) == []
    assert visit.wide() == 0
    visit.follow("text=查一查能不能优惠")
    page.select_option("#field-outlet", index=1)
    page.fill("#field-amount", "128")
    visit.follow("text=/^查一查$/")
    page.locator("h2", has_text="会被拒").wait_for()
    assert "card_lost" in page.inner_text("main")
    assert page.input_value("#field-amount") == "128"
    assert barriers(page) == []
    assert visit.wide() == 0
    go(visit, "/account")
    page.fill("#field-old_password", PASSWORD)
    page.fill("#field-new_password", "short")
    page.fill("#field-new_again", "short")
    visit.follow("main form button")
    page.wait_for_selector("#problem-new_password")
    assert page.input_value("#field-new_password") == ""
