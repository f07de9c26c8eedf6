"""What every page has: who is signed in, CSRF, languages, security headers, errors.

`install(app)` is called once by create_app. Nothing is open by default: scripts, styles, pictures
and connections come from this server only, and no page may be framed.
"""

from __future__ import annotations

from flask import Flask, Response, g, request, session
from flask_babel import Babel
from flask_wtf.csrf import CSRFError, CSRFProtect

from huimin import __version__
from huimin.access.sign_in import member_of_session
from huimin.core.refusals import Refusal
from huimin.web import problems
from huimin.web.current import house
from huimin.web.language import LANGUAGES, request_language
from huimin.web.words import register_filters

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}

csrf = CSRFProtect()
babel = Babel()


def install(app: Flask) -> None:
    """Wire what all pages share into the application."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh_Hans")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "web/translations")
    csrf.init_app(app)
    babel.init_app(app, locale_selector=request_language)
    problems.install(app)
    app.register_error_handler(CSRFError, lambda _: problems.answer_refusal(Refusal("csrf_failed")))
    app.before_request(_refuse_nul)
    app.before_request(_find_member)
    app.after_request(_add_headers)
    app.context_processor(_page_words)
    register_filters(app)


def _refuse_nul() -> None:
    """No identifier holds a NUL, and PostgreSQL takes none: such an address names nothing."""
    if "\0" in request.path or b"%00" in request.query_string:
        raise Refusal("not_found")


def _find_member() -> None:
    """Who is signed in; the API reads no session at all."""
    g.member = None
    if request.path.startswith(("/api/", "/static/", "/healthz", "/.well-known/")):
        return
    session_id = session.get("session_id")
    if isinstance(session_id, str):
        now = house().clock()
        g.member = house().engine.read(lambda tx: member_of_session(tx, session_id, now))


def _add_headers(response: Response) -> Response:
    # One pass over what is there: this runs for every sale, and setdefault searches each time.
    present = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - not a dict
    for name, value in HEADERS.items():
        if name.lower() not in present:
            response.headers.add(name, value)
    if house().settings.secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _page_words() -> dict[str, object]:
    settings = house().settings
    return {
        "member": g.get("member"),
        "language": request_language(),
        "languages": LANGUAGES,
        "county_name": settings.county_name,
        "help_line": settings.help_line,
        "version": __version__,
    }
