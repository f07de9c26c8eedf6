"""A holder in browsers that lack much: WeChat's own, and Safari on an iPhone, imitated here.

Neither can be had on this machine. What they lack or refuse is taken from Chromium before a page
runs; each part then works, or says plainly what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import PHONE, County
from tests.browser.offline_county import until
from tests.browser.test_my_card import Family, Holder, county, family  # noqa: F401
from tests.browser.windows import new_context
from tests.making.sales import make_redemption

pytestmark = pytest.mark.browser

WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; MI 8) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/86.0.4240.99 XWEB/4317 MMWEBSDK/20230405 Mobile Safari/537.36 "
    "MicroMessenger/8.0.35.2360(0x28002339) WeChat/arm64 NetType/4G Language/zh_CN ABI/arm64"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 15_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1"
)
GONE = """
for (const name of ["serviceWorker", "share", "wakeLock", "storage"]) {
  Object.defineProperty(Navigator.prototype, name, { value: undefined });
}
delete window.BeforeInstallPromptEvent;
delete window.speechSynthesis;
Object.defineProperty(window, "speechSynthesis", { value: undefined });
delete AbortSignal.timeout;
"""
# `in` finds what is undefined: some browsers' apps do the same.
ABSENT = "delete Navigator.prototype.serviceWorker; delete window.speechSynthesis;"
REFUSED = """
IDBFactory.prototype.open = () => {
  const asked = { error: new DOMException("refused", "UnknownError") };
  setTimeout(() => asked.onerror?.({}));
  return asked;
};
"""
THROWN = "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };"
SILENT = "IDBFactory.prototype.open = () => ({});"
NOT_WRITTEN = """
IDBObjectStore.prototype.put = () => { throw new DOMException("no", "DataCloneError"); };
"""


class Other(Holder):
    """A holder's window in another browser."""

    def __init__(self, browser: Any, county: County, family: Family) -> None:  # noqa: F811
        super().__init__(browser, county, family)

    def become(self, browser: Any, agent: str, *scripts: str) -> None:
        self.context.close()
        self.context = new_context(browser, viewport=PHONE, has_touch=True, user_agent=agent)
        for script in scripts:
            self.context.add_init_script(script)
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))


@pytest.fixture
def other(browser: Any, county: County, family: Family) -> Iterator[Other]:  # noqa: F811
    opened = Other(browser, county, family)
    yield opened
    opened.context.close()
    assert opened.errors == []


@pytest.mark.parametrize("scripts", [(GONE,), (ABSENT,)])
def test_what_wechat_lacks_is_not_needed(
    browser: Any,
    county: County,  # noqa: F811
    family: Family,  # noqa: F811
    other: Other,
    scripts: tuple[str, ...],
) -> None:
    """Scanning, signing in, the card, a purchase, and a code that is read off the screen."""
    sale = make_redemption(family.instance, county.card, county.terminal_key)
    other.become(browser, WECHAT, *scripts)
    other.sign_in()
    page = other.page
    assert county.card["number"][:4] in page.inner_text("#card")
    page.goto(f"{county.address}/my/purchases/{sale['id']}")
    assert "¥" in page.inner_text("main")
    page.goto(f"{county.address}/my/")
    other.show_code()
    assert other.code()
    # Closed by the back button and opened by scanning the card again: the code needs no sign-in.
    other.context.clear_cookies()
    page.goto(f"{county.address}/C/{county.card['token']}")
    page.click("text=这是我的卡")
    page.click("[data-own-code] a")
    page.wait_for_selector("#shown:not([hidden])")
    assert other.code()


@pytest.mark.parametrize("refusing", [REFUSED, THROWN, SILENT, NOT_WRITTEN])
def test_a_browser_that_keeps_no_key_says_where_to_go_and_ends_no_other_phone(
    browser: Any,
    county: County,  # noqa: F811
    family: Family,  # noqa: F811
    other: Other,
    refusing: str,
) -> None:
    first = Holder(browser, county, family)
    first.sign_in()
    first.show_code()
    other.become(browser, WECHAT, refusing)
    other.sign_in()
    page = other.page
    page.click("#code .button")
    page.wait_for_selector("[data-phone-problem=unkept]:not([hidden])")
    assert "在浏览器打开" in page.inner_text("[data-phone-problem=unkept]")
    before = first.code()
    first.page.click("#fresh")
    first.wait_for_another(before)
    assert first.page.is_hidden("#none")
    first.context.close()
    if refusing == NOT_WRITTEN:
        return
    page.goto(f"{county.address}/my/code")
    page.wait_for_selector("#none:not([hidden])")
    assert "在浏览器打开" in page.inner_text("#why")


def test_safari_that_has_cleared_everything_says_to_sign_in_again(
    browser: Any,
    county: County,  # noqa: F811
    other: Other,
) -> None:
    """After seven days without a visit the key is gone, and with it nothing else."""
    other.become(browser, IPHONE, GONE)
    other.sign_in()
    other.show_code()
    page = other.page
    page.goto("about:blank")
    page.goto(f"{county.address}/my/")
    page.evaluate(
        """() => new Promise((done) => {
          const asked = indexedDB.deleteDatabase("huimin-my");
          asked.onsuccess = asked.onerror = done;
        })"""
    )
    other.context.clear_cookies()
    page.goto(f"{county.address}/my/code")
    page.wait_for_selector("#none:not([hidden])")
    assert "请先登录" in page.inner_text("#why")
    page.click("#none a")
    page.wait_for_selector("#last-four")
    assert page.is_hidden("[data-own-code]")
    other.sign_in()
    other.show_code()


LATE_VOICES = """
window.said = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
const voices = [];
setTimeout(() => voices.push(
  { lang: "en_US", name: "en" }, { lang: "zh_TW", name: "tw" }, { lang: "zh_CN", name: "cn" },
), 200);
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [...voices], cancel() {}, addEventListener() {},
  speak: (one) => window.said.push(one),
} });
"""


@pytest.mark.parametrize(
    ("language", "voice"), [("zh_Hans", "cn"), ("zh_Hant", "tw"), ("en", "en")]
)
def test_what_is_read_aloud_is_what_stands_there_in_its_language(
    browser: Any,
    county: County,  # noqa: F811
    other: Other,
    language: str,
    voice: str,
) -> None:
    """Every screen of elder mode, with voices that come late."""
    other.become(browser, IPHONE, LATE_VOICES)
    other.sign_in()
    page = other.page
    page.click("button[name=size][value=large]")
    page.wait_for_selector("html.large .contents")
    if language != "zh_Hans":
        with page.expect_navigation():
            page.click(f"button[name=language][value={language}]")
    screens = page.eval_on_selector_all(".contents a", "all => all.map((one) => one.href)")
    assert len(screens) > 10
    for address in screens:
        page.goto(address)
        until(lambda: page.evaluate("speechSynthesis.getVoices().length") == 3)
        page.click("button[data-aloud]")
        said = page.evaluate("(({ text, lang, voice }) => [text, lang, voice?.name])(said[0])")
        assert said[1][:2] == {"en": "en"}.get(language, "zh") and said[2] == voice
        shown = "".join(page.inner_text("main > section").split())
        for line in said[0].split("\n"):
            words = "".join(line.rstrip("。.").split())
            assert words in shown, f"{address}: {line}"
        # Once, and nothing of it is hidden.
        heading = page.inner_text("main h1").strip()
        assert said[0].startswith(heading)
