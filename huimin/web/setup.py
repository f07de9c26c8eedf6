"""Install what all pages share: CSRF, languages, security headers, errors, navigation."""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect, same_origin

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
# Pages whose address no referrer may name, so that their forms come without one.
WITHOUT_REFERRER = ("/my/", "/r/", "/language")


def install(app: Flask) -> None:
    """Wire it into the application; called once, by create_app."""
    app.before_request(_refuse_writing)
    app.json = StrictJSON(app)
    app.session_interface = PageSessions()
    secure = instance_of(app).settings.secure_cookies
    layered = ApiTurns(SecurityHeaders(app.wsgi_app, secure=secure))
    app.wsgi_app = layered  # type: ignore[method-assign]
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    # Who sent a form is asked below: it may come from a page that tells no referrer.
    app.config.setdefault("WTF_CSRF_SSL_STRICT", False)
    app.before_request(_refuse_other_sites)
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


def _refuse_other_sites() -> None:
    """Besides its token, a form that comes encrypted names a page of this server as its sender.

    One of WITHOUT_REFERRER comes without; then the browser itself says that no other site sent it,
    or, an old one, nothing.
    """
    is_form = request.method == "POST" and not request.path.startswith("/api/")
    if not is_form or not request.is_secure:
        return
    if request.referrer:
        is_ours = same_origin(request.referrer, f"https://{request.host}/")
    else:
        sender = request.headers.get("Sec-Fetch-Site", "same-origin")
        is_ours = request.path.startswith(WITHOUT_REFERRER) and sender == "same-origin"
    if not is_ours:
        raise CSRFError("The form comes from elsewhere.")


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
