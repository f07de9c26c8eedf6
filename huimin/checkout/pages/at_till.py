"""Which terminal a request of the page comes from, and doing what it asks once.

Every endpoint of the till asks `terminal_here` and nothing else, so that all agree who the till is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, g, request, session

from huimin.access.guards import member
from huimin.access.terminal_keys import require_open, terminals_of
from huimin.cards.find import CheckedCard
from huimin.checkout.once import once
from huimin.checkout.requests import KEY_MAX, check_card
from huimin.core.refusals import Refusal, field_problem
from huimin.storage.engine import Transaction
from huimin.web.current import house
from huimin.web.json_answer import json_text_response

Terminal = dict[str, Any]


def terminal_here() -> Terminal:
    """The terminal of this request. Raises Refusal: terminal_disabled, outlet_suspended."""
    if "terminal" not in g:
        found = chosen(terminals_to_choose())
        if found is None:
            raise Refusal("terminal_disabled")
        require_open(found)
        g.terminal = found
    terminal: Terminal = g.terminal
    return terminal


def staff_id_here() -> str | None:
    """Who is signed in at the till."""
    return member().id


def terminals_to_choose() -> list[Terminal]:
    """The terminals of the signed-in cashier's outlet or manager's merchant."""
    who = member()
    return house().engine.read(
        lambda tx: terminals_of(tx, outlet_id=who.outlet_id, merchant_id=who.merchant_id)
    )


def chosen(terminals: list[Terminal]) -> Terminal | None:
    """The terminal of this session, if it is one of theirs; the only one without asking."""
    if len(terminals) == 1:
        return terminals[0]
    wanted = session.get("terminal_id")
    return next((row for row in terminals if row["terminal_id"] == wanted), None)


def checked(text: str) -> CheckedCard:
    """The card that was scanned or typed, its signature looked at before a transaction opens."""
    return check_card(text, house().key_ring.public_keys())


def answer_once(
    terminal: Terminal, print_of_body: str, work: Callable[[Transaction], dict[str, Any]]
) -> Response:
    """Do it under the request's Idempotency-Key, or answer what was answered then."""
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= KEY_MAX:
        raise field_problem("Idempotency-Key", "必须填写。", "is required.")
    now = house().clock()
    answer = house().engine.write(
        lambda tx: once(
            tx,
            terminal_id=terminal["terminal_id"],
            key=key,
            fingerprint=print_of_body,
            now=now,
            work=lambda: work(tx),
        )
    )
    return json_text_response(answer.json_text)
