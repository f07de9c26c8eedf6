"""Install what all pages share: CSRF, languages, security headers, errors, navigation."""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from huimin import __version__
from huimin.core.catalogue import LANGUAGES
from huimin.core.permissions import allows
from huimin.core.refusals import Refusal
from huimin.storage.engine import ReadOnly
from huimin.web import language, problems, uploads
from huimin.web.api_turns import ApiTurns
from huimin.web.current import instance, instance_of
from huimin.web.forms import Form
from huimin.web.help_links import help_address
from huimin.web.json_provider import StrictJSON
from huimin.web.navigation import Group, groups_for, waiting_counts
from huimin.web.security_headers import SecurityHeaders
from huimin.web.sessions import PageSessions
from huimin.web.words import register_filters

csrf = CSRFProtect()


def install(app: Flask) -> None:
    """Wire it into the application; called once, by create_app."""
    app.before_request(_refuse_writing)
    app.json = StrictJSON(app)
    app.session_interface = PageSessions()
    secure = instance_of(app).settings.secure_cookies
    layered = ApiTurns(SecurityHeaders(app.wsgi_app, secure=secure))
    app.wsgi_app = layered  # type: ignore[method-assign]
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    uploads.install(app)
    csrf.init_app(app)
    language.install(app)
    problems.install(app)
    app.register_error_handler(CSRFError, lambda _: problems.answer_refusal(Refusal("csrf_failed")))
    app.before_request(_refuse_nul)
    app.after_request(_keep_private)
    app.context_processor(_page_words)
    register_filters(app)


def _refuse_writing() -> None:
    """Where nothing may be written, nothing is begun that would be."""
    if instance().settings.read_only and request.method not in ("GET", "HEAD", "OPTIONS"):
        raise ReadOnly


def _refuse_nul() -> None:
    """No identifier contains a NUL, and PostgreSQL rejects it: such an address is a 404."""
    if "\0" in request.path or b"%00" in request.query_string:
        raise Refusal("not_found")


def _keep_private(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _navigation() -> list[Group]:
    member = g.get("member")
    return groups_for(None if member is None else member.role, waiting_counts())


def _may(action: str) -> bool:
    """Whether the reader's role allows the action."""
    member = g.get("member")
    return member is not None and allows(member.role, action)


def _page_words() -> dict[str, object]:
    settings = instance().settings
    return {
        "member": g.get("member"),
        "language": language.request_language(),
        "languages": LANGUAGES,
        "county_name": settings.county_name,
        "help_line": settings.help_line,
        "version": __version__,
        "read_only": settings.read_only,
        "navigation": _navigation,
        "help_address": help_address,
        "may": _may,
        "blank_form": Form(),
    }
