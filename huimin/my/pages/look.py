"""How the pages of "my card" look: usual, or in large type with one thing a screen."""

from __future__ import annotations

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from huimin.my.pages import LARGE, pages
from huimin.web.own_address import inside


@pages.post("/look")
def choose_look() -> Response:
    """Remember the size, and go back to the page."""
    if request.form.get("size") == "large":
        session[LARGE] = True
    else:
        session.pop(LARGE, None)
    back = inside(request.form.get("back")) or ""
    return redirect(back if back.startswith(("/my/", "/r/")) else url_for("my.start"))
