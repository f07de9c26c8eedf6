"""Sign in, sign out, the first page after it, and the choice of language."""

from __future__ import annotations

from typing import Any

from flask import (
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from huimin.access.guards import member, require, signed_in
from huimin.access.kept_form import (
    FIELD,
    KeptForm,
    form_key_of,
    is_from_here,
    opened,
    owner_of_form_key,
)
from huimin.access.known_device import known_device, remember_device
from huimin.access.pages import pages
from huimin.access.pages.session import find_member
from huimin.access.second_factor import pass_second_step
from huimin.access.sign_in import (
    StaffMember,
    begin_session,
    end_session,
    owner_of_session,
    sign_in,
)
from huimin.access.till_device import COOKIE_PATH, SIGNED_IN_COOKIE
from huimin.access.trial_accounts import trial_accounts
from huimin.access.tries import note_failed_try, require_few_failures
from huimin.core.catalogue import LANGUAGES
from huimin.core.permissions import allows
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import AGAIN
from huimin.web.language import request_language
from huimin.web.own_address import inside, page_of_form
from huimin.web.problems import answer_refusal, wants_json

SECOND_STEP_SECONDS = 300
# Of a session that has ended there is nothing to go on with, and nothing is left to be done.
SIGN_OUT = "access.sign_out"


@pages.get("/")
@require("home.read")
def home() -> Response:
    """The first page: the till for a cashier, the shops for who records prices, or the desk."""
    if allows(member().role, "till.use"):
        return redirect(url_for("checkout.till"))
    if not allows(member().role, "today.read"):
        return redirect(url_for("shelf_prices.choose_outlet"))
    return redirect(url_for("desk.today"))


@pages.get("/sign-in")
def sign_in_form() -> str | Response:
    """The form."""
    if signed_in() is not None:
        return redirect(url_for("access.home"))
    return _sign_in_page("", None)


def _sign_in_page(username: str, problem: str | None, kept: str | None = None) -> str:
    return render_template(
        "access/sign_in.html",
        username=username,
        problem=problem,
        kept=kept,
        trials=trial_accounts(instance().settings.folder),
    )


@pages.post("/sign-in")
def sign_in_now() -> Response | tuple[str, int] | str:
    """Check name and password; ask for the second factor, or begin a session."""
    username = request.form.get("username", "")[:64]
    now = instance().clock()
    password, device = request.form.get("password", ""), known_device(username)
    try:
        require_few_failures(username, device)
        user = sign_in(
            instance().engine,
            username,
            password,
            now=now,
            origin=request.remote_addr or "",
            on_known_device=device is not None,
        )
    except Refusal as refusal:
        note_failed_try(username, device)
        page = _sign_in_page(username, refusal.detail(request_language()), _kept())
        return page, refusal.status
    next_path = inside(request.args.get("next"))
    if user.has_second_factor:
        session["second"] = {
            "staff_id": user.id,
            "username": user.username,
            "at": now.timestamp(),
            "next": next_path,
        }
        if _kept():
            return render_template("access/code.html", problem=None, kept=_kept())
        return redirect(url_for("access.code_form"))
    return _let_in(user, next_path)


@pages.get("/sign-in/code")
def code_form() -> str | Response:
    """The form for the second factor's code, after a correct password."""
    if _second() is None:
        return redirect(url_for("access.sign_in_form"))
    return render_template("access/code.html", problem=None)


@pages.post("/sign-in/code")
def check_code() -> Response | tuple[str, int] | str:
    """Check the code; a wrong one counts like a wrong password."""
    second, now = _second(), instance().clock()
    if second is None:
        return redirect(url_for("access.sign_in_form"))
    typed, secrets = request.form.get("code", "")[:40], instance().personal_data
    username = second["username"]
    device = known_device(username)

    def work(tx: Transaction) -> StaffMember | Refusal:
        return pass_second_step(
            tx,
            second["staff_id"],
            typed,
            unsealed=lambda cipher: secrets.readable(cipher, "staff.totp"),
            now=now,
            on_known_device=device is not None,
        )

    try:
        require_few_failures(username, device)
        passed = change(work)
        if isinstance(passed, Refusal):
            raise passed
    except Refusal as refusal:
        note_failed_try(username, device)
        words = refusal.detail(request_language())
        return render_template("access/code.html", problem=words, kept=_kept()), refusal.status
    return _let_in(passed, second["next"])


@pages.post("/sign-out")
@require("account.own")
def sign_out() -> Response:
    """End the session, here and in the database."""
    return _sign_out()


def _sign_out() -> Response:
    session_id, now, user = session.pop("session_id", None), instance().clock(), member()
    if isinstance(session_id, str):
        change(lambda tx: end_session(tx, session_id, now, user))
    response = redirect(url_for("access.sign_in_form"))
    # A till that this session opened sells nothing without network any more.
    response.delete_cookie(SIGNED_IN_COOKIE, path=COOKIE_PATH)
    return response


@pages.post("/language")
def choose_language() -> Response:
    """Remember the reader's language and go back to the page."""
    language = request.form.get("language")
    if language in LANGUAGES:
        session["language"] = language
    return redirect(inside(request.form.get("back")) or url_for("access.home"))


def ask_to_sign_in_again(owner: str) -> tuple[str, int]:
    """The sign-in page for somebody whose session ended while a form was filled in; it keeps it."""
    sealed = _form_of(owner).seal(instance().personal_data.encrypt)
    page = render_template("access/sign_in.html", username="", problem=None, kept=sealed)
    return page, 401


@pages.app_errorhandler(Refusal)
def answer_signed_out(refusal: Refusal) -> Any:
    """Keep a form while its sender signs in again; any other refusal is answered as ever."""
    if refusal.code != "unauthorized":  # first: a form that is too large can't be read
        return answer_refusal(refusal)
    if request.endpoint == SIGN_OUT:
        return redirect(url_for("access.sign_in_form"))
    if request.method != "POST" or wants_json() or not request.form:
        return answer_refusal(refusal)
    owner = _owner_of_form()
    return answer_refusal(refusal) if owner is None else ask_to_sign_in_again(owner)


@pages.app_errorhandler(CSRFError)
def answer_forged(_error: CSRFError) -> Any:
    """A form of ours whose token is of an earlier session: its sender goes on, signed in or not.

    Nobody else does: another who has signed in meanwhile is refused.
    """
    if request.endpoint == SIGN_OUT:
        return _sign_out_without_token()
    guarded = getattr(current_app.view_functions.get(request.endpoint or ""), "required_action", "")
    if not guarded or wants_json() or not is_from_here(request):
        return answer_refusal(Refusal("csrf_failed"))
    find_member()
    user, owner = signed_in(), _owner_of_form()
    if owner is None or (user is not None and user.id != owner):
        return answer_refusal(Refusal("csrf_failed"))
    if user is None:
        return ask_to_sign_in_again(owner)
    return render_template("access/go_on.html", kept=_form_of(owner), again=AGAIN)


def _sign_out_without_token() -> Response:
    """Sign out whoever pressed it on a page of an earlier session.

    A session that counts is ended by a page of this server alone. Where there is none, there is
    nothing to protect, and whoever asked has left: no cookie is changed for that.
    """
    find_member()
    if signed_in() is None:
        return redirect(url_for("access.sign_in_form"))
    return _sign_out() if is_from_here(request) else answer_refusal(Refusal("csrf_failed"))


def _form_of(owner: str) -> KeptForm:
    """What this request sent, as that person's."""
    page = page_of_form(request.path, request.referrer, request.host)
    return KeptForm.sent(request, page=page, staff_id=owner, now=instance().clock())


def _owner_of_form() -> str | None:
    """Whose page the form of this request was sent from: their form key says it, or the session.

    None where neither does; then nobody is shown what was sent.
    """
    owner = owner_of_form_key(request.form.get("csrf_token", ""))
    session_id = session.get("session_id")
    if owner is None and isinstance(session_id, str):
        owner = instance().engine.read(lambda tx: owner_of_session(tx, session_id))
    return owner


def _kept() -> str:
    """The form that the sign-in page keeps, sealed; "" for none."""
    return request.form.get(FIELD, "")


def _second() -> dict[str, Any] | None:
    """The pending second step of this browser, or None once it has expired."""
    second = session.get("second")
    if not isinstance(second, dict) or "username" not in second:
        return None
    age = instance().clock().timestamp() - second["at"]
    return second if 0 <= age <= SECOND_STEP_SECONDS else None


def _let_in(user: StaffMember, next_path: str | None) -> Response:
    """Begin a session; nothing but the language is carried over from the old cookie."""
    # Read before `change`: it runs in the writer's thread, where there is no request.
    hours, now = instance().settings.session_hours, instance().clock()
    address, user_agent = request.remote_addr, request.headers.get("User-Agent")
    session_id = change(
        lambda tx: begin_session(
            tx, user, now=now, hours=hours, address=address, user_agent=user_agent
        )
    )
    language = session.get("language")
    session.clear()
    session.permanent = True
    session["session_id"] = session_id
    session["csrf_token"] = form_key_of(user.id)
    if language:
        session["language"] = language
    unsent = opened(_kept(), instance().personal_data.decrypt) if _kept() else None
    if unsent is not None and unsent.is_of(user.id, now):
        g.member = user
        answer: Response = make_response(
            render_template("access/go_on.html", kept=unsent, again=AGAIN)
        )
    else:
        answer = redirect(next_path or url_for("access.home"))
    remember_device(answer, user.username)
    return answer
