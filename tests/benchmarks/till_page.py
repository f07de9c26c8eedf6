"""From scan to answer on the till page, in a real Chromium: `python -m tests.benchmarks.till_page`.

A county is made and served, a till is set up, and a card is scanned as a wedge scanner does it,
some dozens of times. Measured in the page: from the scanner's Enter to the presenters standing
there, and from an amount to its quote. In the same run and page a bare fetch of /till/verify is
timed, so that the ratio of the two says what the page itself costs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from huimin.open_instance import create_instance, open_instance
from huimin.settings import Settings
from tests.benchmarks.serving import serving
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_join_code, make_outlet, make_terminal
from tests.making.policies import make_policy

# The scanner's keys are dispatched in the page, so that the driver's own pace is not measured.
SCAN = """async token => {
  const until = (id, wanted) => new Promise(done => {
    const look = () => wanted(document.getElementById(id)) ? done(performance.now())
      : requestAnimationFrame(look);
    look();
  });
  const press = key => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  for (const digit of token) press(digit);
  const scanned = performance.now();
  press("Enter");
  const answered = await until("sale", one => !one.hidden);
  document.querySelector("#presenters input").click();
  const amount = document.getElementById("amount");
  amount.value = "128";
  const typed = performance.now();
  amount.dispatchEvent(new Event("input", { bubbles: true }));
  const quoted = await until("confirm", one => !one.disabled);
  document.querySelector("#sale-form [data-next]").click();
  await until("ready", one => !one.hidden);
  return [answered - scanned, quoted - typed];
}"""
BARE = """async ([token, csrf]) => {
  const began = performance.now();
  const headers = { "Content-Type": "application/json", Accept: "application/json",
    "X-CSRFToken": csrf };
  const body = JSON.stringify({ card: token });
  await (await fetch("/till/verify", { method: "POST", headers, body })).json();
  return performance.now() - began;
}"""


def percentile(times: Sequence[float], share: float) -> float:
    """The time that `share` of all stay below."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


def measure(folder: Path, rounds: int, chromium: str) -> dict[str, Any]:
    """Medians and 95th percentiles in milliseconds, and the ratio of page to bare fetch."""
    settings = Settings.from_environment(folder, {})
    create_instance(settings)
    instance = open_instance(settings, clock=lambda: datetime.now(UTC))
    make_policy(instance, excluded_categories=("tobacco",))
    cards = [
        make_card(instance, make_holder(instance, family=(("张小梅", "女儿"),))) for _ in range(8)
    ]
    terminal, _ = make_terminal(instance, make_outlet(instance))
    code = make_join_code(instance, terminal)
    instance.close()
    with serving(folder) as port, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.goto(f"http://127.0.0.1:{port}/till/set-up")
        page.fill("#join-code", code)
        page.keyboard.press("Enter")
        page.wait_for_selector("#today-sales li")
        csrf = page.get_attribute('meta[name="csrf-token"]', "content")
        scans, quotes, bare = [], [], []
        for number in range(rounds + 5):
            token = cards[number % len(cards)]["token"]
            scan, quote = page.evaluate(SCAN, token)
            plain = page.evaluate(BARE, [token, csrf])
            if number >= 5:  # the first ones warm both sides up
                scans.append(scan)
                quotes.append(quote)
                bare.append(plain)
        browser.close()
    found = {
        name: {
            "median_ms": round(statistics.median(times), 1),
            "p95_ms": round(percentile(times, 0.95), 1),
        }
        for name, times in (("scan_to_answer", scans), ("amount_to_quote", quotes), ("fetch", bare))
    }
    ratio = found["scan_to_answer"]["median_ms"] / found["fetch"]["median_ms"]
    return {"rounds": rounds, **found, "scan_to_answer_over_fetch": round(ratio, 2)}


def main() -> None:
    """Measure and print as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no chromium on this machine")
    with tempfile.TemporaryDirectory() as place:
        told = measure(Path(place) / "county", options.rounds, chromium)
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
