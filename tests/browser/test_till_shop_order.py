"""The shop's own order number is scanned into the sale; its Enter confirms nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_till import begin, choose

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("visit", ["phone", "desk"], indirect=True)
def test_the_number_on_the_shop_s_receipt_is_scanned(visit: Visit) -> None:
    page = visit.page
    begin(visit)
    for scanned in ("0099", "2026103100042177"):
        choose(visit, "25")
        page.click("#shop-order-box summary")
        page.wait_for_selector("#shop-order:focus")
        visit.scan_by_keys(scanned)
        expect(page.locator("#shop-order")).to_have_value(scanned)
        assert page.is_visible("#sale") and page.input_value("#amount") == "25"
        with page.expect_request("**/till/redeem") as asked:
            page.click("#confirm")
        page.wait_for_selector("#done:not([hidden])")
        assert asked.value.post_data_json["shop_order_no"] == scanned
        visit.scan_by_keys(visit.county.card["number"])
        page.wait_for_selector("#sale:not([hidden])")
        assert page.input_value("#shop-order") == ""


@pytest.mark.parametrize("visit", ["desk"], indirect=True)
@pytest.mark.parametrize("early", [1, 7])
def test_a_number_that_pauses_after_its_first_characters_is_one_number(
    visit: Visit, early: int
) -> None:
    page, scanned = visit.page, "2026103100042177"
    begin(visit)
    page.click("#shop-order-box summary")
    page.wait_for_selector("#shop-order:focus")
    for number in (scanned, scanned[::-1]):
        with visit.at_once():
            page.keyboard.type(number[:early])
            visit.pause(300)
            page.keyboard.type(number[early:])
            page.keyboard.press("Enter")
        expect(page.locator("#shop-order")).to_have_value(number)
        page.focus("#shop-order")


@pytest.mark.parametrize("visit", ["desk"], indirect=True)
def test_what_was_typed_by_hand_is_no_part_of_the_number_scanned_after_it(visit: Visit) -> None:
    page, scanned = visit.page, "2026103100042177"
    begin(visit)
    page.click("#shop-order-box summary")
    page.wait_for_selector("#shop-order:focus")
    for by_hand in (["9", "Backspace"], ["9", "8", "7"], ["9", "8", "Backspace", "Backspace"]):
        with visit.at_once():
            for key in by_hand:
                page.keyboard.press(key)
                visit.pause(200)
            page.keyboard.type(scanned)
            page.keyboard.press("Enter")
        expect(page.locator("#shop-order")).to_have_value(scanned)
        page.focus("#shop-order")


@pytest.mark.parametrize("visit", ["desk"], indirect=True)
def test_a_card_scanned_just_after_a_key_in_that_field_is_a_card(visit: Visit) -> None:
    page = visit.page
    begin(visit)
    page.click("#shop-order-box summary")
    page.wait_for_selector("#shop-order:focus")
    with visit.at_once():
        page.keyboard.press("9")
        visit.pause(200)
        page.keyboard.type(visit.county.card["token"])
        page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("还是这张卡")
    assert page.input_value("#shop-order") == "9"
