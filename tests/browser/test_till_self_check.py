"""What keeps a browser from being a till is said in words when the page opens, not at the scan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.accessible import barriers
from tests.browser.conftest import PHONE, County, Visit
from tests.browser.offline_county import until
from tests.browser.sizes import at_desk, on_phone
from tests.browser.test_till import choose
from tests.browser.windows import new_context, till_ready
from tests.making.staff import PASSWORD

pytestmark = pytest.mark.browser

STORES = "async () => (await indexedDB.databases()).map((one) => one.name)"


def open_till(visit: Visit) -> str:
    """The page as it opens; what the self-check says."""
    visit.sign_in(visit.county.cashier)
    visit.page.wait_for_selector("#self-check:not([hidden])")
    return str(visit.page.inner_text("#self-check"))


@on_phone
@pytest.mark.parametrize("module", ["money.js", "main.js"])
def test_a_module_that_does_not_load_is_named(visit: Visit, module: str) -> None:
    page = visit.page
    page.route(f"**/static/till/{module}", lambda route: route.fulfill(status=404, body=""))
    open_till(visit)
    page.locator("#self-check", has_text="扫卡不会有反应").wait_for()
    page.locator("#self-check", has_text=f"没有载入：{module}").wait_for()
    assert not page.is_visible("#ready"), "it does not look ready"
    assert visit.wide() == 0 and barriers(page) == []
    page.unroute(f"**/static/till/{module}")
    page.click("#self-check button")
    till_ready(page)
    assert "扫卡不会有反应" not in page.inner_text("#self-check")


@at_desk
def test_a_module_that_this_browser_can_not_read(visit: Visit) -> None:
    visit.page.route(
        "**/static/till/money.js",
        lambda route: route.fulfill(content_type="text/javascript", body="export const a = ;;"),
    )
    open_till(visit)
    visit.page.locator("#self-check", has_text="扫卡不会有反应").wait_for()
    visit.page.locator("#self-check", has_text="SyntaxError").wait_for()
    visit.errors.clear()


@at_desk
def test_an_old_browser_is_told_so(visit: Visit) -> None:
    visit.page.add_init_script("delete Array.prototype.at")
    assert "浏览器太旧" in open_till(visit)
    assert not visit.page.is_visible("#ready")
    visit.errors.clear()


@at_desk
def test_a_browser_without_storage_sells_online_and_says_so(visit: Visit) -> None:
    visit.page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    assert "断网时不能" in open_till(visit)
    till_ready(visit.page)
    visit.scan(visit.county.card["token"])
    choose(visit, "128")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#done:not([hidden])")


@pytest.fixture
def lan(chromium: str, browser: Any, county: County) -> Iterator[Any]:
    """A window that reaches the county by a name of the shop's own network, without TLS."""
    started = browser.browser_type.launch(
        executable_path=chromium,
        args=["--no-sandbox", "--host-resolver-rules=MAP till.lan 127.0.0.1"],
    )
    page = new_context(started, viewport=PHONE, has_touch=True).new_page()
    page.set_default_timeout(30_000)
    page.goto(county.address.replace("127.0.0.1", "till.lan"))
    page.fill("#username", county.cashier)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    till_ready(page)
    yield page
    started.close()


def test_over_http_it_sells_and_says_what_it_can_not_do(lan: Any, county: County) -> None:
    assert lan.evaluate("[isSecureContext, crypto.randomUUID, crypto.subtle]") == [
        False,
        None,
        None,
    ]
    said = lan.inner_text("#self-check")
    assert "不是 https" in said and "不能用摄像头" in said and "http://till.lan" in said
    lan.keyboard.insert_text(county.card["token"])
    lan.wait_for_selector("#amount:focus")
    lan.tap("#presenters label >> nth=0")
    lan.keyboard.type("128")
    lan.wait_for_selector("#confirm:not([disabled])")
    lan.keyboard.press("Enter")
    lan.wait_for_selector("#done:not([hidden])")
    assert lan.inner_text("#done-payable") == "¥117.76"


def test_nothing_is_said_where_all_is_well(browser: Any, county: County) -> None:
    context = new_context(browser)
    page = context.new_page()
    page.goto(county.address)
    page.fill("#username", county.cashier)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#till[data-started]")
    page.wait_for_load_state()
    # What it tries in the store is over as well.
    until(lambda: page.evaluate(STORES).count("huimin-self-check") == 0)
    assert not page.is_visible("#self-check")
    context.close()
