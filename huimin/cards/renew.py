"""Renew cards that are about to expire, in a batch: each is replaced by a new one.

Left out are holders without an entitlement on the last day, and those due for verification, which a
new card would hide. Lost and suspended cards are decided one by one, never here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Unpack

from huimin.cards import queries
from huimin.cards.card_list import named
from huimin.cards.change_state import replace_card
from huimin.core.acting import By
from huimin.core.identity import Names, masked
from huimin.core.recorded_reasons import REASONS
from huimin.divisions.within import division_parameters
from huimin.storage.engine import Row, Transaction

REASON = REASONS["card_renewed"]
# The most that one press renews; a county's yearly batch takes a few presses.
RENEWED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Ending:
    """Cards that expire by `last_day`, in a division or the whole county.

    Holders last verified before `due_before` are due for verification.
    """

    today: date
    last_day: date
    due_before: date
    division_code: str | None = None


def cards_to_renew(
    tx: Transaction, ending: Ending, count: int = RENEWED_AT_ONCE, names: Names = masked
) -> list[Row]:
    """Up to `count` cards that can be renewed, soonest expiry first, each with `name_masked`, and
    `name` as `names` shows it."""
    return _cards(tx, ending, count, names, fit=True)


def cards_left_out(
    tx: Transaction, ending: Ending, count: int = RENEWED_AT_ONCE, names: Names = masked
) -> list[Row]:
    """Expiring cards that are left out; `entitled` is 0 or 1 and tells for which reason."""
    return _cards(tx, ending, count, names, fit=False)


def renew_cards(
    tx: Transaction, ending: Ending, *, count: int, key_id: int, expires_on: date, **by: Unpack[By]
) -> int:
    """Replace up to `count` cards by new ones valid until `expires_on`; returns how many."""
    rows = cards_to_renew(tx, ending, count)
    for row in rows:
        replace_card(
            tx, card_id=row["id"], key_id=key_id, reason=REASON, expires_on=expires_on, **by
        )
    return len(rows)


def _cards(tx: Transaction, ending: Ending, count: int, names: Names, *, fit: bool) -> list[Row]:
    rows = queries.cards_ending(
        tx,
        today=ending.today.isoformat(),
        last_day=ending.last_day.isoformat(),
        due_before=ending.due_before.isoformat(),
        **division_parameters(ending.division_code),
        fit=int(fit),
        count=count,
    )
    return named(rows, names)
