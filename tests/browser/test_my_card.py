"""A holder's own pages on a phone: signing in, large type, and the changing code at a till."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from huimin.holders.people import FamilyDraft
from huimin.instance import Instance
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.browser.accessible import barriers
from tests.browser.conftest import PHONE, County, Visit
from tests.browser.offline_county import until
from tests.browser.sizes import on_phone
from tests.browser.test_till_answers import Held
from tests.browser.windows import new_context, till_ready
from tests.making.cards import make_card
from tests.making.holders import id_number, make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.my_card import last_four, make_code
from tests.making.policies import make_policy
from tests.making.staff import make_staff
from tests.served import serving

pytestmark = pytest.mark.browser

# The page asks again by itself after ten seconds, at the next whole one.
RETRIED_AFTER_MS = 12_000
# A test's clock can be stopped at a time to come only: longer than this machine needs to say so.
A_WHILE_SECONDS = 60

# Every control of the page by what the accessibility tree calls it, read without its surroundings.
CONTROLS = """
() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
  .filter((one) => one.checkVisibility())
  .map((one) => ({
    name: (one.getAttribute("aria-label") || one.labels?.[0]?.textContent || one.textContent)
      .replace(/\\s+/g, " ").trim(),
    height: one.getBoundingClientRect().height,
    width: one.getBoundingClientRect().width,
    type: Number.parseFloat(getComputedStyle(one).fontSize),
  }))
"""
TEXTS = """
() => [...document.querySelectorAll("body *")]
  .filter((one) => one.checkVisibility() && [...one.childNodes].some(
    (node) => node.nodeType === 3 && node.textContent.trim()))
  .map((one) => Number.parseFloat(getComputedStyle(one).fontSize))
"""


class Family:
    """The county's only holder, as the tests know them."""

    instance: Instance
    holder: dict[str, Any]


@pytest.fixture(scope="module")
def family() -> Family:
    return Family()


@pytest.fixture(scope="module")
def county(
    tmp_path_factory: pytest.TempPathFactory, chromium: str, family: Family
) -> Iterator[County]:
    folder = Path(tmp_path_factory.mktemp("county")) / "data"
    create_instance(Settings.from_environment(folder, {}))
    instance = open_instance(Settings.from_environment(folder, {}), clock=lambda: datetime.now(UTC))
    try:
        make_policy(instance)
        outlet = make_outlet(instance, name="天池平价超市")
        _, key = make_terminal(instance, outlet)
        family.instance = instance
        family.holder = make_holder(instance, family=(FamilyDraft("张小梅", "女儿", id_number()),))
        card = make_card(instance, family.holder)
        cashier = make_staff(instance, "cashier", outlet_id=outlet["id"])["username"]
        with serving(instance) as port:
            yield County(
                address=f"http://127.0.0.1:{port}",
                cashier=cashier,
                administrator=make_staff(instance, "administrator")["username"],
                card=card,
                lost_card=card,
                terminal_key=key,
                manager="",
            )
    finally:
        instance.close()


class Holder:
    """A window of the holder's own phone, with its storage and its service worker."""

    def __init__(self, browser: Any, county: County, family: Family) -> None:
        self.context = new_context(browser, viewport=PHONE, has_touch=True)
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self._county, self._family = county, family

    def sign_in(self) -> None:
        """Scan the own card, and type what the counter gave."""
        page, family = self.page, self._family
        page.goto(f"{self._county.address}/C/{self._county.card['token']}")
        page.click("text=这是我的卡")
        page.wait_for_selector("#genuine")
        self.prove(family.holder)

    def prove(self, person: dict[str, Any]) -> None:
        """Type at the door what the counter gave that person, and be let in."""
        page, instance = self.page, self._family.instance
        page.fill("#last-four", last_four(instance, person))
        page.fill("#code", make_code(instance, person))
        page.keyboard.press("Enter")
        page.wait_for_selector("#sessions")

    def show_code(self) -> None:
        """Make this the phone, and wait for the code."""
        self.page.click("#code .button")
        self.page.wait_for_selector("#shown:not([hidden])")

    def code(self) -> str:
        """What a scanner reads off the screen."""
        shot = self.page.locator("#qr").screenshot()
        found = zxingcpp.read_barcodes(Image.open(io.BytesIO(shot)))
        assert len(found) == 1
        return str(found[0].text)

    def wait_for_another(self, code: str) -> None:
        """Return when another code than this one is shown."""
        until(lambda: self.code() != code, seconds_max=90)


@pytest.fixture
def holder(browser: Any, county: County, family: Family) -> Iterator[Holder]:
    opened = Holder(browser, county, family)
    yield opened
    opened.context.close()
    assert opened.errors == []


def pay(visit: Visit, code: str) -> None:
    """Scan at the till and sell."""
    visit.scan(code)
    visit.page.wait_for_selector("#amount:focus")
    visit.page.keyboard.type("128")
    visit.page.wait_for_selector("#confirm:not([disabled])")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#done:not([hidden])")


def all_pages(page: Any) -> list[str]:
    """The addresses of the signed-in holder's sections."""
    page.goto(page.url.split("/my/")[0] + "/my/")
    names = page.eval_on_selector_all("main > section", "all => all.map((one) => one.id)")
    return [f"/my/see/{name}" for name in names]


def looks_right(page: Any, address: str, least: float) -> None:
    """No barrier, nothing too wide at 360 px and at 200 %, all large enough to read and press."""
    assert barriers(page) == [], address
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0, address
    controls = [one for one in page.evaluate(CONTROLS) if one["height"] > 1 and one["width"] > 1]
    for one in controls:
        assert one["name"], f"{address}: {one}"
        assert one["height"] >= 48 and one["width"] >= 48, f"{address}: {one}"
    assert min(page.evaluate(TEXTS)) >= least, address
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(wide) == 0, f"{address} at 200 %"
    page.evaluate("document.documentElement.style.fontSize = ''")


def test_two_presses_make_one_phone_and_a_lost_network_is_said(holder: Holder) -> None:
    holder.sign_in()
    page, sent = holder.page, []
    page.route("**/my/code/phone", lambda route: route.abort())
    page.click("#code .button")
    page.wait_for_selector("[data-phone-problem=unsent]:not([hidden])")
    assert page.is_hidden("[data-phone-problem=unkept]")
    page.unroute("**/my/code/phone")
    page.on("request", lambda request: sent.append(request.url.endswith("/my/code/phone")))
    page.dblclick("#code .button")
    page.wait_for_selector("#shown:not([hidden])")
    assert sent.count(True) == 1


def test_a_press_before_the_script_runs_makes_the_phone_once_it_does(holder: Holder) -> None:
    holder.sign_in()
    page = holder.page
    held = Held(page, "/static/my/my.js", entered=False)
    page.reload(wait_until="commit")
    held.wait()
    page.tap("#code .button")
    expect(page.locator("#code .button")).to_have_attribute("aria-busy", "true")
    held.release()
    held.stop()
    page.wait_for_selector("#shown:not([hidden])")


@pytest.mark.parametrize("early", [True, False], ids=["before the script", "after it"])
def test_another_tab_is_opened_as_for_any_link(holder: Holder, early: bool) -> None:
    """With a key held or the middle button; what is pressed afterwards is still kept."""
    holder.sign_in()
    page = holder.page
    held = Held(page, "/static/my/my.js", entered=False)
    page.reload(wait_until="commit")
    held.wait()
    if not early:
        held.release()
        page.wait_for_load_state()
    for way in ({"modifiers": ["Control"]}, {"button": "middle"}):
        with holder.context.expect_page() as opened:
            page.click("#code .button", no_wait_after=True, **way)
        opened.value.wait_for_url("**/my/code")
        opened.value.close()
    assert page.locator("[aria-busy]").count() == 0
    if early:
        page.focus("#code .button")
        page.keyboard.press("Enter")
        expect(page.locator("#code .button")).to_have_attribute("aria-busy", "true")
        held.release()
        page.wait_for_selector("#shown:not([hidden])")
    held.stop()


def opened_without_a_code(holder: Holder, answer: Callable[[Any, int], None]) -> list[int]:
    """The page of the code, opened anew by a known phone, whose first, second … question for one
    gets that answer; it says by now that none came. Its time stands still. Returns the questions.
    """
    holder.sign_in()
    holder.show_code()
    page, sent = holder.page, []
    address = page.url
    page.goto("about:blank")  # so that no question of before is under way
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") / 1_000 + A_WHILE_SECONDS)

    def count(route: Any) -> None:
        sent.append(len(sent) + 1)
        answer(route, sent[-1])

    page.route("**/my/code/challenge", count)
    page.goto(address)
    page.wait_for_selector("#none:not([hidden])")
    return sent


def test_a_code_that_does_not_come_is_asked_for_again_by_itself(
    holder: Holder, county: County
) -> None:
    page, sent = holder.page, opened_without_a_code(holder, lambda route, _which: route.abort())
    page.focus("#again")
    page.clock.run_for(RETRIED_AFTER_MS)
    until(lambda: page.evaluate("true") and len(sent) == 2)
    # What is said stays, and nobody's finger or reader is called away from where it is.
    assert page.evaluate("document.activeElement.id") == "again"
    page.unroute("**/my/code/challenge")
    page.clock.run_for(RETRIED_AFTER_MS)
    page.wait_for_selector("#shown:not([hidden])")


def test_a_refused_phone_asks_no_more(holder: Holder) -> None:
    def answer(route: Any, which: int) -> None:
        if which == 1:
            route.abort()
        else:
            route.fulfill(status=403, json={"code": "my_phone_moved", "detail": "已换手机"})

    page, sent = holder.page, opened_without_a_code(holder, answer)
    page.clock.run_for(RETRIED_AFTER_MS)
    expect(page.locator("#why")).to_have_text("已换手机")
    for _ in range(10):
        page.clock.run_for(RETRIED_AFTER_MS)
        page.evaluate("indexedDB.databases()")  # where it looks for its key first
    assert len(sent) == 2
    assert page.text_content("#why") == "已换手机"


def test_a_busy_service_is_given_a_minute(holder: Holder) -> None:
    """As the page says; of many phones behind one address each would keep the others out."""

    def answer(route: Any, _which: int) -> None:
        route.fulfill(status=429, json={"code": "too_many_requests", "detail": "忙"})

    page, sent = holder.page, opened_without_a_code(holder, answer)
    for _ in range(4):
        page.clock.run_for(RETRIED_AFTER_MS)
        page.evaluate("indexedDB.databases()")  # where it looks for its key first
    assert len(sent) == 1
    # No further: the page's patience (8 s) would end a request before it has left.
    page.clock.run_for(RETRIED_AFTER_MS)
    until(lambda: page.evaluate("true") and len(sent) == 2)


def test_every_page_is_large_alone_and_without_barrier(holder: Holder, county: County) -> None:
    page = holder.page
    page.goto(f"{county.address}/my/")
    looks_right(page, "door", 18)
    holder.sign_in()
    looks_right(page, "start", 18)
    for large, least in ((False, 18), (True, 30)):
        if large:
            page.goto(f"{county.address}/my/")
            page.click("button:has-text('大字')")
            page.wait_for_selector("html.large .contents")
            looks_right(page, "contents", least)
            page.goto(f"{county.address}/my/see/card")
        addresses = [f"/my/see/{name}" for name in ("card", "code", "family", "sessions")]
        for address in [*addresses, "/my/code"]:
            page.goto(county.address + address)
            looks_right(page, address, least)
    # Names are told apart without their surroundings.
    page.goto(f"{county.address}/my/see/sessions")
    names = [one["name"] for one in page.evaluate(CONTROLS)]
    ends = [name for name in names if name.startswith("结束这次登录")]
    assert len(set(ends)) == len(ends) >= 1


def test_keyboard_alone_signs_in_and_out(holder: Holder, county: County, family: Family) -> None:
    page = holder.page
    page.goto(f"{county.address}/my/")
    page.focus("#number")
    for text in (
        county.card["number"],
        last_four(family.instance, family.holder),
        make_code(family.instance, family.holder),
    ):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#sessions")
    page.focus("button:has-text('退出')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#last-four")


@on_phone
def test_phone_and_till_from_screen_to_screen(visit: Visit, holder: Holder) -> None:
    holder.sign_in()
    holder.show_code()
    # The key can be used and never be read out; nothing else is kept.
    kept = holder.page.evaluate(
        """async () => {
          const open = indexedDB.open("huimin-my", 1);
          await new Promise((done) => { open.onsuccess = done; });
          const asked = open.result.transaction("phone").objectStore("phone").getAll();
          await new Promise((done) => { asked.onsuccess = done; });
          const { key } = asked.result[0];
          const out = await crypto.subtle.exportKey("pkcs8", key).catch(() => "no");
          const names = Object.keys(asked.result[0]).sort();
          return [names, out, localStorage.length, sessionStorage.length];
        }"""
    )
    assert kept == [["key", "phone"], "no", 0, 0]
    visit.sign_in(visit.county.cashier)
    till_ready(visit.page)
    first = holder.code()
    pay(visit, first)
    visit.scan(first)
    visit.page.wait_for_selector("#refused:not([hidden])")
    holder.page.click("#fresh")
    holder.wait_for_another(first)
    pay(visit, holder.code())


@on_phone
def test_a_gap_of_network_is_bridged(visit: Visit, holder: Holder) -> None:
    holder.sign_in()
    page = holder.page
    # By this phone's clock all that follows is in a time in which no till takes the third code yet.
    page.clock.set_fixed_time(page.evaluate("Date.now()") / 1_000)
    holder.show_code()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    until(lambda: page.evaluate("async () => (await caches.keys()).length") == 1)
    first = holder.code()
    holder.context.set_offline(True)
    page.click("#fresh")
    page.wait_for_selector("#offline:not([hidden])")
    holder.wait_for_another(first)
    visit.sign_in(visit.county.cashier)
    till_ready(visit.page)
    pay(visit, holder.code())
    # No till would take the next one yet: a press is answered in words.
    page.click("#fresh")
    page.locator("#offline", has_text="请先用屏幕上的这个").wait_for()
    assert page.is_visible("#shown")
    # Opened anew without network, the page is there and says what to do; no code lies about.
    page.reload()
    page.wait_for_selector("#none:not([hidden])")
    assert "没有网络" in page.inner_text("#why")
    cached = page.evaluate(
        "async () => { const c = await caches.open((await caches.keys())[0]);"
        " return (await c.keys()).map((one) => new URL(one.url).pathname); }"
    )
    assert [path for path in cached if path.startswith("/my/")] == ["/my/code"]
    holder.context.set_offline(False)
    page.wait_for_selector("#shown:not([hidden])")


def test_codes_that_are_here_stay_when_too_many_ask_from_the_same_address(holder: Holder) -> None:
    holder.sign_in()
    holder.show_code()
    page = holder.page
    refused = {"code": "too_many_requests", "detail": "-"}
    holder.context.route("**/my/code/c*", lambda route: route.fulfill(status=429, json=refused))
    first = holder.code()
    page.click("#fresh")
    page.wait_for_selector("#offline:not([hidden])")
    holder.wait_for_another(first)
    assert page.is_visible("#shown")
    # There is a network: nobody is sent to look for a signal.
    assert "取不到新的码" in page.inner_text("#offline")
    page.reload()
    page.wait_for_selector("#none:not([hidden])")
    assert "服务现在忙" in page.inner_text("#why")


def test_the_code_can_be_installed_and_keeps_the_screen_on(holder: Holder) -> None:
    holder.page.add_init_script(
        """Object.defineProperty(navigator, "wakeLock", { value: {
             request: async (what) => { window.keptOn = what; } } });"""
    )
    holder.sign_in()
    holder.show_code()
    assert holder.page.evaluate("window.keptOn") == "screen"
    session = holder.context.new_cdp_session(holder.page)
    told = session.send("Page.getAppManifest")
    manifest = json.loads(told["data"])
    assert told["errors"] == [] and manifest["name"] == "我的惠民卡"
    assert (manifest["start_url"], manifest["display"]) == ("/my/code", "standalone")
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A private window, as the tests have, can install nothing.
    assert [error for error in errors if error["errorId"] != "in-incognito"] == []


def test_a_second_phone_takes_over(
    browser: Any, county: County, family: Family, holder: Holder
) -> None:
    holder.sign_in()
    holder.show_code()
    second = Holder(browser, county, family)
    try:
        second.sign_in()
        assert "原来那台会停用" in second.page.inner_text("#code")
        second.show_code()
        holder.page.click("#fresh")
        holder.page.wait_for_selector("#none:not([hidden])")
        assert "另一台手机" in holder.page.inner_text("#why")
        assert second.errors == []
    finally:
        second.context.close()
