"""A browser's window as the tests open it: in Chinese, and with nothing in motion.

Who asks for less motion gets a page without transitions (huimin.css): so axe and the tests see each
button as it is, and not on its way.

On a fast machine a test can pass that looks too early. To find those, make the browser slow:

    HUIMIN_BROWSER_SLOWNESS=10 HUIMIN_SERVER_LATENCY_MS=300 python -m pytest tests/browser

The first is how many times slower each page's processor seems; the second is how long the server
waits before it answers each request (tests/served.py), those of a service worker as well.

On a slow one a test can pass that looks too late: for a state that has come and gone by then. To
find those, make the test slow; this long it rests after each of its steps in the browser:

    HUIMIN_TEST_SLOWNESS_MS=150 python -m pytest tests/browser
"""

from __future__ import annotations

import os
from typing import Any

SLOWNESS = int(os.environ.get("HUIMIN_BROWSER_SLOWNESS", "1"))
STEP_MS = int(os.environ.get("HUIMIN_TEST_SLOWNESS_MS", "0"))


def new_context(browser: Any, **options: Any) -> Any:
    """A context of `browser`, with further options of Playwright's own."""
    context = browser.new_context(**{"locale": "zh-CN", "reduced_motion": "reduce", **options})
    if SLOWNESS > 1:
        context.on("page", _slow_down)
    return context


def till_ready(page: Any) -> None:
    """Return when the till's script runs and it waits for a card.

    The field has the focus before that, by its own `autofocus`.
    """
    page.wait_for_selector("#till[data-started] #card:focus")


def choose_village(page: Any, typed: str) -> None:
    """Choose the first place that fits what is typed, by the keyboard (static/typed_choice.js)."""
    field = page.locator("#field-division_code[role=combobox]")
    field.fill(typed)
    page.locator("[role=option][aria-selected=true]").wait_for()
    field.press("Enter")
    page.locator("[role=listbox]").wait_for(state="hidden")


def _slow_down(page: Any) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWNESS})
