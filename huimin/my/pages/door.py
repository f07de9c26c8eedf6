"""The door of "my card": whether a scanned card is genuine, how to get in, signing in and out.

The digits of a scanned card come in the body of a form (templates/cards/card.html) and never in an
address; what is remembered of them for a quarter of an hour is the copy's name, in a signed cookie
of these pages. Nothing is said of a card's state or person before somebody is signed in.
"""

from __future__ import annotations

from flask import current_app, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from huimin.access.kept_form import FIELD as KEPT
from huimin.cards.published_keys import revoked_key_ids
from huimin.core.card_token import check_card
from huimin.core.refusals import Refusal
from huimin.messages.log import gateway_fails
from huimin.messages.send_code import sends_codes
from huimin.my.guards import (
    COOKIE_PATH,
    acting_holder,
    let_in,
    let_out,
    signed_in_holder,
    this_browser,
)
from huimin.my.kept_words import is_own_form, words_of
from huimin.my.pages import pages
from huimin.my.sessions import end_one, signed_in_by
from huimin.my.sign_in import Proof, ask_for_code, number_of_copy, sign_in
from huimin.my.tries import count_asked_code, note_failure, require_few_failures
from huimin.publication.outlets import towns
from huimin.web.cookies import set_own_cookie
from huimin.web.current import change, instance
from huimin.web.forms import AGAIN, Form, tell
from huimin.web.language import request_language
from huimin.web.setup import csrf

SCANNED, SCANNED_SECONDS = "huimin_my_card", 900


def door_page(
    form: Form | None = None, problem: str = "", *, kept: str = "", told: str = ""
) -> str:
    """The page for somebody who is not signed in; `kept` is what they wrote before, sealed."""
    opened = instance()
    town_rows, fails = opened.engine.read(lambda tx: (towns(tx), gateway_fails(tx, opened.clock())))
    return render_template(
        "my/door.html",
        form=form or Form(),
        problem=problem,
        kept=kept,
        told=told,
        scanned=scanned_copy() is not None,
        by_message=sends_codes(opened.settings),
        messages_fail=fails,
        towns=[(row["code"], row["name"]) for row in town_rows],
    )


@pages.get("/card")
@pages.get("/sign-in")
@pages.get("/send-code")
@pages.get("/sign-out")
@pages.get("/look")
@pages.get("/family")
@pages.get("/sessions")
@pages.get("/messages")
@pages.get("/data")
def form_address() -> Response:
    """The address where a form was answered, opened again from the address bar or a bookmark."""
    return redirect(url_for("my.start"))


@pages.post("/card")
def scanned_card() -> Response:
    """Remember the card that was scanned, or forget it; then the door."""
    answer = redirect(url_for("my.start"))
    copy_id = _copy_of(request.form.get("card", ""))
    if copy_id is None:
        answer.delete_cookie(SCANNED, path=COOKIE_PATH)
        return answer
    scanned = str(_serializer().dumps(copy_id))
    set_own_cookie(answer, SCANNED, scanned, path=COOKIE_PATH, seconds=SCANNED_SECONDS)
    return answer


@pages.post("/sign-in")
def sign_in_now() -> Response | tuple[str, int]:
    """Check card, last four and code, and begin a session; one sentence for all that is wrong."""
    form, opened = Form.secret(), instance()
    proof, card = _proof(form)
    try:
        require_few_failures(card)
        secret = sign_in(
            opened.engine,
            opened.personal_data,
            proof,
            browser=this_browser(),
            now=opened.clock(),
        )
    except Refusal as refusal:
        if refusal.code == "my_sign_in_failed":
            note_failure(card)
        return _again(form, refusal)
    answer = let_in(_go_on(secret, _kept()), secret)
    answer.delete_cookie(SCANNED, path=COOKIE_PATH)
    return answer


@pages.post("/send-code")
def send_code_now() -> Response | tuple[str, int]:
    """Let a code go to the phone on file; the same answer whatever was right."""
    form, opened = Form.secret(), instance()
    if not sends_codes(opened.settings):
        raise Refusal("not_found")
    proof, card = _proof(form)
    try:
        require_few_failures(card)
        count_asked_code(card)
    except Refusal as refusal:
        return _again(form, refusal)
    origin = request.remote_addr
    if not ask_for_code(
        opened.engine,
        opened.settings,
        opened.personal_data,
        proof,
        origin=origin,
        now=opened.clock(),
    ):
        note_failure(card)
    told = _(
        "如果资料对得上，而且服务窗口登记过您的手机号，登录码一会儿就发到那台手机上。"
        "过两分钟还没有收到，请到服务窗口要一个登录码，或拨 {help_line}。",
        help_line=opened.settings.help_line,
    )
    if _kept():
        typed = Form({"number": form.text("number").strip()[:40]})
        return door_page(typed, kept=_kept(), told=told), 200
    tell(told)
    return redirect(url_for("my.start"))


def _proof(form: Form) -> tuple[Proof, str]:
    """What was typed, with the number of a scanned card; and the name that tries count under."""
    number, copy_id = form.text("number"), scanned_copy()
    if copy_id is not None and not number:
        number = instance().engine.read(lambda tx: number_of_copy(tx, copy_id))
    proof = Proof.typed(number, form.text("last_four"), form.text("code"))
    return proof, proof.number or copy_id or ""


def _again(form: Form, refusal: Refusal) -> tuple[str, int]:
    again = Form({"number": form.text("number").strip()[:40]})
    page = door_page(again, refusal.detail(request_language()), kept=_kept())
    return page, refusal.status


def _kept() -> str:
    """What was written before, sealed; it is longer than what is typed in a form."""
    return request.form.get(KEPT, "")


def _go_on(secret: str, sealed: str) -> Response:
    """Where somebody goes who has just signed in: back to what they wrote, or to their card."""
    now = instance().clock()
    looking = instance().engine.read(lambda tx: signed_in_by(tx, secret, now))
    kept = words_of(sealed, looking.person_id) if looking is not None else None
    if kept is None:
        return redirect(url_for("my.start"))
    # The header of this page already is that of who has signed in.
    g.my_signed_in = looking
    return make_response(render_template("my/go_on.html", kept=kept, again=AGAIN))


@pages.post("/sign-out")
@csrf.exempt
def sign_out() -> Response:
    """End the session, here and in the database; at the counter, back to the person.

    Whose session has ended before has left all the same, and reads nothing else. Then there is
    nothing to protect; a session that counts is ended by a page of ours alone, and another site's
    form gets no cookie changed either. Raises Refusal `csrf_failed`.
    """
    looking, is_ours = signed_in_holder(), is_own_form()
    if looking is None:
        return _left() if is_ours else redirect(url_for("my.start"))
    if not is_ours:
        raise Refusal("csrf_failed")
    by = acting_holder()
    change(lambda tx: end_one(tx, looking, looking.session_id, **by))
    if looking.opened_by is not None:
        back = url_for("my_office.person", holder_id=looking.holder_id)
        return let_out(redirect(back))
    return _left()


def _left() -> Response:
    tell(_("您已经退出。"))
    return let_out(redirect(url_for("my.start")))


def scanned_copy() -> str | None:
    """The copy of the card that this browser has scanned lately, or None."""
    try:
        copy_id = _serializer().loads(request.cookies.get(SCANNED, ""), max_age=SCANNED_SECONDS)
    except (BadSignature, TypeError, ValueError):
        return None
    return str(copy_id)


def _copy_of(text: str) -> str | None:
    """The copy of a genuine card code; None for anything else. No card is asked for.

    A code by a key that leaked is no proof, and its card is exchanged (cards/card.html says so).
    """
    try:
        checked = check_card(text, instance().key_ring.public_keys())
    except Refusal:
        return None
    if checked.kind != "copy_id" or checked.key_id in instance().engine.read(revoked_key_ids):
        return None
    return checked.text


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="huimin.my-card")
