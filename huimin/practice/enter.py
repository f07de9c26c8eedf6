"""Who practises at a till: the till's own pages, under another address, over the practice county of
the till that asks.

The caller is known as at the real till; from then on the request has the practice county's
instance, its terminal as the device, and nobody signed in. Whatever the till's pages read or write
is therefore of that county, and there is no second copy of them.
"""

from __future__ import annotations

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from huimin.access.guards import signed_in
from huimin.access.terminal_keys import terminal_by_id
from huimin.access.till_device import TillDevice
from huimin.access.till_guard import chosen_terminal, device_terminal, terminals_to_choose
from huimin.checkout.entitlement import policy_on
from huimin.core.days import county_day
from huimin.core.permissions import allows
from huimin.core.refusals import Refusal
from huimin.practice.folder import begin_again, open_practice
from huimin.web.current import instance_of
from huimin.web.problems import wants_json

# The till's pages, and the names and addresses that they have a second time.
TILL, TILL_ADDRESS = "checkout", "/till"
PRACTICE, ADDRESS = "practice", "/till/practice"
OWN = "practice_cards"
BEGIN_AGAIN = f"{OWN}.again"
# What of the till is practised; nothing else is there.
PRACTISED = (
    *("till", "state", "verify", "quote", "redeem_now", "cancel_now", "sale_record"),
    *(
        "return_quote",
        "reverse_now",
        "today",
        "sales",
        "receipt",
        "print_receipt",
        "download_receipt",
        "customer",
    ),
)


def install(app: Flask) -> None:
    """Give the pages of the till, which the application has by now, their second addresses."""
    for name in PRACTISED:
        rule = next(app.url_map.iter_rules(f"{TILL}.{name}"))
        app.add_url_rule(
            ADDRESS + rule.rule.removeprefix(TILL_ADDRESS),
            f"{PRACTICE}.{name}",
            app.view_functions[rule.endpoint],
            methods=rule.methods,
        )
    app.after_request_funcs[PRACTICE] = app.after_request_funcs[TILL]
    app.template_context_processors[PRACTICE] = app.template_context_processors[TILL]
    app.before_request(_enter)
    app.teardown_request(_leave)


def _enter() -> Response | None:
    """Put the practice county in the place of the real one, for whoever is at a till."""
    if request.blueprint not in (PRACTICE, OWN):
        return None
    if not _may_sell():
        return None  # whom the page's own guard sends away
    place = device_terminal() or chosen_terminal(terminals_to_choose())
    if place is None:
        if request.method != "GET" or wants_json():
            raise Refusal("terminal_disabled")
        return redirect(url_for("checkout.till"))
    real = instance_of(current_app)
    if request.endpoint == BEGIN_AGAIN:
        begin_again(real, place)
    terms = real.engine.read(lambda tx: policy_on(tx, place, county_day(real.clock())))
    practice, county = open_practice(real, place, terms)
    # From here on `instance()` is the practice county's.
    g.practice, g.practice_cards = practice, county.cards
    terminal = practice.engine.read(lambda tx: terminal_by_id(tx, county.terminal_id))
    g.member, g.till_device = None, TillDevice(terminal, None)
    return None


def _may_sell() -> bool:
    """Whether the guard of the till's pages lets this request in."""
    user = signed_in()
    if device_terminal() is not None:
        return True
    return user is not None and not user.must_change_password and allows(user.role, "till.use")


def _leave(_error: BaseException | None) -> None:
    practice = g.pop("practice", None)
    if practice is not None:
        practice.close()
