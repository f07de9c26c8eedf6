"""A device becomes a till by scanning its terminal's key once; a manager's confirmation ends it.

The key itself is not stored on the device: the cookie only names the terminal.
"""

from __future__ import annotations

from typing import Annotated

from flask import Response, current_app, render_template, request
from pydantic import Field

from huimin.access.manager import check_manager
from huimin.access.sign_in import StaffMember
from huimin.access.terminal_keys import KEY_LENGTH_MAX, Terminal, hash_key, terminal_of_key
from huimin.access.till_device import COOKIE, COOKIE_PATH, COOKIE_SECONDS, seal
from huimin.access.till_guard import device_terminal, require_till
from huimin.access.tries import note_failed_try, require_few_failures
from huimin.audit.record import record
from huimin.checkout.api_bodies import Body
from huimin.checkout.pages import pages
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction
from huimin.web.current import change, instance
from huimin.web.json_answer import json_response
from huimin.web.json_body import json_body

NOBODY = "till"


class KeyBody(Body):
    """A terminal's key, as encoded in the QR code on the county's page."""

    key: Annotated[str, Field(strict=True, min_length=1, max_length=KEY_LENGTH_MAX)]


class ManagerBody(Body):
    """A manager's confirmation: user name, password, and the code if there is a second factor."""

    username: Annotated[str, Field(strict=True, min_length=1, max_length=64)]
    password: Annotated[str, Field(strict=True, min_length=1, max_length=200)]
    code: Annotated[str, Field(strict=True, max_length=40)] = ""


@pages.get("/set-up")
def set_up() -> str:
    """The page that takes the scan and shows which terminal this device is, if any."""
    return render_template("checkout/set_up.html", terminal=device_terminal(), ended=_ended())


@pages.post("/set-up")
def set_up_now() -> Response:
    """Make this device the terminal of that key. Raises Refusal `till_key_unknown` and others."""
    key = json_body(KeyBody).key
    require_few_failures()
    try:
        row = instance().engine.read(lambda tx: terminal_of_key(tx, key))
    except Refusal as refusal:
        note_failed_try()
        if refusal.code == "unauthorized":
            raise Refusal("till_key_unknown") from refusal
        raise
    _record(row, "till_set_up", NOBODY)
    response = json_response(
        {name: row[name] for name in ("terminal_code", "terminal_label", "outlet_name")}
    )
    _keep(response, seal(current_app.secret_key or "", row["terminal_id"], hash_key(key)))
    return response


@pages.post("/leave")
@require_till("till.use")
def leave() -> Response:
    """End this device's set-up as a till, with the confirmation of the merchant's manager."""
    body, terminal = json_body(ManagerBody), device_terminal()
    if terminal is None:
        raise Refusal("till_not_set_up")
    manager = confirming_manager(body, terminal)
    _record(terminal, "till_left", manager.username)
    response = json_response({"left": True})
    response.delete_cookie(COOKIE, path=COOKIE_PATH)
    return response


def confirming_manager(body: ManagerBody, terminal: Terminal) -> StaffMember:
    """The manager with that name and password; failures count against this address."""
    require_few_failures()
    secrets = instance().personal_data
    try:
        return check_manager(
            instance().engine,
            merchant_id=terminal["merchant_id"],
            username=body.username,
            password=body.password,
            code=body.code,
            decrypt=lambda cipher: secrets.decrypt(cipher, "staff.totp"),
            now=instance().clock(),
            origin=request.remote_addr,
        )
    except Refusal as refusal:
        if refusal.code != "code_needed":
            note_failed_try()
        raise


def renew_cookie(response: Response) -> None:
    """Extend the cookie of a set-up device: each visit of the page restarts its lifetime."""
    cookie = request.cookies.get(COOKIE)
    if cookie and device_terminal() is not None:
        _keep(response, cookie)


def _keep(response: Response, cookie: str) -> None:
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=COOKIE_SECONDS,
        path=COOKIE_PATH,
        secure=instance().settings.secure_cookies,
        httponly=True,
        samesite="Strict",
    )


def _ended() -> bool:
    """True if this device was set up once and no longer is."""
    return COOKIE in request.cookies and device_terminal() is None


def _record(terminal: Terminal, what: str, actor: str) -> None:
    now = instance().clock()

    def work(tx: Transaction) -> None:
        record(tx, f"terminal.{what}", terminal["terminal_id"], now=now, actor=actor)

    change(work)
