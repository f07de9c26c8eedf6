"""The guard of the pages of "my card": who is signed in there, and whether the view is theirs.

Deny unless allowed: a view without a guard is found by the test that walks every route. The cookie
is this room's own and travels nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from huimin.access.guards import answer_with, signed_in
from huimin.core.acting import By
from huimin.core.permissions import allows
from huimin.core.refusals import Refusal
from huimin.my.page_owner import owner_of_form
from huimin.my.sessions import Browser, SignedIn, signed_in_by
from huimin.web.cookies import set_own_cookie
from huimin.web.current import instance

COOKIE, COOKIE_PATH = "huimin_my", "/my"
# What a registrar needs to open "my card" for somebody.
AT_COUNTER = "holder.my_card"

View = TypeVar("View", bound=Callable[..., Any])


def require_holder(*, member: bool = False) -> Callable[[View], View]:
    """Let a view run for the holder who is signed in to "my card"; with `member` also for a member
    of the family, who has the smaller view. Others get to the door, or a 401. What a page of
    somebody else sent, who was signed in before, is refused.

    Raises Refusal `my_signed_out`, `my_other_person`, `my_holder_only`.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            looking = signed_in_holder()
            if looking is None:
                if request.method == "GET" and not request.is_json:
                    return redirect(url_for("my.start"))  # it says that the sign-in has ended
                raise Refusal("my_signed_out")
            if owner_of_form() not in (None, looking.person_id):
                raise Refusal("my_other_person")
            if not member and not looking.is_holder:
                raise Refusal("my_holder_only")
            return answer_with(view, *args, **kwargs)

        guarded.required_holder = "member" if member else "holder"  # type: ignore[attr-defined]
        return cast(View, guarded)

    return guard


def signed_in_holder() -> SignedIn | None:
    """Who is signed in to "my card" on this request, or None; asked of the database once."""
    if "my_signed_in" not in g:
        g.my_signed_in = _find()
    person: SignedIn | None = g.my_signed_in
    return person


def who() -> SignedIn:
    """The same, for use in a guarded view. Raises Refusal `my_signed_out`."""
    person = signed_in_holder()
    if person is None:
        raise Refusal("my_signed_out")
    return person


def acting_holder() -> By:
    """Who acts and when, as use cases take it; at the counter it is the member of staff."""
    return {"now": instance().clock(), "actor": who().actor}


def this_browser() -> Browser:
    """Where this request comes from."""
    return Browser(request.remote_addr, request.headers.get("User-Agent"))


def let_in(response: Response, secret: str) -> Response:
    """Give the session to the browser, which forgets it when it is closed."""
    set_own_cookie(response, COOKIE, secret, path=COOKIE_PATH)
    return response


def let_out(response: Response) -> Response:
    """Take the session's cookie from the browser."""
    response.delete_cookie(COOKIE, path=COOKIE_PATH)
    return response


def _find() -> SignedIn | None:
    secret = request.cookies.get(COOKIE, "")
    if not secret:
        return None
    now = instance().clock()
    person = instance().engine.read(lambda tx: signed_in_by(tx, secret, now))
    if person is not None and person.opened_by is not None:
        staff = signed_in()
        is_theirs = staff is not None and staff.username == person.opened_by
        return person if is_theirs and staff and allows(staff.role, AT_COUNTER) else None
    return person
