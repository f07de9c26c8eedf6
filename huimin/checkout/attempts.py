"""What is tried at a till and refused is noted here, whichever way the till came in.

The note is queued and costs the request nothing more; it is written although the refused use case
was rolled back (audit/refused_attempts.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import request

from huimin.access.till_guard import Caller, closed_terminal, current_caller
from huimin.audit.refused_attempts import RefusedAttempt
from huimin.core.card_token import CheckedCard
from huimin.core.kept_refusal import KeptRefusal
from huimin.core.refusals import FieldProblems, Refusal
from huimin.web.current import instance

# Raised about a number that was typed, before there is a card.
OF_TYPED_NUMBERS = ("card_number_wrong", "too_many_requests")
# By the last part of the address, at the API and at the page.
ACTS = {
    "verify": "verify",
    "quotes": "quote",
    "quote": "quote",
    "redemptions": "redeem",
    "redeem": "redeem",
    "reversals": "reverse",
    "reverse": "reverse",
    "cancellations": "cancel",
    "claims": "claim",
    "missed": "claim",
    "offline-redemptions": "offline",
}


@dataclass
class Attempt:
    """An attempt that is under way: its card as soon as one was read."""

    caller: Caller
    card: CheckedCard | None = None


@contextmanager
def attempt(act: str, **details: Any) -> Iterator[Attempt]:
    """Note the block's refusal, if it is refused, and raise it again.

    `details` are what a RefusedAttempt says of the purchase.
    """
    trying = Attempt(_caller())
    try:
        yield trying
    except (Refusal, FieldProblems) as refused:
        note_refused(act, refused, trying.caller, card=trying.card, **details)
        raise


def _caller() -> Caller:
    """Who tries. Raises Refusal, which is noted: terminal_disabled, outlet_suspended."""
    try:
        return current_caller()
    except Refusal as refused:
        note_closed(refused)
        raise


def note_closed(refused: Refusal) -> None:
    """Note that a terminal tries something which is closed, or whose outlet is."""
    terminal, act = closed_terminal(), ACTS.get(request.path.rpartition("/")[2])
    if terminal is not None and act is not None and request.method == "POST":
        note_refused(act, refused, Caller(terminal, None, ""))


def note_refused(
    act: str,
    refused: Refusal | FieldProblems,
    caller: Caller,
    *,
    card: CheckedCard | None = None,
    **details: Any,
) -> None:
    """Queue the record of a refused attempt of that caller."""
    refusal = KeptRefusal.of(refused)
    typed = card is not None and card.kind == "number"
    instance().refused_attempts.note(
        RefusedAttempt(
            act=act,
            refusal=refusal,
            terminal_id=caller.terminal["terminal_id"],
            outlet_id=caller.terminal["outlet_id"],
            at=instance().clock(),
            staff_id=caller.staff_id,
            card=card,
            typed=typed or refusal.code in OF_TYPED_NUMBERS,
            **details,
        )
    )
