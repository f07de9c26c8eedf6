"""A new version of the page waits until no sale is under way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.browser.offline_county import OfflineTill, until

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
WAITS = "async () => (await navigator.serviceWorker.getRegistration()).waiting !== null"
LOOK = "async () => { await (await navigator.serviceWorker.getRegistration()).update() }"


def test_it_begins_between_sales(till: OfflineTill, cards: list[str], tmp_path: Path) -> None:
    shutil.copytree(ROOT / "huimin", tmp_path / "huimin", ignore=shutil.ignore_patterns("__py*"))
    shutil.copy(ROOT / "schema.sql", tmp_path)
    with (tmp_path / "huimin/web/static/till/money.js").open("a") as script:
        script.write("\n// Another version.\n")
    before = till.page.evaluate("fetch('/till/service-worker.js').then((a) => a.text())")
    till.quote(cards[0], "128")
    till.page.evaluate("window.isOld = true")
    till.county.stop()
    till.county.start(tmp_path)
    try:
        after = till.page.evaluate("fetch('/till/service-worker.js').then((a) => a.text())")
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
        till.page.wait_for_selector("#card:focus")
        (kept,) = till.page.evaluate("caches.keys()")
        assert kept.removeprefix("huimin-till-") in after
        assert till.page.evaluate("fetch('/static/till/money.js').then((a) => a.text())").endswith(
            "// Another version.\n"
        )
    finally:
        till.county.stop()
