"""A device becomes a till by a code that works once; a manager's confirmation ends it.

The cookie only names the device's row, which says whether it still is a till.
"""

from __future__ import annotations

from typing import Annotated

from flask import Response, current_app, render_template, request
from pydantic import AfterValidator, Field

from huimin.access.join_codes import CODE_DIGITS, join
from huimin.access.manager import check_manager
from huimin.access.sign_in import StaffMember
from huimin.access.terminal_keys import Terminal
from huimin.access.till_device import (
    COOKIE,
    COOKIE_PATH,
    TillDevice,
    adopt_device,
    named_device,
    seal,
)
from huimin.access.till_devices import DeviceReport, end_this_device, is_news, note_device
from huimin.access.till_guard import device_terminal, require_till, till_device
from huimin.access.tries import note_failed_try, require_few_failures
from huimin.checkout.api_bodies import Body
from huimin.checkout.pages import pages
from huimin.core.one_case import typed_number
from huimin.core.refusals import Refusal
from huimin.web.cookies import LONGEST_SECONDS, set_own_cookie
from huimin.web.current import change, instance
from huimin.web.json_answer import json_response
from huimin.web.json_body import json_body

# Where failed tries count that come without a name.
JOIN = "a till's join code"
# With the blanks that people type.
TYPED_MAX = 64
# What the page says of itself whenever it asks for its state.
VERSION_HEADER, UNSENT_HEADER = "Huimin-Till-Version", "Huimin-Till-Unsent"


class JoinBody(Body):
    """The code that the console shows; the key of a terminal is not one."""

    code: Annotated[
        str,
        Field(strict=True, max_length=TYPED_MAX),
        AfterValidator(typed_number),
        Field(pattern=rf"^[0-9]{{{CODE_DIGITS}}}$"),
    ]


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
    """Make this device a till of the code's terminal. Raises Refusal `join_code_unknown`, …"""
    code, now = json_body(JoinBody).code, instance().clock()
    user_agent, before = request.headers.get("User-Agent"), _device_of_before()
    require_few_failures(JOIN)
    try:
        row, device_id = change(
            lambda tx: join(tx, code, user_agent=user_agent, before=before, now=now)
        )
    except Refusal as refusal:
        if refusal.code == "join_code_unknown":
            note_failed_try(JOIN)
        raise
    response = json_response(
        {name: row[name] for name in ("terminal_code", "terminal_label", "outlet_name")}
    )
    _keep(response, seal(current_app.secret_key or "", device_id))
    return response


@pages.post("/leave")
@require_till("till.use")
def leave() -> Response:
    """End this device's set-up as a till, with the confirmation of the merchant's manager."""
    body, device = json_body(ManagerBody), till_device()
    if device is None:
        raise Refusal("till_not_set_up")
    manager, now = confirming_manager(body, device.terminal), instance().clock()
    change(lambda tx: end_this_device(tx, device, now=now, actor=manager.username))
    response = json_response({"left": True})
    response.delete_cookie(COOKIE, path=COOKIE_PATH)
    return response


def confirming_manager(body: ManagerBody, terminal: Terminal) -> StaffMember:
    """The manager with that name and password; failures count against this address."""
    require_few_failures(body.username)
    secrets = instance().personal_data
    try:
        return check_manager(
            instance().engine,
            merchant_id=terminal["merchant_id"],
            username=body.username,
            password=body.password,
            code=body.code,
            unsealed=lambda cipher: secrets.readable(cipher, "staff.totp"),
            now=instance().clock(),
            origin=request.remote_addr,
        )
    except Refusal as refusal:
        if refusal.code != "code_needed":
            note_failed_try(body.username)
        raise


def greet_device(response: Response) -> None:
    """Note that this device was seen and what it says of itself, and extend its cookie.

    A device that was set up before devices were listed is listed now.
    """
    cookie, device = request.cookies.get(COOKIE), till_device()
    if device is None or cookie is None:
        return
    now, user_agent = instance().clock(), request.headers.get("User-Agent")
    report = DeviceReport.of(
        request.headers.get(VERSION_HEADER), request.headers.get(UNSENT_HEADER)
    )
    device_id = device.device_id
    if device_id is None:
        device_id = _adopt(device, user_agent)
        cookie = seal(current_app.secret_key or "", device_id)
    _keep(response, cookie)
    if instance().engine.read(lambda tx: is_news(tx, device_id, report, now)):
        change(lambda tx: note_device(tx, device_id, report, user_agent=user_agent, now=now))


def _adopt(device: TillDevice, user_agent: str | None) -> str:
    now = instance().clock()
    return change(lambda tx: adopt_device(tx, device.terminal, user_agent=user_agent, now=now))


def _device_of_before() -> str | None:
    """The device that this browser's cookie names, even if it was ended."""
    cookie = request.cookies.get(COOKIE)
    return named_device(current_app.secret_key or "", cookie) if cookie else None


def _keep(response: Response, cookie: str) -> None:
    # Each visit renews it.
    set_own_cookie(
        response, COOKIE, cookie, path=COOKIE_PATH, seconds=LONGEST_SECONDS, same_site="Strict"
    )


def _ended() -> bool:
    """True if this device was set up once and no longer is."""
    return COOKIE in request.cookies and device_terminal() is None
