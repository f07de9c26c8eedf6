"""A bare page in a real Chromium that has loaded the till's pure modules from the source tree.

No server and no network: the files are given to the browser by the test itself, over an address
with TLS (where WebCrypto is) or without (where it is not).
"""

from __future__ import annotations

import mimetypes
from typing import Any

from huimin.checkout.pages.till_app import STATIC, WEB_STATIC
from tests.browser.windows import new_context

FOLDERS = {"static/till/": STATIC, "static/": WEB_STATIC}
MODULES = ("discount", "quote_answer", "card_text", "card_token", "deny_list", "offline_policy")
LOAD = """async (modules) => {
  window.till = {};
  for (const name of modules) window.till[name] = await import(`/static/till/${name}.js`);
}"""


def page_with_modules(browser: Any, address: str = "https://till.test/") -> Any:
    """A page where `till.<module>.<export>` can be called."""
    page = new_context(browser).new_page()
    page.set_default_timeout(120_000)
    page.route("**/*", _give)
    page.goto(address)
    page.evaluate(LOAD, list(MODULES))
    return page


def _give(route: Any) -> None:
    path = route.request.url.partition("://")[2].partition("/")[2]
    start = next((start for start in FOLDERS if path.startswith(start)), None)
    if start is None:
        route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>t</title>")
        return
    file = FOLDERS[start] / path.removeprefix(start)
    kind = "text/javascript" if file.suffix == ".js" else mimetypes.guess_type(file.name)[0]
    route.fulfill(status=200, content_type=kind, body=file.read_bytes())
