"""Pictures of the main pages for the README and the handbook: `python -m tests.browser.pictures`.

Builds the demo county, serves it, opens each page in Chromium as the person who uses it, and writes
huimin/handbook/pictures/. With `--look FOLDER` it writes there instead, to be looked at: the main
pages, whole, at 360 and at 1366 px; with `--all` every page.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.benchmarks.serving import serving
from tests.browser.header import SIGNED_IN
from tests.browser.windows import new_context, till_ready

PICTURES = Path(__file__).resolve().parents[2] / "huimin" / "handbook" / "pictures"
PHONE, DESK = {"width": 375, "height": 780}, {"width": 1280, "height": 860}
LOOKED_AT = {"360": {"width": 360, "height": 780}, "1366": {"width": 1366, "height": 768}}
# Picture, who looks, address.
PAGES: tuple[tuple[str, str, str], ...] = (
    ("today", "administrator", "/today"),
    ("people", "administrator", "/holders/"),
    ("new-person", "administrator", "/holders/new"),
    ("applications", "administrator", "/applications/?state="),
    ("registers", "administrator", "/registers/"),
    ("cards", "administrator", "/cards/"),
    ("print", "administrator", "/cards/print"),
    ("merchants", "administrator", "/merchants/"),
    ("outlets", "administrator", "/outlets/"),
    ("joining", "administrator", "/merchants/applications"),
    ("policies", "administrator", "/policies/"),
    ("new-policy", "administrator", "/policies/new"),
    ("staff", "administrator", "/staff/"),
    ("alerts", "administrator", "/alerts/"),
    ("audit", "administrator", "/audit/"),
    ("lookups", "administrator", "/audit/lookups"),
    ("report", "administrator", "/reports/"),
    ("months", "administrator", "/months/"),
    ("settlements", "administrator", "/settlements/"),
    ("reach", "administrator", "/reach/"),
    ("notices", "administrator", "/notices/"),
    ("public", "", "/public/"),
    ("public-months", "", "/public/months/"),
    ("account", "administrator", "/account"),
    ("my-merchant", "merchant_manager", "/my-merchant/"),
    ("join", "", "/join"),
    ("help", "", "/help/"),
    ("access", "", "/help/access"),
)
# Picture, and the list whose first entry it shows.
DETAILS = (
    ("person", "/holders/"),
    ("application", "/applications/?state="),
    ("card", "/cards/"),
    ("merchant", "/merchants/"),
    ("outlet", "/outlets/"),
    ("policy", "/policies/"),
    ("one-account", "/staff/"),
)
# The twenty that are looked at before each release, beside the sale at the till.
MAIN = {
    *("today", "people", "person", "new-person", "applications", "application", "cards", "card"),
    *("registers", "merchants", "outlets", "outlet", "policies", "policy", "alerts", "report"),
    *("months", "settlements", "audit", "reach", "public"),
}
# Those that are written for the README and the handbook, beside the till and the overview.
PUBLISHED = (
    *("today", "people", "applications", "registers", "cards", "merchants", "policies", "staff"),
    *("audit", "alerts", "report", "months", "settlements", "reach", "public", "help"),
)
# A picture of a page and of the till on a phone, in pixels, and how well WebP keeps them.
PAGE_SIZE, PHONE_SIZE, QUALITY = (1280, 860), (375, 780), 72


class Photographer:
    """A browser, the demo's sign-ins, and where the pictures go."""

    def __init__(self, browser: Any, address: str, demo: dict[str, Any], folder: Path) -> None:
        self.browser, self.address, self.demo, self.folder = browser, address, demo, folder

    def window(self, role: str, size: dict[str, int]) -> Any:
        """A page in which somebody of that role is signed in; nobody for an empty role."""
        page = new_context(self.browser, viewport=size, device_scale_factor=1.5).new_page()
        if role:
            who = next(one for one in self.demo["staff"] if one["role"] == role)
            page.goto(self.address)
            page.fill("#username", who["username"])
            page.fill("#password", who["password"])
            page.keyboard.press("Enter")
            page.wait_for_selector(SIGNED_IN, state="attached")
        return page

    def take(self, name: str, page: Any) -> Path:
        """Write one picture of what the window shows."""
        path = self.folder / f"{name}.png"
        page.screenshot(path=str(path))
        return path

    def till(self, name: str, size: dict[str, int]) -> Path:
        """A sale of 128 yuan just before it is confirmed."""
        page = self.window("cashier", size)
        page.wait_for_selector(".choice, #card")
        if page.query_selector(".choice"):
            page.click(".choice >> nth=0")
        till_ready(page)
        card = next(one for one in self.demo["cards"] if one["state"] == "active")
        page.keyboard.type(card["token"])
        page.keyboard.press("Enter")
        page.wait_for_selector("#sale:not([hidden])")
        page.check("#presenters input >> nth=0")
        page.fill("#amount", "128")
        page.wait_for_selector("#confirm:not([disabled])")
        page.evaluate("window.scrollTo(0, 0)")
        return self.take(name, page)


def small(taken: Path, size: tuple[int, int], target: Path) -> None:
    """The picture at that size, as a small file."""
    picture = Image.open(taken).convert("RGB").resize(size, Image.Resampling.LANCZOS)
    picture.save(target, quality=QUALITY, method=6)


def overview(phone: Path, desk: Path, target: Path) -> None:
    """The till on a phone beside the desktop page, on one sheet."""
    small, large = Image.open(phone).convert("RGB"), Image.open(desk).convert("RGB")
    height = 820
    parts = [part.resize((part.width * height // part.height, height)) for part in (large, small)]
    gap = 24
    width = sum(part.width for part in parts) + 3 * gap
    sheet = Image.new("RGB", (width, height + 2 * gap), "#dfe7e3")
    left = gap
    for part in parts:
        sheet.paste(part, (left, gap))
        left += part.width + gap
    sheet.quantize(128).save(target, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--look", type=Path, help="the main pages at both sizes, into this folder")
    parser.add_argument("--all", action="store_true", help="with --look: every page")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no chromium on this machine")
    with tempfile.TemporaryDirectory() as place:
        county = Path(place) / "county"
        subprocess.run(
            [sys.executable, "-m", "huimin", "demo", "--no-serve", "--folder", str(county)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        demo = json.loads((county / "demo.json").read_text(encoding="utf-8"))
        # Without the instant of its building it has no tour: the pictures show what a county has.
        demo.pop("built_at")
        (county / "demo.json").write_text(json.dumps(demo), encoding="utf-8")
        folder = options.look or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        with serving(county) as port, sync_playwright() as started:
            browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            taking = Photographer(browser, f"http://127.0.0.1:{port}", demo, folder)
            if options.look:
                _look(taking, None if options.all else MAIN)
            else:
                _publish(taking)
            browser.close()


def _look(taking: Photographer, names: set[str] | None) -> None:
    """Those pages, or all; each whole, so that nothing below the first screen is missed."""
    for suffix, size in LOOKED_AT.items():
        windows: dict[str, Any] = {}
        for name, role, address in PAGES:
            if names is not None and name not in names:
                continue
            page = windows.setdefault(role, None) or taking.window(role, size)
            windows[role] = page
            page.goto(taking.address + address)
            page.screenshot(path=str(taking.folder / f"{name}-{suffix}.png"), full_page=True)
        page = windows["administrator"]
        for name, address in DETAILS:
            if names is not None and name not in names:
                continue
            page.goto(taking.address + address)
            first = page.locator("table.list tbody a").first
            if first.count() == 0:
                continue  # the demo has none of these
            first.click()
            page.screenshot(path=str(taking.folder / f"{name}-{suffix}.png"), full_page=True)
        taking.till(f"till-{suffix}", size)


def _publish(taking: Photographer) -> None:
    phone = taking.till("till", PHONE)
    page = taking.window("administrator", DESK)
    for name in PUBLISHED:
        address = next(where for one, _, where in PAGES if one == name)
        page.goto(taking.address + address)
        small(taking.take(name, page), PAGE_SIZE, PICTURES / f"{name}.webp")
    small(phone, PHONE_SIZE, PICTURES / "till.webp")
    overview(phone, taking.folder / "report.png", PICTURES / "overview.png")


if __name__ == "__main__":
    main()
