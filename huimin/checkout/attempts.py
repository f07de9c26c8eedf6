"""What is tried at a till and refused is noted here, whichever way the till came in.

The note is queued and costs the request nothing more; it is written although the refused use case
was rolled back (audit/refused_attempts.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from huimin.access.till_guard import Caller, current_caller
from huimin.audit.refused_attempts import RefusedAttempt
from huimin.core.card_token import CheckedCard
from huimin.core.kept_refusal import KeptRefusal
from huimin.core.refusals import FieldProblems, Refusal
from huimin.web.current import instance

# Raised about a number that was typed, before there is a card.
OF_TYPED_NUMBERS = ("card_number_wrong", "too_many_requests")


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
    trying = Attempt(current_caller())
    try:
        yield trying
    except (Refusal, FieldProblems) as refused:
        note_refused(act, refused, trying.caller, card=trying.card, **details)
        raise


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
