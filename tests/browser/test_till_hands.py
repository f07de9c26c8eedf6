"""What real scanners and quick hands do: text without keys on every section, damaged codes, an
amount that is typed before the card was checked, sums that can't be.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_till import begin, choose
from tests.browser.test_till_answers import Held
from tests.browser.windows import till_ready

pytestmark = pytest.mark.browser


def field_of_focus(visit: Visit) -> Any:
    return visit.page.evaluate(
        """() => {
          const { tagName, type, inputMode, id } = document.activeElement;
          return [tagName, type, inputMode, id];
        }"""
    )


def commit(visit: Visit, text: str) -> None:
    """As a handheld does whose scanner is an input method: composed, committed, no key at all."""
    page = visit.page
    session = page.context.new_cdp_session(page)
    session.send(
        "Input.imeSetComposition",
        {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
    )
    session.send("Input.insertText", {"text": text})


@on_phone
def test_every_section_takes_what_an_input_method_commits(visit: Visit) -> None:
    page, token, number = visit.page, visit.county.card["token"], visit.county.card["number"]
    lost = visit.county.lost_card["token"]
    visit.sign_in(visit.county.cashier)
    till_ready(page)
    assert field_of_focus(visit)[2] == "none"
    commit(visit, lost)
    page.wait_for_selector("#refused:not([hidden])")
    assert field_of_focus(visit) == ["INPUT", "text", "none", "catcher"]
    commit(visit, token)  # on a refusal
    page.wait_for_selector("#sale:not([hidden])")
    assert field_of_focus(visit) == ["INPUT", "text", "none", "amount"]
    page.tap("#presenters label >> nth=0")
    page.tap('#keypad [data-key="9"]')
    page.wait_for_selector("#confirm:not([disabled])")
    assert field_of_focus(visit)[3] == "amount", "a tap leaves the focus where text arrives"
    page.tap("#confirm")
    page.wait_for_selector("#done:not([hidden])")
    assert field_of_focus(visit) == ["INPUT", "text", "none", "catcher"]
    page.tap("#done-title")
    commit(visit, number)  # after a sale
    page.wait_for_selector("#sale:not([hidden])")
    assert page.input_value("#amount") == ""
    commit(visit, lost)  # and in the middle of one
    page.wait_for_selector("#refused:not([hidden])")


@at_desk
def test_a_damaged_code_is_asked_for_once_more_first(visit: Visit) -> None:
    page, token = visit.page, visit.county.card["token"]
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/till/verify" in one.url else None)
    visit.sign_in(visit.county.cashier)
    till_ready(page)
    for damaged in (token[:-1], token[: len(token) // 2 + 1], "1" + token[2:]):
        visit.scan(damaged)
        page.locator("#told", has_text="请再扫一次").wait_for()
        assert page.is_visible("#ready") and asked == []
        visit.scan(token)
        page.wait_for_selector("#sale:not([hidden])")
        page.keyboard.press("Escape")
        till_ready(page)
        asked.clear()
    visit.scan(token[:-1])
    page.locator("#told", has_text="请再扫一次").wait_for()
    visit.scan(token[:-1])
    page.wait_for_selector("#refused:not([hidden])")
    assert "16 位卡号" in page.inner_text("#refused-step")


@at_desk
def test_what_is_typed_while_the_card_is_checked_is_the_amount(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.cashier)
    till_ready(page)
    held = Held(page, "/till/verify", entered=True)
    visit.scan(visit.county.card["token"])
    held.wait()
    page.keyboard.type("12.5", delay=60)
    assert "12.5" in page.inner_text("#told")
    held.release()
    page.wait_for_selector("#sale:not([hidden])")
    assert page.input_value("#amount") == "12.5"
    page.locator("#quote-payable", has_text="¥11.50").wait_for()
    page.keyboard.type("0", delay=60)
    assert page.input_value("#amount") == "12.50"


@at_desk
def test_enter_waits_for_the_quote_and_for_nothing_else(visit: Visit) -> None:
    begin(visit)
    page = visit.page
    page.keyboard.press("ArrowDown")
    held = Held(page, "/till/quote", entered=True)
    page.keyboard.type("64", delay=60)
    held.wait_for(lambda body: body["amount_fen"] == 6_400)
    page.keyboard.press("Enter")
    for _ in held.asked:
        held.release()
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥58.88"


@on_phone
def test_sums_that_can_not_be_are_said_in_yuan(visit: Visit) -> None:
    begin(visit)
    choose(visit, "128")
    page = visit.page
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/till/quote" in one.url else None)
    visit.take_breath()
    page.fill("#amount", "1000000.01")
    page.locator("#quote-problem", has_text="一笔最多 ¥1,000,000.00").wait_for()
    assert page.is_disabled("#confirm")
    page.fill("#amount", "100")
    page.wait_for_selector("#confirm:not([disabled])")
    asked.clear()
    page.fill("#excluded", "100.01")
    page.locator("#quote-problem", has_text="不能超过原价").wait_for()
    assert page.is_disabled("#confirm") and asked == []
    page.keyboard.press("Enter")
    assert page.is_visible("#sale") and visit.wide() == 0


def open_slowly(visit: Visit, script: str) -> Held:
    """The till as it stands before its script has arrived."""
    visit.sign_in(visit.county.cashier)
    held = Held(visit.page, f"/static/till/{script}", entered=False)
    visit.page.goto(f"{visit.county.address}/till/", wait_until="commit")
    held.wait()
    visit.page.wait_for_selector("#card:focus")
    return held


@on_phone
def test_a_press_before_the_script_runs_is_answered_once_it_does(visit: Visit) -> None:
    page = visit.page
    held = open_slowly(visit, "main.js")
    page.tap("#sound")
    page.tap("#sales-open")  # the last press counts
    expect(page.locator("#sales-open")).to_have_attribute("aria-busy", "true")
    assert page.locator("[aria-busy]").count() == 1
    held.release()
    page.wait_for_selector("#sales:not([hidden])")
    assert page.locator("[aria-busy]").count() == 0
    assert page.get_attribute("#sound", "aria-pressed") == "true"


@at_desk
def test_a_scan_before_the_script_runs_is_asked_about_once(visit: Visit) -> None:
    page = visit.page
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/till/verify" in one.url else None)
    held = open_slowly(visit, "main.js")
    page.keyboard.insert_text(visit.county.card["token"])
    page.keyboard.press("Enter")
    held.release()
    page.wait_for_selector("#sale:not([hidden])")
    page.keyboard.type("5")
    page.locator("#quote-amount", has_text="¥5.00").wait_for()
    assert page.is_hidden("#told") and len(asked) == 1
    held.stop()
    held = open_slowly(visit, "main.js")
    page.keyboard.type("12345")
    page.keyboard.press("Enter")
    held.release()
    page.locator("#told", has_text="16 位").wait_for()
    expect(page.locator("#card")).to_have_value("12345")
