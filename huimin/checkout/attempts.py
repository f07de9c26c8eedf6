"""What is tried at a till: who tries it, the card that was read, and a note of what is refused,
whichever way the till came in.

The note is queued and costs the request nothing more; it is written although the refused use case
was rolled back (audit/refused_attempts.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import request
from limits import RateLimitItemPerMinute

from huimin.access.till_guard import Caller, closed_terminal, current_caller, current_terminal
from huimin.audit.refused_attempts import RefusedAttempt, RefusedAttempts
from huimin.core.card_token import CheckedCard, check_card
from huimin.core.kept_refusal import KeptRefusal
from huimin.core.refusals import FieldProblems, Refusal
from huimin.web.current import instance, practising
from huimin.web.throttle import Throttle

# Scanned codes can't be guessed; typed numbers could be tried one after the other.
typed_numbers = Throttle("typed_numbers", RateLimitItemPerMinute(60))

# Raised about a number that was typed, before there is a card.
OF_TYPED_NUMBERS = ("card_number_wrong", "too_many_requests")
# What a real card comes to at a practice till, which knows none.
NOT_OF_PRACTICE = ("card_unknown", "card_signature_invalid")
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

    card: CheckedCard | None = None

    def read_card(self, text: str) -> CheckedCard:
        """The card of the attempt, as `read_card` reads it."""
        self.card = read_card(text)
        return self.card


def read_card(text: str) -> CheckedCard:
    """The card that was scanned or typed, its signature checked before a transaction opens.

    Raises Refusal: card_unreadable, card_number_wrong, card_signature_invalid, too_many_requests.
    """
    card = check_card(text, instance().key_ring.public_keys())
    if card.kind == "number":
        typed_numbers.count(current_terminal()["terminal_id"])
    return card


@contextmanager
def attempt(act: str, caller: Caller, **details: Any) -> Iterator[Attempt]:
    """Note the block's refusal, if it is refused, and raise it again.

    `details` are what a RefusedAttempt says of the purchase.
    """
    trying = Attempt()
    try:
        yield trying
    except (Refusal, FieldProblems) as refused:
        note_refused(act, refused, caller, card=trying.card, **details)
        if practising() and isinstance(refused, Refusal) and refused.code in NOT_OF_PRACTICE:
            raise Refusal("practice_card_only") from None
        raise


def open_caller() -> Caller:
    """Who asks. Raises Refusal, which is noted: terminal_disabled, outlet_suspended."""
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
    """Queue the record of a refused attempt of that caller; nothing is recorded by a clock that is
    wrong."""
    refusal = KeptRefusal.of(refused)
    if refusal.code == "clock_wrong":
        return
    typed = card is not None and card.kind == "number"
    instance().part(RefusedAttempts).note(
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
