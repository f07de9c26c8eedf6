"""My card in the browser: the holder's pages below /my/, and the registrar's part beside a person.

What all of /my/ share stands here: no search engine lists them, no referrer names them, and an
error is said in their own large type (problem.py). The cookie of a sign-in there has the path /my
and is no sign-in of staff.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, session

from huimin.my.guards import signed_in_holder
from huimin.my.page_owner import seal_owner
from huimin.my.tries import count_request

pages = Blueprint("my", __name__, url_prefix="/my")
# Registered apart: they are pages of the console, for staff.
office_pages = Blueprint("my_office", __name__)
# Static files lie outside /my/, so that no address of theirs brings the cookie.
my_files = Blueprint("my_files", "huimin.my", static_folder="static", static_url_path="/static/my")

# Set by the switch in the header of these pages (pages/look.py).
LARGE = "my_large"


@pages.before_request
def _not_without_end() -> None:
    looking = signed_in_holder()
    count_request(looking.person_id if looking else None)


@pages.after_app_request
def _keep_to_itself(response: Response) -> Response:
    """Also of what is no page of ours, down to an address that does not exist."""
    if request.path.startswith("/my/"):
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cache-Control", "no-store")
    return response


@pages.app_context_processor
def _page_words() -> dict[str, Any]:
    return {
        "my_large": lambda: bool(session.get(LARGE)),
        "my_who": signed_in_holder,
        "form_owner": lambda: seal_owner(signed_in_holder()),
    }


from huimin.my.pages import (  # noqa: E402
    app_files,
    code,
    control,
    door,
    family,
    filters,
    look,
    messages,
    office,
    own_sessions,
    problem,
    purchases,
    start,
)

__all__ = [
    "app_files",
    "code",
    "control",
    "door",
    "family",
    "filters",
    "look",
    "messages",
    "my_files",
    "office",
    "office_pages",
    "own_sessions",
    "pages",
    "problem",
    "purchases",
    "start",
]
