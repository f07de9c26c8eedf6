"""A new version of the page waits until no sale is under way, and sends what still waits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.browser.offline_county import OfflineTill, until
from tests.browser.windows import till_ready

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
WAITS = "async () => (await navigator.serviceWorker.getRegistration()).waiting !== null"
LOOK = "async () => { await (await navigator.serviceWorker.getRegistration()).update() }"
WORKER = "fetch('/till/service-worker.js').then((a) => a.text())"
SCRIPT = "script[src='/static/{}/main.js']"
KEPT = """async () => {
  const [name] = await caches.keys();
  const kept = await (await caches.open(name)).keys();
  return kept.map((request) => new URL(request.url).pathname);
}"""


def another_version(folder: Path, file: str, *change: str) -> Path:
    """A copy of the program in which `file` ends with other text, or has one text for another.

    With what is compiled already, which costs less than to compile it anew.
    """
    shutil.copytree(ROOT / "huimin", folder / "huimin")
    shutil.copy(ROOT / "schema.sql", folder)
    path = folder / "huimin" / file
    text = path.read_text(encoding="utf-8")
    if len(change) == 1:
        path.write_text(text + change[0], encoding="utf-8")
    else:
        assert change[0] in text
        path.write_text(text.replace(*change), encoding="utf-8")
    return folder


def test_it_begins_between_sales(till: OfflineTill, cards: list[str], tmp_path: Path) -> None:
    another = another_version(tmp_path, "checkout/static/money.js", "\n// Another version.\n")
    before = till.page.evaluate(WORKER)
    till.quote(cards[0], "128")
    till.page.evaluate("window.isOld = true")
    till.county.stop()
    till.county.start(another)
    try:
        after = till.page.evaluate(WORKER)
        assert before != after
        till.page.evaluate(LOOK)
        until(lambda: till.page.evaluate(WAITS))
        assert till.page.evaluate("window.isOld === true")
        till.page.click("#confirm")
        till.page.wait_for_selector("#done:not([hidden])")
        assert till.page.evaluate("window.isOld === true")
        with till.page.expect_navigation():
            till.page.click("#till:not([data-fresh]) #next")
        assert till.page.evaluate("window.isOld === undefined")
        till_ready(till.page)
        (kept,) = till.page.evaluate("caches.keys()")
        assert kept.removeprefix("huimin-till-") in after
        assert till.page.evaluate("fetch('/static/till/money.js').then((a) => a.text())").endswith(
            "// Another version.\n"
        )
    finally:
        till.county.stop()


def test_other_addresses_of_the_scripts_lose_no_sale(
    till: OfflineTill, cards: list[str], tmp_path: Path
) -> None:
    """What an installed till kept under the old addresses opens, sells, and sends once."""
    another = another_version(
        tmp_path, "checkout/pages/till_app.py", '"/static/till"', '"/static/moved"'
    )
    till.county.stop()
    till.sell(cards[0], "128")
    till.page.close()
    till.open()  # without a server: the page comes from the cache
    till.page.wait_for_selector(SCRIPT.format("till"), state="attached")
    till.sell(cards[1], "64")
    till.county.start(another)
    try:
        till.wait_until_sent()
        assert sorted(row["amount_fen"] for row in till.agrees()) == [6_400, 12_800]
        till.page.evaluate(LOOK)
        till.page.keyboard.press("Escape")
        till.page.wait_for_selector(SCRIPT.format("moved"), state="attached")
        kept = till.page.evaluate(KEPT)
        assert "/static/moved/sync.js" in kept
        assert [name for name in kept if name.startswith("/static/till/")] == []
        till.county.stop()
        till.page.close()
        till.open()
        till.page.wait_for_selector(SCRIPT.format("moved"), state="attached")
    finally:
        till.county.stop()
