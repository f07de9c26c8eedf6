"""Who is signed in, found out once for every request that may belong to somebody."""

from __future__ import annotations

from flask import g, request, session

from huimin.access.pages import pages
from huimin.access.sign_in import member_of_session
from huimin.web.current import instance

# The API knows its callers by their keys, and what is public is so for everybody.
WITHOUT_SESSION = (
    "/api/",
    "/static/",
    "/healthz",
    "/livez",
    "/readyz",
    "/.well-known/",
    "/open/",
    "/public/",
)


@pages.before_app_request
def find_member() -> None:
    """Set `g.member` to the person whose session this is, or None."""
    g.member = None
    if request.path.startswith(WITHOUT_SESSION):
        return
    session_id = session.get("session_id")
    if isinstance(session_id, str):
        now = instance().clock()
        g.member = instance().engine.read(lambda tx: member_of_session(tx, session_id, now))
