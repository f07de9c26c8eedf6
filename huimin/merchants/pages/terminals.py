"""The terminals of an outlet: add one with a key that is shown once, renew its key, disable it."""

from __future__ import annotations

from flask import make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import member, require
from huimin.core.refusals import FieldProblems, Refusal
from huimin.merchants.outlets import outlet_by_id
from huimin.merchants.pages import pages
from huimin.merchants.pages.outlets import outlet_page
from huimin.merchants.terminals import (
    Row,
    add_terminal,
    disable_terminal,
    renew_key,
    terminal_of_outlet,
)
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.forms import Form, tell
from huimin.web.qr_image import qr_data_url

SET_UP = "huimin-till"


@pages.post("/outlets/<outlet_id>/terminals")
@require("merchant.write")
def enter_terminal(outlet_id: str) -> Response | tuple[str, int]:
    """Add a terminal; its key and set-up code are shown only now."""
    form, now, actor = Form.sent(), instance().clock(), member().username

    def work(tx: Transaction) -> tuple[Row, str]:
        if outlet_by_id(tx, outlet_id) is None:
            raise Refusal("not_found")
        return add_terminal(tx, outlet_id=outlet_id, label=form.text("label"), now=now, actor=actor)

    try:
        row, key = change(work)
    except FieldProblems as error:
        return outlet_page(outlet_id, form.refused(error), opened="terminal"), 422
    return _key_page(outlet_id, row, key)


@pages.post("/outlets/<outlet_id>/terminals/<terminal_id>/rekey")
@require("merchant.write")
def give_another_key(outlet_id: str, terminal_id: str) -> Response | tuple[str, int]:
    """Renew a terminal's key; the new one is shown only now."""
    form, now, actor = Form.sent(), instance().clock(), member().username

    def work(tx: Transaction) -> tuple[Row, str]:
        terminal_of_outlet(tx, outlet_id, terminal_id)
        reason = form.text("reason")
        return renew_key(tx, terminal_id=terminal_id, now=now, actor=actor, reason=reason)

    try:
        row, key = change(work)
    except FieldProblems as error:
        return outlet_page(outlet_id, form.refused(error), opened=f"rekey-{terminal_id}"), 422
    return _key_page(outlet_id, row, key)


@pages.post("/outlets/<outlet_id>/terminals/<terminal_id>/disable")
@require("merchant.write")
def switch_terminal_off(outlet_id: str, terminal_id: str) -> Response | tuple[str, int]:
    """Disable a terminal."""
    form, now, actor = Form.sent(), instance().clock(), member().username

    def work(tx: Transaction) -> None:
        terminal_of_outlet(tx, outlet_id, terminal_id)
        disable_terminal(
            tx, terminal_id=terminal_id, now=now, actor=actor, reason=form.text("reason")
        )

    try:
        change(work)
    except FieldProblems as error:
        return outlet_page(outlet_id, form.refused(error), opened=terminal_id), 422
    tell(_("收银终端已停用，密钥马上失效。"))
    return redirect(url_for("merchants.outlet", outlet_id=outlet_id))


def _key_page(outlet_id: str, terminal: Row, key: str) -> Response:
    """The page with key and set-up code, never cached."""
    outlet = instance().engine.read(lambda tx: outlet_by_id(tx, outlet_id))
    picture = qr_data_url(f"{SET_UP}:{instance().settings.base_url}#{key}")
    page = render_template(
        "merchants/terminal_key.html", outlet=outlet, terminal=terminal, key=key, picture=picture
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
