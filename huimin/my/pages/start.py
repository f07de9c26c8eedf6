"""The first page of "my card": the door for a stranger, and for who is signed in everything below
each other, or in large type one thing a screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.core.days import county_day
from huimin.core.refusals import Refusal
from huimin.my.guards import COOKIE, let_out, require_holder, signed_in_holder, who
from huimin.my.pages import LARGE, pages
from huimin.my.pages.door import door_page
from huimin.my.sections import Looking, Section, sections_for
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.forms import tell_not_done


@pages.get("/")
def start() -> str | Response:
    """The door, or what the signed-in person sees. Whose sign-in has ended is told so, once."""
    looking = signed_in_holder()
    if looking is None and COOKIE in request.cookies:
        tell_not_done(_("登录已经结束，请重新登录。"))
        return let_out(make_response(door_page()))
    if looking is None:
        return door_page()
    sections = sections_for(looking)
    if session.get(LARGE):
        return render_template("my/contents.html", sections=sections)
    return render_template("my/start.html", sections=sections, contents=_read(sections))


@pages.get("/see/<name>")
@require_holder(member=True)
def see(name: str) -> str:
    """One section alone, with the way to the one before and the one after."""
    sections = sections_for(who())
    names = [section.name for section in sections]
    if name not in names:
        raise Refusal("not_found")
    place = names.index(name)
    section = sections[place]
    return render_template(
        "my/see.html",
        section=section,
        contents=_read([section]),
        before=sections[place - 1] if place else None,
        after=sections[place + 1] if place + 1 < len(sections) else None,
    )


def back_to(section: str) -> Response:
    """Where somebody goes on after a form of that section."""
    if session.get(LARGE):
        return redirect(url_for("my.see", name=section))
    return redirect(url_for("my.start", _anchor=section))


def _read(sections: Iterable[Section]) -> dict[str, Any]:
    opened = instance()
    now = opened.clock()
    looking = Looking(who(), opened, now, county_day(now))

    def work(tx: Transaction) -> dict[str, Any]:
        return {section.name: section.content(tx, looking) for section in sections}

    return opened.engine.read(work)
