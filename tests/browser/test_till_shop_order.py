"""The shop's own order number is scanned into the sale; its Enter confirms nothing."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_till import begin, choose

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("visit", ["phone", "desk"], indirect=True)
@pytest.mark.parametrize("scanned", ["0099", "2026103100042177"])
def test_the_number_on_the_shop_s_receipt_is_scanned(visit: Visit, scanned: str) -> None:
    page = visit.page
    begin(visit)
    choose(visit, "25")
    page.click("#shop-order-box summary")
    page.wait_for_selector("#shop-order:focus")
    page.keyboard.type(scanned, delay=2)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "number => document.querySelector('#shop-order').value === number", arg=scanned
    )
    assert page.is_visible("#sale") and page.input_value("#amount") == "25"
    with page.expect_request("**/till/redeem") as asked:
        page.click("#confirm")
    page.wait_for_selector("#done:not([hidden])")
    assert asked.value.post_data_json["shop_order_no"] == scanned
    begin(visit)
    assert page.input_value("#shop-order") == ""
