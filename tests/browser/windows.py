"""A browser's window as the tests open it: in Chinese, and with nothing in motion.

Who asks for less motion gets a page without transitions (huimin.css): so axe and the tests see each
button as it is, and not on its way.

On a fast machine a test can pass that looks too early. To find those, make the browser slow:

    HUIMIN_BROWSER_SLOWNESS=10 HUIMIN_BROWSER_LATENCY_MS=300 python -m pytest tests/browser

The first is how many times slower each page's processor seems, the second is what each request of a
page waits before it is sent, in milliseconds.
"""

from __future__ import annotations

import os
from typing import Any

SLOWNESS = int(os.environ.get("HUIMIN_BROWSER_SLOWNESS", "1"))
LATENCY_MS = int(os.environ.get("HUIMIN_BROWSER_LATENCY_MS", "0"))


def new_context(browser: Any, **options: Any) -> Any:
    """A context of `browser`, with further options of Playwright's own."""
    context = browser.new_context(**{"locale": "zh-CN", "reduced_motion": "reduce", **options})
    if SLOWNESS > 1 or LATENCY_MS:
        context.on("page", _slow_down)
    return context


def till_ready(page: Any) -> None:
    """Return when the till's script runs and it waits for a card.

    The field has the focus before that, by its own `autofocus`.
    """
    page.wait_for_selector("#till[data-started] #card:focus")


def _slow_down(page: Any) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWNESS})
    if LATENCY_MS:
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": LATENCY_MS,
                "downloadThroughput": -1,
                "uploadThroughput": -1,
            },
        )
