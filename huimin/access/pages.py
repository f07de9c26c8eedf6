"""Sign in, sign out, the first page after it, and the choice of language."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.wrappers import Response

from huimin.access.guards import require, signed_in
from huimin.access.sign_in import begin_session, end_session, sign_in
from huimin.core.permissions import allows
from huimin.core.refusals import Refusal
from huimin.web.current import house
from huimin.web.language import LANGUAGES, request_language

# The account locks after five failures; this keeps one address from locking many accounts.
FAILURES_PER_ADDRESS = RateLimitItemPerMinute(20)

pages = Blueprint("access", __name__)


@pages.get("/")
@require("home.read")
def home() -> str | Response:
    """Where a day begins: the till for a cashier, the month for those who read it."""
    member = signed_in()
    if member is not None and allows(member.role, "till.use"):
        return redirect(url_for("checkout.till"))
    if member is not None and allows(member.role, "report.read"):
        return redirect(url_for("reports.months"))
    return render_template("access/home.html")


@pages.get("/sign-in")
def sign_in_form() -> str | Response:
    """The form."""
    if signed_in() is not None:
        return redirect(url_for("access.home"))
    return render_template("access/sign_in.html", username="", problem=None)


@pages.post("/sign-in")
def sign_in_now() -> Response | tuple[str, int] | str:
    """Check the form; on success a new session replaces whatever the browser had."""
    username = request.form.get("username", "")[:64]
    now = house().clock()
    address = request.remote_addr or ""
    try:
        if not _tries().test(FAILURES_PER_ADDRESS, address):
            raise Refusal("too_many_requests")
        member = sign_in(house().engine, username, request.form.get("password", ""), now=now)
    except Refusal as refusal:
        # Failures only: a whole office signs in from one address in the morning.
        _tries().hit(FAILURES_PER_ADDRESS, address)
        page = render_template(
            "access/sign_in.html", username=username, problem=refusal.detail(request_language())
        )
        return page, refusal.status
    # Read here: the use case runs in the writer's thread, where there is no request.
    hours = house().settings.session_hours
    user_agent = request.headers.get("User-Agent")
    session_id = house().engine.write(
        lambda tx: begin_session(
            tx, member, now=now, hours=hours, address=address or None, user_agent=user_agent
        )
    )
    language = session.get("language")
    session.clear()
    session.permanent = True
    session["session_id"] = session_id
    if language:
        session["language"] = language
    return redirect(_inside(request.args.get("next")) or url_for("access.home"))


@pages.post("/sign-out")
@require("home.read")
def sign_out() -> Response:
    """End the session, here and in the database."""
    session_id, now = session.pop("session_id", None), house().clock()
    if isinstance(session_id, str):
        house().engine.write(lambda tx: end_session(tx, session_id, now))
    return redirect(url_for("access.sign_in_form"))


@pages.post("/language")
def choose_language() -> Response:
    """Keep the reader's language and go back to the page."""
    language = request.form.get("language")
    if language in LANGUAGES:
        session["language"] = language
    return redirect(_inside(request.form.get("back")) or url_for("access.home"))


def _inside(address: str | None) -> str | None:
    """The address if it is a path on this server; else nobody is sent anywhere."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc or "\\" in address else address


def _tries() -> FixedWindowRateLimiter:
    """The counter of this application; another one in the same process counts for itself."""
    counter: FixedWindowRateLimiter | None = current_app.extensions.get("sign_in_tries")
    if counter is None:
        counter = FixedWindowRateLimiter(MemoryStorage())
        counter = current_app.extensions.setdefault("sign_in_tries", counter)
    return counter
