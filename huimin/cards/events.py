"""A card's events, by whom and why: one row each, written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from huimin.audit.names import with_names
from huimin.audit.record import record
from huimin.cards import queries
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.recorded_reasons import REASONS
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id


def record_event(
    tx: Transaction,
    card_id: str,
    event: str,
    *,
    reason: str,
    old: str | None = None,
    new: str | None = None,
    **by: Unpack[By],
) -> None:
    """Write one event, with the states before and after, to the card's history and the record.

    `reason` is already checked.
    """
    at, actor = instant_text(by["now"]), by["actor"]
    queries.insert_event(
        tx, id=new_id(), card_id=card_id, event=event, reason=reason, actor=actor, recorded_at=at
    )
    before, after = ({"state": state} if state else None for state in (old, new))
    record(tx, f"card.{event}", card_id, reason=reason, old=before, new=after, **by)


def record_expired(tx: Transaction, cards: Iterable[Row], **by: Unpack[By]) -> None:
    """Write that cards have expired."""
    for card in cards:
        reason = REASONS["card_expired"]
        record_event(tx, card["id"], "expired", reason=reason, new="expired", **by)


def events_of_card(tx: Transaction, card_id: str) -> list[Row]:
    """A card's events, oldest first, with `at` and `action` as the audit record has them."""
    events = [
        {
            **event,
            "at": event["recorded_at"],
            "action": f"card.{event['event']}",
            "old_json": None,
            "new_json": None,
        }
        for event in queries.events_of_card(tx, card_id=card_id)
    ]
    return with_names(tx, events)
