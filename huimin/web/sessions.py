"""Flask's signed session cookie, for pages only: the API identifies its callers by keys."""

from __future__ import annotations

from flask import Flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request


class PageSessions(SecureCookieSessionInterface):
    """A request to the API gets a session that can't be written, and its cookies are ignored."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session in a page's cookie; None for the API, for which Flask uses a null session."""
        if request.path.startswith("/api/"):
            return None
        return super().open_session(app, request)
