"""A cookie of ours: no script reads it, and where the address is https, nothing else carries it."""

from __future__ import annotations

from typing import Literal

from werkzeug.wrappers import Response

from huimin.web.current import instance

# The longest that browsers keep a cookie.
LONGEST_SECONDS = 400 * 24 * 60 * 60


def set_own_cookie(
    response: Response,
    name: str,
    value: str,
    *,
    path: str,
    seconds: int | None = None,
    same_site: Literal["Lax", "Strict"] = "Lax",
) -> None:
    """Give it with the answer, for the pages below `path`; without `seconds` until the browser is
    closed."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=path,
        secure=instance().settings.secure_cookies,
        httponly=True,
        samesite=same_site,
    )
