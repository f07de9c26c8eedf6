"""A cashier's whole sale in a real browser: scan, who, amount, confirm, undo; and refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.accessible import barriers
from tests.browser.conftest import Visit
from tests.browser.header import choose_language
from tests.browser.sizes import at_desk, on_phone
from tests.browser.windows import till_ready

pytestmark = pytest.mark.browser


def begin(visit: Visit, card: str | None = None) -> None:
    visit.sign_in(visit.county.cashier)
    till_ready(visit.page)
    visit.scan(card or visit.county.card["token"])
    visit.page.wait_for_selector("#sale:not([hidden])")


def choose(visit: Visit, amount: str) -> None:
    """With the keyboard alone: the second presenter, then the amount."""
    visit.page.wait_for_selector("#amount:focus")
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.type(amount)
    visit.page.wait_for_selector("#confirm:not([disabled])")


def count(visit: Visit) -> int:
    return int(
        visit.page.evaluate(
            "fetch('/till/today').then(r => r.json()).then(t => t.sums.redemptions)"
        )
    )


@at_desk
def test_a_whole_sale_with_the_keyboard_and_its_undo(visit: Visit) -> None:
    page = visit.page
    begin(visit)
    before = count(visit)
    assert page.inner_text("#presenters").count("*") == 2
    assert "女儿" in page.inner_text("#presenters")
    choose(visit, "128")
    assert page.inner_text("#quote-amount") == "¥128.00"
    assert page.inner_text("#quote-discount") == "−¥10.24"
    assert page.inner_text("#quote-payable") == "¥117.76"
    assert "九二折" in page.inner_text("#sale")
    assert page.locator("#explanation li").count() >= 1
    assert visit.wide() == 0
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥117.76"
    assert page.inner_text("#done-receipt").strip()
    assert visit.wide() == 0
    assert count(visit) == before + 1
    page.click("#undo")
    page.wait_for_selector("#reverse-amount:focus")
    assert page.input_value("#reverse-amount") == "128.00"
    page.keyboard.press("Enter")
    page.wait_for_selector("#reversed:not([hidden])")
    assert "117.76" in page.inner_text("#reversed-payable")
    assert visit.wide() == 0
    page.wait_for_selector("#till:not([data-fresh])")
    page.keyboard.press("Enter")
    till_ready(page)


@on_phone
def test_two_clicks_on_confirm_are_one_sale(visit: Visit) -> None:
    begin(visit)
    before = count(visit)
    choose(visit, "10")
    visit.page.dblclick("#confirm")
    visit.page.wait_for_selector("#done:not([hidden])")
    assert count(visit) == before + 1


@at_desk
def test_a_press_too_many_does_not_hide_what_is_to_be_paid(visit: Visit) -> None:
    """However late it comes: here in the very moment in which the sum appears."""
    page = visit.page
    begin(visit)
    choose(visit, "10")
    page.evaluate(
        """new MutationObserver((_, self) => {
            const button = document.querySelector("#done:not([hidden]) #next");
            if (button) { self.disconnect(); queueMicrotask(() => button.click()); }
        }).observe(document.getElementById("done"), { attributes: true })"""
    )
    page.keyboard.press("Enter")
    page.wait_for_selector("#till:not([data-fresh])[data-state=done]")
    assert page.is_visible("#done")
    page.keyboard.press("Enter")
    till_ready(page)


@on_phone
def test_a_key_held_down_confirms_and_goes_no_further(visit: Visit) -> None:
    page = visit.page
    begin(visit)
    choose(visit, "10")
    page.keyboard.down("Enter")
    page.wait_for_selector("#till:not([data-fresh])[data-state=done]")
    page.keyboard.down("Enter")  # what a key that is held repeats
    assert page.is_visible("#done")
    page.keyboard.up("Enter")


@at_desk
def test_what_can_be_confirmed_is_what_is_shown(visit: Visit) -> None:
    begin(visit)
    choose(visit, "50")
    shown = visit.page.inner_text("#quote-payable")
    with visit.page.expect_response("**/till/quote"):
        visit.page.keyboard.type("0")
        assert (
            visit.page.is_disabled("#confirm") or visit.page.inner_text("#quote-payable") != shown
        )
    visit.page.wait_for_selector("#confirm:not([disabled])")
    assert visit.page.inner_text("#quote-payable") == "¥460.00"
    visit.page.fill("#excluded", "100")
    visit.page.locator("#quote-payable", has_text="¥468.00").wait_for()


@at_desk
def test_a_sum_that_changed_after_the_quote_is_said(visit: Visit) -> None:
    """As when a policy is published, or a cap used up, between the quote and the sale."""
    page = visit.page
    begin(visit)

    def of_before(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "payable_fen": 9_500})

    page.route("**/till/quote", of_before)
    choose(visit, "100")
    page.keyboard.press("Enter")
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥92.00"
    page.locator("#till", has_text="和刚才显示的 ¥95.00 不同").wait_for()


@on_phone
def test_a_refusal_is_a_kind_sentence_and_the_next_scan_goes_on(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.cashier)
    till_ready(page)
    visit.scan(visit.county.lost_card["token"])
    page.wait_for_selector("#refused:not([hidden])")
    assert page.inner_text("#refused-code") == "card_lost"
    sentence = page.inner_text("#refused-say")
    assert len(sentence) > 8
    assert "card_lost" not in sentence
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    assert page.eval_on_selector("#refused-code", size) < page.eval_on_selector(
        "#refused-say", size
    )
    assert "李" not in page.inner_text("#refused")
    assert visit.wide() == 0
    visit.scan(visit.county.card["number"])
    page.wait_for_selector("#sale:not([hidden])")


@on_phone
def test_the_page_is_read_in_english(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.cashier)
    choose_language(visit.page, "en")
    page.wait_for_selector("html[lang=en]")
    assert (
        page.inner_text("#ready-title") == "Scan the card"
        or page.inner_text("#ready-title").isascii()
    )
    visit.scan(visit.county.card["token"])
    page.wait_for_selector("#sale:not([hidden])")
    assert "8% off" in page.inner_text("#sale")
    assert visit.wide() == 0


@on_phone
def test_the_amount_can_be_tapped(visit: Visit) -> None:
    begin(visit)
    visit.page.check("#presenters input >> nth=0")
    for key in "12.5":
        visit.page.click(f'#keypad [data-key="{key}"]')
    visit.page.locator("#quote-amount", has_text="¥12.50").wait_for()


@at_desk
def test_a_cashier_does_not_see_the_report(visit: Visit) -> None:
    visit.sign_in(visit.county.cashier)
    answer = visit.page.goto(f"{visit.county.address}/reports/")
    assert answer.status == 403
    assert visit.page.inner_text("h1")


@on_phone
def test_practice_is_marked_all_the_time_and_keeps_nothing_of_the_real_till(visit: Visit) -> None:
    page = visit.page
    visit.sign_in(visit.county.cashier)
    till_ready(page)
    before = count(visit)
    page.get_by_role("link", name="收银台练习（不记账）").click()
    page.wait_for_selector(".practice-banner")
    till_ready(page)
    for kind, section in (("lost", "#refused"), ("family", "#sale")):
        page.click(f"[data-practice-kind={kind}] [data-practice-card]")
        page.wait_for_selector(f"{section}:not([hidden])")
        assert page.locator(".practice-banner").is_visible()
        assert barriers(page) == [] and visit.wide() == 0
    page.check("#presenters input >> nth=1")
    page.fill("#amount", "128")
    page.click("#confirm:not([disabled])")
    page.wait_for_selector("#done:not([hidden])")
    assert page.inner_text("#done-payable") == "¥117.76"
    stores = "async () => (await indexedDB.databases()).map((one) => one.name)"
    assert "huimin-till-practice" in page.evaluate(stores)
    # A real card is turned away, with a sentence that sends it to the till.
    visit.scan(visit.county.card["token"])
    page.wait_for_selector("#refused:not([hidden])")
    assert page.inner_text("#refused-code") == "practice_card_only"
    assert not page.locator("#claim-offer").is_visible()
    page.get_by_role("link", name="结束练习，回到收银台").click()
    page.wait_for_selector(".practice-banner", state="detached")
    till_ready(page)
    assert count(visit) == before
