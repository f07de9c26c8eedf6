"""What real scanners and quick hands do: text without keys on every section, damaged codes, an
amount that is typed before the card was checked, sums that can't be.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_till import begin, choose
from tests.browser.test_till_answers import Held

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
    page.wait_for_selector("#card:focus")
    assert field_of_focus(visit)[2] == "none"
    commit(visit, lost)
    page.wait_for_selector("#refused:not([hidden])")
    assert field_of_focus(visit) == ["INPUT", "text", "none", "catcher"]
    commit(visit, token)  # on a refusal
    page.wait_for_selector("#sale:not([hidden])")
    assert field_of_focus(visit) == ["INPUT", "text", "none", "amount"]
    page.tap("#presenters label >> nth=0")
    page.tap('#keypad [data-key="9"]')
    assert field_of_focus(visit)[3] == "amount", "a tap leaves the focus where text arrives"
    page.wait_for_selector("#confirm:not([disabled])")
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
    page.wait_for_selector("#card:focus")
    for damaged in (token[:-1], token[: len(token) // 2 + 1], "1" + token[2:]):
        visit.scan(damaged)
        page.locator("#told", has_text="请再扫一次").wait_for()
        assert page.is_visible("#ready") and asked == []
        visit.scan(token)
        page.wait_for_selector("#sale:not([hidden])")
        page.keyboard.press("Escape")
        page.wait_for_selector("#card:focus")
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
    page.wait_for_selector("#card:focus")
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
    held.wait()
    page.keyboard.press("Enter")
    for _ in range(len(held.asked)):
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
    page.wait_for_timeout(200)  # no hand is faster from one amount to the next
    page.fill("#amount", "1000000.01")
    page.locator("#quote-problem", has_text="一笔最多 ¥1000000.00").wait_for()
    assert page.is_disabled("#confirm")
    page.fill("#amount", "100")
    page.wait_for_selector("#confirm:not([disabled])")
    asked.clear()
    page.fill("#excluded", "100.01")
    page.locator("#quote-problem", has_text="不能超过原价").wait_for()
    assert page.is_disabled("#confirm") and asked == []
    page.keyboard.press("Enter")
    assert page.is_visible("#sale") and visit.wide() == 0
