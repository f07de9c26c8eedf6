"""The page itself, the choice of a terminal, and the state that a page kept by the browser asks."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import require
from huimin.checkout.pages import pages
from huimin.checkout.pages.at_till import chosen, terminal_here, terminals_to_choose
from huimin.checkout.terminal_answer import terminal_answer
from huimin.web.current import house
from huimin.web.json_answer import json_response
from huimin.web.language import request_language


@pages.get("/")
@require("till.use")
def till() -> str | BaseResponse:
    """The till itself, or the choice of a terminal first."""
    choice = terminals_to_choose()
    terminal = chosen(choice)
    if terminal is None:
        return render_template("checkout/choose_terminal.html", terminals=choice)
    now, language = house().clock(), request_language()
    told = house().engine.read(lambda tx: terminal_answer(tx, terminal, now, language))
    return render_template("checkout/till.html", told=told, several=len(choice) > 1)


@pages.post("/terminal")
@require("till.use")
def choose_terminal() -> BaseResponse:
    """Work at another terminal of the outlet; an unknown one clears the choice."""
    session["terminal_id"] = request.form.get("terminal_id", "")
    return redirect(url_for("checkout.till"))


@pages.get("/state")
@require("till.use")
def state() -> Response:
    """What a page from a cache needs to go on: its token, its terminal, the server time."""
    terminal, now, language = terminal_here(), house().clock(), request_language()
    told = house().engine.read(lambda tx: terminal_answer(tx, terminal, now, language))
    return json_response({"csrf_token": generate_csrf(), "language": language, **told})
