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
        page.keyboard.type(scanned, delay=2)
        page.keyboard.press("Enter")
        expect(page.locator("#shop-order")).to_have_value(scanned)
        assert page.is_visible("#sale") and page.input_value("#amount") == "25"
        with page.expect_request("**/till/redeem") as asked:
            page.click("#confirm")
        page.wait_for_selector("#done:not([hidden])")
        assert asked.value.post_data_json["shop_order_no"] == scanned
        visit.scan_by_keys(visit.county.card["number"])
        page.wait_for_selector("#sale:not([hidden])")
        assert page.input_value("#shop-order") == ""
