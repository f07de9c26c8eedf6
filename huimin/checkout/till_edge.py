"""What all endpoints of the POS API do alike: know the terminal by its key, read the card, answer
once. Each room's `api_v1.py` builds on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, g, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import BadRequest

from huimin.access.terminal_keys import terminal_of_key
from huimin.cards.find import CheckedCard
from huimin.checkout.once import Answer, KeysInProgress, once
from huimin.checkout.requests import check_card
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction
from huimin.web.current import instance
from huimin.web.json_answer import json_text_response

TYPED_NUMBERS = RateLimitItemPerMinute(60)

in_progress = KeysInProgress()
typed_numbers = FixedWindowRateLimiter(MemoryStorage())


def authorise() -> None:
    """Who is asking comes first, then whether the body is JSON at all."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refusal("unauthorized")
    g.terminal = instance().engine.read(lambda tx: terminal_of_key(tx, key.strip()))
    if request.method == "POST":
        _require_json_object()


def answer_once(
    key: str, print_of_body: str, work: Callable[[Transaction], dict[str, Any]]
) -> Response:
    """Run the work under its idempotency key and answer 201, or give the first answer again."""
    now, terminal_id = instance().clock(), g.terminal["terminal_id"]

    def use_case(tx: Transaction) -> Answer:
        return once(
            tx,
            terminal_id=terminal_id,
            key=key,
            fingerprint=print_of_body,
            now=now,
            work=lambda: work(tx),
        )

    with in_progress.holding(terminal_id, key):
        answer = instance().engine.write(use_case)
    response = json_text_response(answer.json_text, 201)
    if answer.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def checked(text: str) -> CheckedCard:
    """The card that was scanned or typed, its signature looked at before a transaction opens."""
    card = check_card(text, instance().key_ring.public_keys())
    # Scanned codes can't be guessed; typed numbers could be tried one after another.
    if card.kind == "number" and not typed_numbers.hit(TYPED_NUMBERS, g.terminal["terminal_id"]):
        raise Refusal("too_many_requests")
    return card


def _require_json_object() -> None:
    if not request.is_json:
        raise Refusal("unsupported_media_type")
    try:
        body = request.get_json()
    except BadRequest:
        raise Refusal("malformed_json") from None
    if not isinstance(body, dict):
        raise Refusal("malformed_json")
