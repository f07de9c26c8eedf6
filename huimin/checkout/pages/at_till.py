"""What the endpoints of the till share: the card that was read, and doing what is asked once.

Which terminal asks is said by access/till_guard.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from huimin.access.till_guard import Terminal, staff_id_here, terminal_here
from huimin.cards.find import CheckedCard
from huimin.checkout.once import once
from huimin.checkout.requests import KEY_MAX, check_card
from huimin.core.refusals import field_problem
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.json_answer import json_text_response

__all__ = ["answer_once", "checked", "staff_id_here", "terminal_here"]


def checked(text: str) -> CheckedCard:
    """The card that was scanned or typed, its signature looked at before a transaction opens."""
    return check_card(text, instance().key_ring.public_keys())


def answer_once(
    terminal: Terminal, print_of_body: str, work: Callable[[Transaction], dict[str, Any]]
) -> Response:
    """Do it under the request's Idempotency-Key, or answer what was answered then."""
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= KEY_MAX:
        raise field_problem("Idempotency-Key", "必须填写。", "is required.")
    now = instance().clock()
    answer = instance().engine.write(
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
