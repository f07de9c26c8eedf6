"""The terminals of an outlet: add one with a key that is shown once, renew its key, disable it."""

from __future__ import annotations

from flask import make_response, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import acting, require
from huimin.merchants.outlets import required_outlet
from huimin.merchants.pages import pages
from huimin.merchants.pages.outlets import outlet_page
from huimin.merchants.terminals import add_terminal, disable_terminal, renew_key, terminal_of_outlet
from huimin.storage.engine import Row, Transaction
from huimin.web.current import instance
from huimin.web.forms import Answer, Form, go_on
from huimin.web.qr_image import qr_data_url


@pages.post("/outlets/<outlet_id>/terminals")
@require("merchant.write")
def enter_terminal(outlet_id: str) -> Answer:
    """Add a terminal; its key is shown only now."""
    form, by = Form.sent(), acting()

    def work(tx: Transaction) -> tuple[Row, str]:
        required_outlet(tx, outlet_id)
        return add_terminal(tx, outlet_id=outlet_id, label=form.text("label"), **by)

    return form.carry_out(
        work,
        again=lambda refused: outlet_page(outlet_id, refused, opened="terminal"),
        then=lambda added: _key_page(outlet_id, *added),
    )


@pages.post("/outlets/<outlet_id>/terminals/<terminal_id>/rekey")
@require("merchant.write")
def give_another_key(outlet_id: str, terminal_id: str) -> Answer:
    """Renew a terminal's key; the new one is shown only now."""
    form, by = Form.sent(), acting()

    def work(tx: Transaction) -> tuple[Row, str]:
        terminal_of_outlet(tx, outlet_id, terminal_id)
        return renew_key(tx, terminal_id=terminal_id, reason=form.text("reason"), **by)

    return form.carry_out(
        work,
        again=lambda refused: outlet_page(outlet_id, refused, opened=f"rekey-{terminal_id}"),
        then=lambda renewed: _key_page(outlet_id, *renewed),
    )


@pages.post("/outlets/<outlet_id>/terminals/<terminal_id>/disable")
@require("merchant.write")
def switch_terminal_off(outlet_id: str, terminal_id: str) -> Answer:
    """Disable a terminal."""
    form, by, message = Form.sent(), acting(), _("收银终端已停用，密钥马上失效。")

    def work(tx: Transaction) -> None:
        terminal_of_outlet(tx, outlet_id, terminal_id)
        disable_terminal(tx, terminal_id=terminal_id, reason=form.text("reason"), **by)

    return form.carry_out(
        work,
        again=lambda refused: outlet_page(outlet_id, refused, opened=terminal_id),
        then=lambda _done: go_on(message, "merchants.outlet", outlet_id=outlet_id),
    )


def _key_page(outlet_id: str, terminal: Row, key: str) -> Response:
    """The page with the key, never cached."""
    outlet = instance().engine.read(lambda tx: required_outlet(tx, outlet_id))
    page = render_template(
        "merchants/terminal_key.html",
        outlet=outlet,
        terminal=terminal,
        key=key,
        picture=qr_data_url(key),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
