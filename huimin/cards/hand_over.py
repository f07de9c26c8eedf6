"""A printed card is in the hand of its holder, or of whoever takes it to the village: written down
once, so that nobody is told to fetch what they have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from huimin.audit.record import record
from huimin.cards import queries
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.storage.engine import Row, Transaction


def hand_over(tx: Transaction, card_ids: Iterable[str], **by: Unpack[By]) -> int:
    """Write down that these cards were handed over today; how many had not been before."""
    count = 0
    for card_id in card_ids:
        written: int = queries.hand_over(
            tx,
            card_id=card_id,
            handed_on=county_day(by["now"]).isoformat(),
            noted_at=instant_text(by["now"]),
            noted_by=by["actor"],
        )
        if written:
            record(tx, "card.handed_over", card_id, **by)
        count += written
    return count


def handover_of(tx: Transaction, card_id: str) -> Row | None:
    """{handed_on, noted_at, noted_by} of a card that was handed over, or None."""
    row: Row | None = queries.handover_of(tx, card_id=card_id)
    return row
