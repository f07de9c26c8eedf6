"""Flask's signed cookie, opened for pages only: the API knows its callers by their keys."""

from __future__ import annotations

from flask import Flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request


class PageSessions(SecureCookieSessionInterface):
    """A request to the API gets a session that can't be written, and no cookie is looked at."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a page's cookie; None for the API, which Flask answers by a null one."""
        if request.path.startswith("/api/"):
            return None
        return super().open_session(app, request)
