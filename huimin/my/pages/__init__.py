"""My card in the browser: the holder's pages below /my/, and the registrar's part beside a person.

What all of /my/ share stands here: no search engine lists them, no referrer names them, and an
error is said in their own large type. The cookie of a sign-in there has the path /my and is no
sign-in of staff.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, render_template, session
from flask_wtf.csrf import CSRFError

from huimin.core.refusals import FieldProblems, Refusal
from huimin.my.guards import signed_in_holder
from huimin.my.tries import count_request
from huimin.web.language import request_language
from huimin.web.problems import answer_field_problems, answer_refusal, wants_json

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


@pages.after_request
def _keep_to_itself(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@pages.errorhandler(Refusal)
def _say_refusal(refusal: Refusal) -> Any:
    """In JSON to a script, and on a page of this room to a person."""
    if wants_json():
        return answer_refusal(refusal)
    g.refusal_code = refusal.code
    page = render_template("my/problem.html", sentence=refusal.detail(request_language()))
    return page, refusal.status


@pages.errorhandler(FieldProblems)
def _say_problems(problems: FieldProblems) -> Any:
    """The same for a form that no page of ours sends."""
    if wants_json():
        return answer_field_problems(problems)
    sentence = problems.problems[0].message(request_language())
    return render_template("my/problem.html", sentence=sentence), 422


@pages.errorhandler(CSRFError)
def _say_forged(_error: CSRFError) -> Any:
    """A form of long ago, or of somebody else's page."""
    return _say_refusal(Refusal("csrf_failed"))


@pages.app_context_processor
def _page_words() -> dict[str, Any]:
    return {"my_large": lambda: bool(session.get(LARGE)), "my_who": signed_in_holder}


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
    "purchases",
    "start",
]
