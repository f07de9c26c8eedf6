"""The till page as an app: installable, kept for a time without network, and nobody's name in what
is kept.
"""

from __future__ import annotations

import json

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.browser.header import choose_language
from tests.browser.offline_county import OfflineTill, until
from tests.browser.windows import till_ready

pytestmark = pytest.mark.browser

KEPT = """
async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      const address = new URL(request.url).pathname;
      found[address] = address.startsWith("/static/") ? "" : await answer.text();
    }
  }
  return found;
}
"""


def test_it_can_be_installed(till: OfflineTill) -> None:
    session = till.context.new_cdp_session(till.page)
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    manifest = json.loads(told["data"])
    assert (manifest["name"], manifest["start_url"]) == ("惠民收银台", "/till/")
    assert (manifest["display"], manifest["theme_color"]) == ("standalone", "#0B6E4F")
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A private window, as the tests have, can install nothing; whatever else it says is an error.
    assert [error for error in errors if error["errorId"] != "in-incognito"] == []


def test_nothing_personal_is_kept(till: OfflineTill, cards: list[str]) -> None:
    till.sell(cards[0], "128")
    till.page.reload()
    till_ready(till.page)
    kept = till.page.evaluate(KEPT)
    pages = {address: text for address, text in kept.items() if not address.startswith("/static/")}
    assert set(pages) == {"/till/shell"}
    shell = pages["/till/shell"]
    assert "天池平价超市" not in shell
    assert till.terminal["id"] not in shell
    assert 'name="csrf-token" content=""' in shell
    assert "黄" not in shell
    assert len(kept) > 30
    assert any(address.endswith(".wasm") for address in kept)


def test_the_kept_page_is_in_the_readers_language(till: OfflineTill) -> None:
    choose_language(till.page, "en")
    till.page.wait_for_selector("html[lang=en]")
    until(lambda: '<html lang="en">' in till.page.evaluate(KEPT)["/till/shell"])
    till.context.set_offline(True)
    till.page.goto(f"{till.county.address}/till/")
    until(lambda: till.banner() == "Offline. You can keep scanning cards.")
    assert till.page.get_attribute("html", "lang") == "en"
    till.context.set_offline(False)


def test_banner_and_lists_fit(till: OfflineTill, cards: list[str]) -> None:
    till.page.set_viewport_size(PHONE)
    till.context.set_offline(True)
    till.sell(cards[0], "128")
    till.page.keyboard.press("Escape")
    till.page.click("#queued summary")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for size in (PHONE, DESK):
        till.page.set_viewport_size(size)
        assert till.page.evaluate(wide) == 0
        assert till.page.inner_text("#queued-list").count("¥117.76") == 1


def test_a_sale_that_waits_can_be_taken_back(till: OfflineTill, cards: list[str]) -> None:
    till.context.set_offline(True)
    till.sell(cards[0], "128")
    till.page.click("#undo")
    till.page.wait_for_selector("#ready:not([hidden])")
    assert "已撤销" in till.page.inner_text("#told")
    assert [row["status"] for row in till.queue()] == ["cancelled"]
    till.sold.clear()
    till.sell(cards[1], "64")
    till.sold = {name: item for name, item in till.sold.items() if "card" in item}
    till.context.set_offline(False)
    till.wait_until_sent()
    assert [row["amount_fen"] for row in till.agrees()] == [6_400]
