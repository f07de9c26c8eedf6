"""The header of every page: who is signed in, and the way out."""

from __future__ import annotations

from typing import Any

# There for whoever has signed in; on a phone it is inside the closed menu.
SIGNED_IN = ".nav-account"


def open_menu(page: Any) -> None:
    """On a narrow page the groups are behind one button."""
    menu = page.locator(".menu-button")
    if menu.is_visible() and menu.get_attribute("aria-expanded") == "false":
        menu.click()


def press_sign_out(page: Any) -> None:
    """Press it, as it is reached: the menu on a phone, then one's own name."""
    open_menu(page)
    page.click(".nav-account summary")
    page.click(".sign-out-form button")


def choose_language(page: Any, language: str) -> None:
    """Choose it as a reader does; the same page comes back in that language."""
    choice = page.locator(f"button[name=language][value={language}]")
    if page.locator(SIGNED_IN).count():
        open_menu(page)
        page.click(".nav-account summary")
    with page.expect_navigation():
        choice.click()
