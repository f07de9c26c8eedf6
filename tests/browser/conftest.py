"""A real Chromium against the shipped server, over a county small enough to know by heart."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from huimin.merchants.reversal_rule import set_reversal_rule
from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.browser.header import SIGNED_IN
from tests.browser.offline_county import OfflineCounty, OfflineTill, make_till, open_county
from tests.browser.windows import STEP_MS, new_context
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_join_code, make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption
from tests.making.staff import PASSWORD, make_staff
from tests.served import serving

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1366, "height": 768}

# No dialogue opens here; what would be printed is made by page.pdf() while the page waits for it.
COUNT_PRINTS = "window.printed = 0; window.print = () => { window.printed += 1; };"


# As without TLS: the page is not kept for a time without network, which costs a quarter of a visit.
NO_WORKER = "Object.defineProperty(navigator, 'serviceWorker', { value: undefined });"

# The cookies of who has signed in, by the county's address and the name.
SESSIONS: dict[tuple[str, str], list[Any]] = {}

# A scanner is told by its speed: while it types, the time that this machine takes does not count.
# Only what passTime says passes; what waits for some time goes on waiting for the rest of it then.
HOLD_CLOCK = """
(() => {
  const now = performance.now.bind(performance);
  const start = setTimeout.bind(window), stop = clearTimeout.bind(window);
  const waiting = new Map(), started = new Map();
  let held = null, lost = 0, count = 0;
  performance.now = () => (held ?? now()) - lost;
  window.setTimeout = (work, ms = 0, ...given) => {
    if (held === null) return start(work, ms, ...given);
    waiting.set(--count, { due: held + ms, work: () => work(...given) });
    return count;
  };
  window.clearTimeout = (id) => waiting.delete(id) || stop(started.get(id) ?? id);
  window.holdClock = () => { held = now(); };
  window.passTime = (ms) => {
    const until = held + ms;
    for (;;) {
      const [id, next] = [...waiting].sort((a, b) => a[1].due - b[1].due)[0] ?? [];
      if (!next || next.due > until) break;
      waiting.delete(id);
      held = next.due;
      next.work();
    }
    held = until;
  };
  window.releaseClock = () => {
    for (const [id, { due, work }] of waiting) started.set(id, start(work, due - held));
    waiting.clear();
    lost += now() - held;
    held = null;
  };
})();
"""


@dataclass(frozen=True)
class County:
    """Where the server answers, who may sign in, and the cards in people's pockets."""

    address: str
    cashier: str
    administrator: str
    card: dict[str, Any]
    lost_card: dict[str, Any]
    terminal_key: str
    manager: str
    # A fresh code by which a browser becomes the till of `terminal_key`; "" where nobody asks.
    join_code: Callable[[], str] = str


@dataclass
class Visit:
    """One browser window and what went wrong in it."""

    page: Any
    county: County
    errors: list[str]
    hosts: set[str]

    def sign_in(self, username: str) -> None:
        """Through the form, with the keyboard; who has done so once in this county is let in."""
        who = (self.county.address, username)
        if who in SESSIONS:
            self.page.context.add_cookies(SESSIONS[who])
            self.page.goto(self.county.address)
            if self.page.locator(SIGNED_IN).count():
                return
            self.page.context.clear_cookies()
        self.page.goto(self.county.address)
        self.page.wait_for_selector("#username:focus")
        self.page.keyboard.type(username)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(SIGNED_IN, state="attached")
        SESSIONS[who] = self.page.context.cookies()

    def follow(self, link: str | Any) -> None:
        """Click what leads to another page (a selector or a locator), and be there."""
        with self.page.expect_navigation():
            (self.page.locator(link).first if isinstance(link, str) else link).click()

    def press_enter(self) -> None:
        """Send the form with the keyboard, and be where it leads."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def scan(self, text: str) -> None:
        """Wherever the focus is, and Enter.

        Into a field all at once, as handhelds do whose scanner is an input method: by keys it takes
        a second. That one works like the other is proven in test_till_scanning.py.
        """
        if self.page.evaluate("document.activeElement.matches('#card, #amount')"):
            with self.at_once():
                self.page.keyboard.insert_text(text)
                self.page.keyboard.press("Enter")
        else:
            self.scan_by_keys(text)

    def scan_by_keys(self, text: str) -> None:
        """As a wedge scanner does: key by key; a code has some 225 of them.

        An Enter that came later than a scanner's would be somebody's press.
        """
        with self.at_once():
            self.page.keyboard.type(text)
            self.page.keyboard.press("Enter")

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """What the hands of a scanner do takes no time, however busy this machine is."""
        self.page.evaluate("holdClock()")
        yield
        self.page.evaluate("releaseClock()")

    def pause(self, ms: int) -> None:
        """Within `at_once`: just so much time passes."""
        self.page.evaluate(f"passTime({ms})")

    def take_breath(self) -> None:
        """As long as the quickest hand takes from one amount to the next, or to the scanner."""
        with self.at_once():
            self.pause(200)

    def wide(self) -> int:
        """How many pixels the page is wider than its window."""
        return int(
            self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    def wide_when_large(self) -> int:
        """The same for a reader who sets the text to twice its size."""
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide = self.wide()
        self.page.evaluate("document.documentElement.style.fontSize = ''")
        return wide


@pytest.fixture(scope="session")
def chromium() -> str:
    """Chromium's program. Where CI runs it must be there; elsewhere the tests are skipped.

    The same engine without the windows' own pages takes a second less for each window it opens.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        words = "no chromium on this machine; install it to run the browser tests"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return found


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[County]:
    """A served county with one sale in it."""
    folder = Path(tmp_path_factory.mktemp("county")) / "data"
    settings = Settings.from_environment(folder, {})
    create_instance(settings)
    instance = open_instance(settings, clock=lambda: datetime.now(UTC))
    try:
        make_policy(instance, excluded_categories=("tobacco",))
        card = make_card(instance, make_holder(instance, family=(("张小梅", "女儿"),)))
        lost_card = make_card(instance, make_holder(instance, name="李秀英"))
        _report_lost(instance, lost_card)
        outlet = make_outlet(instance, name="天池平价超市")
        terminal, key = make_terminal(instance, outlet)
        make_redemption(instance, card, key, amount_fen=20_000)
        cashier = make_staff(instance, "cashier", outlet_id=outlet["id"])["username"]
        administrator = make_staff(instance, "administrator", name="李主任")["username"]
        merchant = outlet["merchant_id"]
        manager = make_staff(instance, "merchant_manager", merchant_id=merchant)["username"]
        rule = {"confirm_fen": 50_000, "now": instance.clock(), "actor": "test"}
        instance.engine.write(lambda tx: set_reversal_rule(tx, merchant_id=merchant, **rule))
        with serving(instance) as port:
            yield County(
                f"http://127.0.0.1:{port}",
                cashier,
                administrator,
                card,
                lost_card,
                key,
                manager,
                lambda: make_join_code(instance, terminal),
            )
    finally:
        instance.close()


def _report_lost(instance: Any, card: dict[str, Any]) -> None:
    from huimin.cards.change_state import report_lost

    act = {"card_id": card["id"], "now": instance.clock(), "actor": "test", "reason": "测试挂失"}
    instance.engine.write(lambda tx: report_lost(tx, **act))


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Any]:
    """One Chromium for all browser tests of a worker; each opens contexts of its own."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)
    with sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"], slow_mo=STEP_MS
        )
        yield opened
        opened.close()


@pytest.fixture(params=["phone", "desk"])
def visit(request: pytest.FixtureRequest, browser: Any, county: County) -> Iterator[Visit]:
    """A window, on a phone and on a desk; it must leave no error and call no other host."""
    size = PHONE if request.param == "phone" else DESK
    context = new_context(browser, viewport=size, has_touch=size is PHONE)
    page = context.new_page()
    page.set_default_timeout(30_000)
    for script in (COUNT_PRINTS, HOLD_CLOCK, NO_WORKER):
        page.add_init_script(script)
    opened = Visit(page, county, [], set())
    page.on("console", lambda told: _note(opened, told))
    page.on("pageerror", lambda error: opened.errors.append(str(error)))
    page.on("request", lambda asked: opened.hosts.add(asked.url.split("/")[2]))
    yield opened
    context.close()
    assert opened.errors == []
    assert opened.hosts <= {county.address.partition("//")[2]}


@pytest.fixture(scope="module")
def offline_county(tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Any]:
    """A county whose policy lets tills go on without network, served by a server that can stop."""
    folder = Path(tmp_path_factory.mktemp("offline")) / "data"
    county = open_county(folder)
    county.start()
    yield county
    county.stop()


@pytest.fixture
def cards(offline_county: OfflineCounty) -> list[str]:
    """The codes of three people's cards."""
    with offline_county.instance() as instance:
        return [make_card(instance)["token"] for _ in range(3)]


@pytest.fixture
def till(offline_county: OfflineCounty, browser: Any) -> Iterator[OfflineTill]:
    """A device that was set up as a till, served."""
    offline_county.start()
    context = new_context(browser)
    opened = make_till(offline_county, context)
    opened.set_up()
    yield opened
    context.close()
    offline_county.start()
    assert opened.errors == []


def _note(visit: Visit, told: Any) -> None:
    # A refusal is an answer with status 4xx, which the browser itself writes to the console.
    expected = "the server responded with a status of 4" in told.text
    if told.type in ("error", "warning") and not expected:
        visit.errors.append(f"{told.text} {told.location.get('url', '')}".strip())
