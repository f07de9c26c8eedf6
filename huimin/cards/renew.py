"""Renew in a batch the cards whose last day comes near: the old copy is replaced by a new one.

Left out is whoever has no entitlement on that day any more, and whoever is due to be verified: a
new copy would hide that. A lost or suspended card is decided on by itself, never here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from huimin.cards import queries
from huimin.cards.change_state import replace_card
from huimin.core.identity import mask_name
from huimin.holders.people import division_bounds
from huimin.storage.engine import Transaction

Row = dict[str, Any]
REASON = "到期续发"
# As many as one press renews; a county's yearly batch is pressed a few times.
RENEWED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Ending:
    """Which cards are meant: those that end by `last_day`, of a division or of the county.

    Whoever was last verified before `due_before` is due to be verified again.
    """

    today: date
    last_day: date
    due_before: date
    division_code: str | None = None


def cards_to_renew(tx: Transaction, ending: Ending, count: int = RENEWED_AT_ONCE) -> list[Row]:
    """Up to `count` cards that may be renewed, the soonest first, each with `name_masked`."""
    return _cards(tx, ending, count, fit=True)


def cards_left_out(tx: Transaction, ending: Ending, count: int = RENEWED_AT_ONCE) -> list[Row]:
    """The others that end by then; `entitled` is 0 or 1, and says which reason it is."""
    return _cards(tx, ending, count, fit=False)


def renew_cards(
    tx: Transaction,
    ending: Ending,
    *,
    count: int,
    key_id: int,
    expires_on: date,
    now: datetime,
    actor: str,
) -> int:
    """Replace up to `count` of those cards by copies that end on `expires_on`; how many it were."""
    rows = cards_to_renew(tx, ending, count)
    for row in rows:
        replace_card(
            tx,
            card_id=row["id"],
            key_id=key_id,
            now=now,
            actor=actor,
            reason=REASON,
            expires_on=expires_on,
        )
    return len(rows)


def _cards(tx: Transaction, ending: Ending, count: int, *, fit: bool) -> list[Row]:
    first, last = division_bounds(ending.division_code or "0" * 12)
    rows = queries.cards_ending(
        tx,
        today=ending.today.isoformat(),
        last_day=ending.last_day.isoformat(),
        due_before=ending.due_before.isoformat(),
        division_first=first,
        division_last=last,
        fit=int(fit),
        count=count,
    )
    return [{**row, "name_masked": mask_name(row["holder_name"])} for row in rows]
