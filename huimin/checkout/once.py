"""Exactly once: a request under an idempotency key is carried out once, and always answered alike.

Same key and same body: the first answer again; same key and another body: a refusal. The key is
taken and its answer stored in the request's own transaction. Where others write meanwhile taking it
is an insert, so of two concurrent requests one waits for the other (or is rolled back with it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Response

from huimin.access.till_guard import current_terminal
from huimin.checkout import queries
from huimin.core.days import instant_text
from huimin.core.json_text import canonical_json, first_form, write_json
from huimin.core.one_case import capitals_of
from huimin.core.packed_text import packed, unpacked
from huimin.core.refusals import Refusal
from huimin.storage.engine import Transaction
from huimin.storage.places import Places
from huimin.web.current import change, instance
from huimin.web.json_answer import json_text_response

# So many hexadecimal digits of a fingerprint are kept, 128 bits; versions up to 20 kept all 64.
FINGERPRINT_KEPT = 32


class KeysInProgress:
    """The keys that are worked on; a second request with one of them is told to wait, whichever
    process of the server it comes to."""

    def __init__(self, places: Places) -> None:
        self._places = places

    @contextmanager
    def holding(self, terminal_id: str, key: str) -> Iterator[None]:
        """Hold the key for the duration. Raises Refusal `request_in_progress`."""
        place = self._places.take(f"key {terminal_id} {key}")
        if place is None:
            raise Refusal("request_in_progress")
        try:
            yield
        finally:
            self._places.give_back(place)


@dataclass(frozen=True, slots=True)
class Answer:
    """The body to answer with, as JSON, and whether it was given before."""

    json_text: str
    replayed: bool


def answer_once(
    act: str,
    request: Any,
    key: str,
    work: Callable[[Transaction], dict[str, Any]],
    status: int = 201,
    *,
    sent_order_no: str | None = None,
) -> Response:
    """Run `work` under its idempotency key, or give the first answer again.

    The key stands for `act` and every field of `request`; an earlier version kept it with the order
    number as it was sent. Raises Refusal: idempotency_mismatch, request_in_progress, and what
    `work` raises.
    """
    prints = [fingerprint(act, request)]
    if sent_order_no is not None and sent_order_no != request.order_no:
        prints.append(fingerprint(act, replace(request, order_no=sent_order_no)))
    terminal_id, now = current_terminal()["terminal_id"], instance().clock()

    def use_case(tx: Transaction) -> Answer:
        return once(tx, terminal_id=terminal_id, key=key, fingerprints=prints, now=now, work=work)

    with instance().part(KeysInProgress).holding(terminal_id, key):
        answer = change(use_case, adds_up=True)
    response = json_text_response(answer.json_text, status)
    if answer.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def fingerprint(act: str, request: Any) -> str:
    """SHA-256 of the request: the act (with its target) and every field that counts."""
    return hashlib.sha256(canonical_json([act, first_form(request)])).hexdigest()


def once(
    tx: Transaction,
    *,
    terminal_id: str,
    key: str,
    fingerprints: Sequence[str],
    now: datetime,
    work: Callable[[Transaction], dict[str, Any]],
) -> Answer:
    """Do the work, or return the first answer if this terminal's key was used before.

    The beginning of the first of `fingerprints` is kept; each of them is known again. A key of UUID
    form comes in small letters; one that was kept in capitals, before they had one form, is known
    as well. Raises Refusal `idempotency_mismatch`. What `work` raises frees the key again, because
    the transaction is rolled back.
    """
    names = {"terminal_id": terminal_id, "key": key, "capitals": capitals_of(key)}
    own = {"terminal_id": terminal_id, "key": key}
    prints = [each[:FINGERPRINT_KEPT] for each in fingerprints]
    about = {"fingerprint": prints[0], "created_at": instant_text(now)}
    if tx.is_alone or queries.take_key(tx, **about, **names) is None:
        first = queries.kept_answer(tx, **names)
        if first is not None:
            if first["fingerprint"][:FINGERPRINT_KEPT] not in prints:
                raise Refusal("idempotency_mismatch")
            return Answer(unpacked(first["response_json"]), replayed=True)
    text = write_json(work(tx))
    if tx.is_alone:  # nobody can have taken the key meanwhile
        queries.put_answer(tx, response_json=packed(text), **about, **own)
    else:
        queries.keep_answer(tx, response_json=packed(text), **own)
    return Answer(text, replayed=False)
