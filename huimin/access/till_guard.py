"""The guard of the till's pages: staff whose role allows it, or a device set up as a till.

Both lead to one terminal, `terminal_here`; a set-up device is its own terminal, whoever is signed
in at it. Every endpoint below /till/ asks here, so that all agree who the till is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, redirect, request, session, url_for

from huimin.access.guards import member, require, signed_in
from huimin.access.terminal_keys import require_open, terminals_of
from huimin.access.till_device import COOKIE, terminal_of_device
from huimin.core.refusals import Refusal
from huimin.web.current import instance
from huimin.web.problems import wants_json

Terminal = dict[str, Any]
View = TypeVar("View", bound=Callable[..., Any])


def require_till(action: str) -> Callable[[View], View]:
    """Let a view run for a set-up device, or for staff whose role allows `action`."""

    def guard(view: View) -> View:
        by_role = require(action)(view)

        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if device_terminal() is not None:
                return view(*args, **kwargs)
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


def device_terminal() -> Terminal | None:
    """The terminal that this device was set up as, whatever its state; None for another device."""
    if "device_terminal" not in g:
        cookie, secret_key = request.cookies.get(COOKIE), current_app.secret_key
        g.device_terminal = (
            instance().engine.read(lambda tx: terminal_of_device(tx, secret_key or "", cookie))
            if cookie
            else None
        )
    found: Terminal | None = g.device_terminal
    return found


def terminal_here() -> Terminal:
    """The terminal of this request. Raises Refusal: terminal_disabled, outlet_suspended."""
    if "terminal" not in g:
        found = device_terminal() or chosen_terminal(terminals_to_choose())
        if found is None:
            raise Refusal("terminal_disabled")
        require_open(found)
        g.terminal = found
    terminal: Terminal = g.terminal
    return terminal


def staff_id_here() -> str | None:
    """Who is signed in at this till; nobody's at a device that works without."""
    who = signed_in()
    if who is None:
        return None
    if device_terminal() is not None:
        place = terminal_here()
        if place["outlet_id"] != who.outlet_id and place["merchant_id"] != who.merchant_id:
            return None
    return who.id


def who_here() -> str:
    """Who acts, for the record: the person who is signed in at this till, or else the till."""
    who = signed_in()
    if who is None or staff_id_here() is None:
        return f"terminal:{terminal_here()['terminal_code']}"
    return who.username


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
