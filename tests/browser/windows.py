"""A browser's window as the tests open it: in Chinese, and with nothing in motion.

Who asks for less motion gets a page without transitions (huimin.css): so axe and the tests see each
button as it is, and not on its way.
"""

from __future__ import annotations

from typing import Any


def new_context(browser: Any, **options: Any) -> Any:
    """A context of `browser`, with further options of Playwright's own."""
    return browser.new_context(**{"locale": "zh-CN", "reduced_motion": "reduce", **options})
