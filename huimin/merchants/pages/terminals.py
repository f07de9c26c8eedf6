"""Terminals of an outlet: made with a key that is shown once, given another, switched off."""

from __future__ import annotations

import base64
import io

import qrcode
import qrcode.image.svg
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

SET_UP = "huimin-till"


@pages.post("/outlets/<outlet_id>/terminals")
@require("merchant.write")
def enter_terminal(outlet_id: str) -> Response | tuple[str, int]:
    """Make a terminal; its key and the code that sets a till up are shown this once."""
    form, now, actor = Form.sent(), instance().clock(), member().username

    def work(tx: Transaction) -> tuple[Row, str]:
        if outlet_by_id(tx, outlet_id) is None:
            raise Refusal("not_found")
        return add_terminal(tx, outlet_id=outlet_id, label=form.text("label"), now=now, actor=actor)

    try:
        row, key = change(work)
    except FieldProblems as why:
        return outlet_page(outlet_id, form.refused(why), opened="terminal"), 422
    return _key_page(outlet_id, row, key)


@pages.post("/outlets/<outlet_id>/terminals/<terminal_id>/rekey")
@require("merchant.write")
def give_another_key(outlet_id: str, terminal_id: str) -> Response | tuple[str, int]:
    """Its old key is refused from this moment on; the new one is shown this once."""
    form, now, actor = Form.sent(), instance().clock(), member().username

    def work(tx: Transaction) -> tuple[Row, str]:
        terminal_of_outlet(tx, outlet_id, terminal_id)
        reason = form.text("reason")
        return renew_key(tx, terminal_id=terminal_id, now=now, actor=actor, reason=reason)

    try:
        row, key = change(work)
    except FieldProblems as why:
        return outlet_page(outlet_id, form.refused(why), opened=f"rekey-{terminal_id}"), 422
    return _key_page(outlet_id, row, key)


@pages.post("/outlets/<outlet_id>/terminals/<terminal_id>/disable")
@require("merchant.write")
def switch_terminal_off(outlet_id: str, terminal_id: str) -> Response | tuple[str, int]:
    """Its key is refused from this moment on."""
    form, now, actor = Form.sent(), instance().clock(), member().username

    def work(tx: Transaction) -> None:
        terminal_of_outlet(tx, outlet_id, terminal_id)
        disable_terminal(
            tx, terminal_id=terminal_id, now=now, actor=actor, reason=form.text("reason")
        )

    try:
        change(work)
    except FieldProblems as why:
        return outlet_page(outlet_id, form.refused(why), opened=terminal_id), 422
    tell(_("收银终端已停用，密钥马上失效。"))
    return redirect(url_for("merchants.outlet", outlet_id=outlet_id))


def _key_page(outlet_id: str, terminal: Row, key: str) -> Response:
    """The key and the code that sets a till up; no cache keeps the page."""
    outlet = instance().engine.read(lambda tx: outlet_by_id(tx, outlet_id))
    picture = _picture(f"{SET_UP}:{instance().settings.base_url}#{key}")
    page = render_template(
        "merchants/terminal_key.html", outlet=outlet, terminal=terminal, key=key, picture=picture
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _picture(text: str) -> str:
    target = io.BytesIO()
    qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage).save(target)
    return "data:image/svg+xml;base64," + base64.b64encode(target.getvalue()).decode()
