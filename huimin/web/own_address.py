"""Addresses of this server's own pages, to go on to."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app


def inside(address: str | None) -> str | None:
    """The address if it is a path on this server, else None: no open redirect.

    Browsers drop tabs and line ends from an address and take a backslash for a slash, so what has
    any of them is no path of ours.
    """
    if not address or not address.startswith("/") or not address.isprintable():
        return None
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or "\\" in address or "//" in parts.path:
        return None
    return address


def page_of_form(path: str, referrer: str | None, host: str) -> str:
    """The page on which a form stood that was sent to `path`, as far as its browser tells.

    Else the nearest page above the path; the first page is above all.
    """
    parts = urlsplit(referrer or "")
    came_from = parts.path + (f"?{parts.query}" if parts.query else "")
    if parts.netloc == host and inside(came_from) and _can_be_opened(parts.path):
        return came_from
    above = path
    while above and not _can_be_opened(above):
        above = above.rstrip("/").rpartition("/")[0]
    return above or "/"


def _can_be_opened(path: str) -> bool:
    return current_app.url_map.bind("").test(path, "GET")
