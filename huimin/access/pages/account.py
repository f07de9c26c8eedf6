"""One's own account: password, sessions, second factor."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, require
from huimin.access.pages import pages
from huimin.access.second_factor import (
    address_of,
    matching_step,
    new_secret,
    recovery_codes_left,
    switch_off,
    switch_on,
)
from huimin.access.sessions import end_one_session, end_other_sessions, sessions_of
from huimin.access.sign_in import check_own_password, session_hash
from huimin.access.staff_changes import change_own_password, staff_by_id
from huimin.core.refusals import FieldProblems, field_problem
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Form, go_on
from huimin.web.qr_image import qr_data_url


@pages.get("/account")
@require("account.own")
def account() -> str:
    """The page."""
    return _page(Form())


@pages.post("/account/password")
@require("account.own")
def own_password() -> Response | tuple[str, int]:
    """Change one's own password; the other sessions end."""
    form, user = Form.secret(), member()
    try:
        change_own_password(
            instance().engine,
            user.id,
            old=form.text("old_password"),
            new=form.text("new_password"),
            again=form.text("new_again"),
            now=instance().clock(),
            keep=session_hash(_own_session()),
            origin=request.remote_addr,
        )
    except FieldProblems as error:
        return _page(Form().refused(error), opened="password"), 422
    next_page = "access.home" if user.must_change_password else "access.account"
    return go_on(_("密码已更换，其他设备上的登录已结束。"), next_page)


@pages.post("/account/sessions/<session_id>/end")
@require("account.own")
def end_session_of_own(session_id: str) -> Response:
    """End one of one's own sessions."""
    staff, by = {"id": member().id}, acting()
    change(lambda tx: end_one_session(tx, staff, session_id, **by))
    return go_on(_("那台设备上的登录已结束。"), "access.account")


@pages.post("/account/sessions/end-others")
@require("account.own")
def end_others() -> Response:
    """End all sessions but this one."""
    staff, session_id, by = {"id": member().id}, _own_session(), acting()
    change(lambda tx: end_other_sessions(tx, staff, session_id, **by))
    return go_on(_("其他设备上的登录都已结束。"), "access.account")


@pages.post("/account/second-factor")
@require("account.own")
def begin_second_factor() -> Response | tuple[str, int]:
    """Make a secret, with the password, to be confirmed by a first code; until then it is encrypted
    in the session.
    """
    try:
        _check_password(Form.secret())
    except FieldProblems as error:
        return _page(Form().refused(error), opened="second"), 422
    session["totp"] = instance().personal_data.encrypt(new_secret(), "staff.totp")
    return redirect(url_for("access.account"))


@pages.post("/account/second-factor/confirm")
@require("account.own")
def confirm_second_factor() -> str | tuple[str, int] | Response:
    """Switch it on with a first correct code; the recovery codes are shown only now."""
    cipher, form, now, user = session.get("totp"), Form.sent(), instance().clock(), member()
    if not isinstance(cipher, str):
        return redirect(url_for("access.account"))
    secret = _secret_of(cipher)
    if secret is None:
        return redirect(url_for("access.account"))
    step = matching_step(secret, form.text("code"), now)
    if step is None:
        problem = field_problem("code", "验证码不对，请再试。")
        return _page(Form().refused(problem), opened="second"), 422
    encrypt = instance().personal_data.encrypt
    codes = change(
        lambda tx: switch_on(
            tx,
            staff_by_id(tx, user.id),
            # Encrypted anew: the session's text may be of a key that a rotation is about to drop.
            cipher=encrypt(secret, "staff.totp"),
            step=step,
            now=now,
        )
    )
    session.pop("totp", None)
    return _page(Form(), codes=codes)


@pages.post("/account/second-factor/off")
@require("account.own")
def end_second_factor() -> Response | tuple[str, int]:
    """Switch it off, with the password."""
    form, now, user = Form.secret(), instance().clock(), member()
    try:
        _check_password(form)
    except FieldProblems as error:
        return _page(Form().refused(error), opened="second"), 422
    change(lambda tx: switch_off(tx, staff_by_id(tx, user.id), now=now))
    return go_on(_("两步验证已关闭。"), "access.account")


def _check_password(form: Form) -> None:
    check_own_password(
        instance().engine,
        member().id,
        form.text("password"),
        field="password",
        now=instance().clock(),
        origin=request.remote_addr,
    )


def _secret_of(cipher: str) -> str | None:
    """The secret that waits in the session; None, and gone from there, if its key is gone."""
    secret = instance().personal_data.readable(cipher, "staff.totp")
    if secret is None:
        session.pop("totp", None)
    return secret


def _own_session() -> str:
    return str(session.get("session_id") or "")


def _page(form: Form, *, opened: str = "", codes: list[str] | None = None) -> str:
    user, now, session_id = member(), instance().clock(), _own_session()

    def read(tx: Transaction) -> dict[str, Any]:
        return {
            "sessions": sessions_of(tx, user.id, now, session_id),
            "codes_left": recovery_codes_left(tx, user.id),
            "second_factor": staff_by_id(tx, user.id)["totp_cipher"] is not None,
        }

    secret, picture = None, None
    if isinstance(session.get("totp"), str):
        secret = _secret_of(session["totp"])
    if secret is not None:
        picture = qr_data_url(address_of(secret, user.username, instance().settings.county_name))
    return render_template(
        "access/account.html",
        form=form,
        opened=opened,
        codes=codes,
        secret=secret,
        picture=picture,
        **instance().engine.read(read),
    )
