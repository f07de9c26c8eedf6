"""A card's events, by whom and why: one row each, written in the transaction of the change."""

from __future__ import annotations

from typing import Any, Unpack

from huimin.audit.record import record
from huimin.cards import queries
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id


def record_event(
    tx: Transaction,
    *,
    card_id: str,
    event: str,
    reason: str,
    old_state: str | None = None,
    new_state: str | None = None,
    **by: Unpack[By],
) -> None:
    """Write one event to the card's history and the audit record; `reason` is already checked."""
    queries.insert_event(
        tx,
        id=new_id(),
        card_id=card_id,
        event=event,
        reason=reason,
        actor=by["actor"],
        recorded_at=instant_text(by["now"]),
    )
    record(
        tx,
        f"card.{event}",
        card_id,
        reason=reason,
        old={"state": old_state} if old_state else None,
        new={"state": new_state} if new_state else None,
        **by,
    )


def events_of_card(tx: Transaction, card_id: str) -> list[dict[str, Any]]:
    """A card's events, oldest first."""
    return list(queries.events_of_card(tx, card_id=card_id))
