"""The page itself, the choice of a terminal, and the state that a page from a cache asks for."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import require
from huimin.access.terminal_keys import Terminal, require_open
from huimin.access.till_device import COOKIE_PATH, SET_UP_COOKIE, SIGNED_IN_COOKIE
from huimin.access.till_guard import (
    chosen_terminal,
    current_terminal,
    device_terminal,
    require_till,
    terminals_to_choose,
)
from huimin.checkout import queries
from huimin.checkout.pages import pages
from huimin.checkout.pages.set_up import greet_device
from huimin.checkout.terminal_answer import terminal_answer
from huimin.core.money import AMOUNT_FEN_MAX
from huimin.core.refusals import CLAIMABLE, Refusal
from huimin.core.words import GOODS
from huimin.web.cookies import LONGEST_SECONDS
from huimin.web.current import instance, practising
from huimin.web.json_answer import json_response
from huimin.web.language import request_language
from huimin.web.security_headers import WITH_WASM


@pages.get("/")
@require_till("till.use")
def till() -> str | BaseResponse:
    """The till itself, or a choice of terminals first, or why it is switched off."""
    own, choice = device_terminal(), []
    if own is None:
        choice = terminals_to_choose()
        own = chosen_terminal(choice)
        if own is None:
            return render_template("checkout/choose_terminal.html", terminals=choice)
    try:
        require_open(own)
    except Refusal as refusal:
        words = refusal.detail(request_language())
        return render_template("checkout/switched_off.html", terminal=own, words=words)
    speaks = instance().engine.read(
        lambda tx: queries.speaks_payable(tx, outlet_id=own["outlet_id"])
    )
    page = till_page(till=_till(own), several=len(choice) > 1, speaks=speaks or 0)
    response = make_response(page)
    _welcome(response)
    return response


def till_page(**of_this_till: Any) -> str:
    """The till page, with the parts that are the same at every till."""
    goods = {code: GOODS.say(code, request_language()) for code in GOODS}
    return render_template(
        "checkout/till.html",
        goods=goods,
        # What was not sold in practice can't be claimed.
        claimable="" if practising() else " ".join(CLAIMABLE),
        amount_max=AMOUNT_FEN_MAX,
        **of_this_till,
    )


@pages.get("/customer")
@require_till("till.use")
def customer() -> str:
    """A second window that faces the customer; the till's own window tells it what to show."""
    return render_template("checkout/customer.html", terminal=current_terminal())


@pages.post("/terminal")
@require("till.use")
def choose_terminal() -> BaseResponse:
    """Work at another terminal of the outlet; an unknown one clears the choice."""
    session["terminal_id"] = request.form.get("terminal_id", "")
    return redirect(url_for("checkout.till"))


@pages.get("/state")
@require_till("till.use")
def state() -> Response:
    """What a page from a cache needs to go on: its token, its terminal, the server time."""
    state = _till(current_terminal())
    response = json_response(
        {"csrf_token": generate_csrf(), "language": request_language(), **state}
    )
    _welcome(response)
    return response


@pages.get("/signed-in")
@require_till("till.use")
def signed_in_again() -> str:
    """Where a sign-in leads that a till page asked for in a window of its own."""
    if device_terminal() is None and chosen_terminal(choice := terminals_to_choose()) is None:
        return render_template("checkout/choose_terminal.html", terminals=choice)
    return render_template("checkout/signed_in.html")


@pages.after_request
def _allow_wasm(response: Response) -> Response:
    """The camera's code reader is WebAssembly, which only the till's pages may run."""
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = WITH_WASM
    return response


def _welcome(response: Response) -> None:
    """Note the device and say who opened its till, unless somebody only practises at it."""
    if not practising():
        greet_device(response)
        _say_who_opened(response)


def _say_who_opened(response: Response) -> None:
    """Give the page the cookie that lets it sell without network (checkout/static/opened.js).

    That of a sign-in lasts as long as the session at most, and is not given anew while it lasts.
    """
    hours = instance().settings.session_hours
    name, seconds = SIGNED_IN_COOKIE, hours * 3_600
    if device_terminal() is not None:
        name, seconds = SET_UP_COOKIE, LONGEST_SECONDS
    elif SIGNED_IN_COOKIE in request.cookies:
        return
    response.set_cookie(
        name,
        "1",
        max_age=seconds,
        path=COOKIE_PATH,
        secure=instance().settings.secure_cookies,
        samesite="Strict",
    )


def _till(terminal: Terminal) -> dict[str, Any]:
    now, language = instance().clock(), request_language()
    return instance().engine.read(lambda tx: terminal_answer(tx, terminal, now, language))
