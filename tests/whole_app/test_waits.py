"""No test of the browser waits in a way that ends too early, or that a page's policy ends."""

from __future__ import annotations

from pathlib import Path

BROWSER = Path(__file__).parents[1] / "browser"


def test_no_test_waits_by_playwrights_function() -> None:
    """Use `until` and `page.evaluate` instead.

    It looks once and passes; where the first look is too early, it evaluates a string anew, which
    the Content-Security-Policy forbids, and it takes the promise of an async function for a yes.
    """
    waiting = [
        path.name
        for path in BROWSER.glob("*.py")
        if ".wait_for_function(" in path.read_text("utf-8")
    ]
    assert waiting == []


def test_no_test_waits_for_a_time_or_for_silence() -> None:
    """Neither says that what is looked at has happened, or would have happened by then."""
    waiting = [
        path.name
        for path in BROWSER.glob("*.py")
        for words in (".wait_for_timeout(", "networkidle")
        if words in path.read_text("utf-8")
    ]
    assert waiting == []
