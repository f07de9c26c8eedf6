"""The guard of every page: who is signed in, and whether the role allows the action.

Deny unless allowed: a page without a guard is found by a test that walks every route.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, redirect, request, url_for
from flask_babel import gettext

from huimin.access.sign_in import StaffMember
from huimin.core.acting import By
from huimin.core.permissions import PERMISSIONS, REGISTRAR, allows
from huimin.core.refusals import Refusal
from huimin.storage.held_writes import WritesHeld, hold_writes
from huimin.web.current import instance
from huimin.web.forms import AGAIN, is_shown_again, tell_not_done
from huimin.web.own_address import inside

# The actions allowed while the password is still the one that somebody else set.
BEFORE_PASSWORD_CHANGE = ("account.own",)

View = TypeVar("View", bound=Callable[..., Any])


def require(action: str) -> Callable[[View], View]:
    """Let a view run only for staff whose role allows `action`; others sign in, or get a 403."""
    if action not in PERMISSIONS:
        raise KeyError(action)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            member = signed_in()
            if member is None:
                if request.method == "GET" and not request.is_json:
                    return redirect(url_for("access.sign_in_form", next=_here()))
                raise Refusal("unauthorized")
            if not allows(member.role, action):
                raise Refusal("forbidden")
            if member.must_change_password and action not in BEFORE_PASSWORD_CHANGE:
                if request.method == "GET" and not request.is_json:
                    return redirect(url_for("access.account"))
                raise Refusal("password_change_needed")
            return answer_with(view, *args, **kwargs)

        guarded.required_action = action  # type: ignore[attr-defined]
        return cast(View, guarded)

    return guard


def answer_with(view: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What the view answers; of a form that is only shown once more, without writing anything.

    A view that would write does not know how to show its form: its sender gets the page where the
    form stood, and is told that nothing was done.
    """
    if not is_shown_again():
        return view(*args, **kwargs)
    try:
        with hold_writes():
            return view(*args, **kwargs)
    except WritesHeld:
        tell_not_done(gettext("刚才这一步还没有办；请核对后再办一次。"))
        return redirect(inside(request.form[AGAIN]) or url_for("access.home"))


def _here() -> str:
    """The address of this request, to come back to."""
    return request.full_path if request.query_string else request.path


def signed_in() -> StaffMember | None:
    """Who is signed in on this request (set by access/pages/session.py), or None."""
    member: StaffMember | None = g.get("member")
    return member


def member() -> StaffMember:
    """Who is signed in, for use in a guarded view. Raises Refusal `unauthorized`."""
    user = signed_in()
    if user is None:
        raise Refusal("unauthorized")
    return user


def acting() -> By:
    """Who acts and when, as use cases take it."""
    return {"now": instance().clock(), "actor": member().username}


def own_division() -> str | None:
    """The division whose people the reader may see: a registrar's town; None for the county."""
    user = member()
    return user.division_code if user.role == REGISTRAR else None
