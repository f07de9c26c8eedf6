"""Who asks at a till: by its bearer key, as a device that was set up, or through a signed-in user.

All of them lead to one `Caller`, whichever way they came in. A set-up device is its own terminal,
whoever is signed in at it. Every endpoint of a till asks here, so that all agree who the till is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, redirect, request, session, url_for

from huimin.access.accepted_keys import AcceptedKeys
from huimin.access.guards import answer_with, member, require, signed_in
from huimin.access.sign_in import StaffMember
from huimin.access.terminal_keys import Terminal, require_open, terminal_with_key, terminals_of
from huimin.access.till_device import COOKIE, TillDevice, device_of_cookie
from huimin.core.refusals import Refusal
from huimin.web.current import instance
from huimin.web.problems import wants_json

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Caller:
    """A terminal that asks, who is signed in at it (None for nobody), and the name on record."""

    terminal: Terminal
    staff_id: str | None
    actor: str


def require_key() -> None:
    """Let a request of the API pass whose bearer key is that of an open terminal.

    Raises Refusal: `unauthorized`, `terminal_disabled`, `outlet_suspended`.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refusal("unauthorized")
    key = key.strip()
    _let_in(instance().engine.read(lambda tx: terminal_with_key(tx, key)))
    instance().part(AcceptedKeys).note(key)


def require_till(action: str) -> Callable[[View], View]:
    """Let a view run for a set-up device, or for staff whose role allows `action`."""

    def guard(view: View) -> View:
        by_role = require(action)(view)

        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if device_terminal() is not None:
                return answer_with(view, *args, **kwargs)
            if signed_in() is None and COOKIE in request.cookies:
                if request.method == "GET" and not wants_json():
                    return redirect(url_for("checkout.set_up"))
                raise Refusal("till_not_set_up")
            if signed_in() is None and wants_json():
                raise Refusal("unauthorized")
            return by_role(*args, **kwargs)

        guarded.required_action = action  # type: ignore[attr-defined]
        guarded.open_to_devices = True  # type: ignore[attr-defined]
        return cast(View, guarded)

    return guard


def current_caller() -> Caller:
    """Who asks. Raises Refusal: terminal_disabled, outlet_suspended."""
    terminal, user = current_terminal(), signed_in_here()
    return Caller(terminal, None if user is None else user.id, actor())


def current_terminal() -> Terminal:
    """The terminal of this request. Raises Refusal: terminal_disabled, outlet_suspended."""
    if "terminal" not in g:
        terminal = device_terminal() or chosen_terminal(terminals_to_choose())
        if terminal is None:
            raise Refusal("terminal_disabled")
        _let_in(terminal)
    return cast(Terminal, g.terminal)


def closed_terminal() -> Terminal | None:
    """The terminal of this request, if it was refused because it or its outlet is closed."""
    return cast("Terminal | None", g.get("closed_terminal"))


def _let_in(terminal: Terminal) -> None:
    g.closed_terminal = terminal
    require_open(terminal)
    g.closed_terminal, g.terminal = None, terminal


def device_terminal() -> Terminal | None:
    """The terminal that this device was set up as, in any state; None for any other device."""
    device = till_device()
    return None if device is None else device.terminal


def till_device() -> TillDevice | None:
    """What this device is, if it is a till."""
    if "till_device" not in g:
        cookie, secret_key = request.cookies.get(COOKIE), current_app.secret_key
        now = instance().clock()
        g.till_device = (
            instance().engine.read(lambda tx: device_of_cookie(tx, secret_key or "", cookie, now))
            if cookie
            else None
        )
    return cast("TillDevice | None", g.till_device)


def signed_in_here() -> StaffMember | None:
    """Who is signed in at this till; on a set-up device only staff of its outlet or merchant."""
    user = signed_in()
    if user is not None and device_terminal() is not None:
        place = current_terminal()
        if place["outlet_id"] != user.outlet_id and place["merchant_id"] != user.merchant_id:
            return None
    return user


def actor() -> str:
    """Who acts, for the record: the person who is signed in at this till, or else the till."""
    user = signed_in_here()
    return f"terminal:{current_terminal()['terminal_code']}" if user is None else user.username


def terminals_to_choose() -> list[Terminal]:
    """The terminals of the signed-in cashier's outlet or manager's merchant."""
    user = member()
    return instance().engine.read(
        lambda tx: terminals_of(tx, outlet_id=user.outlet_id, merchant_id=user.merchant_id)
    )


def chosen_terminal(terminals: list[Terminal]) -> Terminal | None:
    """The terminal of this session, if it is one of theirs; the only one without asking."""
    if len(terminals) == 1:
        return terminals[0]
    terminal_id = session.get("terminal_id")
    return next((row for row in terminals if row["terminal_id"] == terminal_id), None)
