"""A card's events, by whom and why: one row each, written in the transaction of the change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huimin.audit.record import record
from huimin.cards import queries
from huimin.core.days import instant_text
from huimin.core.refusals import field_problem
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id

REASON_CHARACTERS_MAX = 200


def record_event(
    tx: Transaction,
    *,
    card_id: str,
    event: str,
    reason: str,
    actor: str,
    now: datetime,
    old_state: str | None = None,
    new_state: str | None = None,
) -> None:
    """Write one event to the card's history and the audit record; `reason` is already checked."""
    queries.insert_event(
        tx,
        id=new_id(),
        card_id=card_id,
        event=event,
        reason=reason,
        actor=actor,
        recorded_at=instant_text(now),
    )
    record(
        tx,
        at=now,
        actor=actor,
        action=f"card.{event}",
        subject_kind="card",
        subject_id=card_id,
        reason=reason,
        old={"state": old_state} if old_state else None,
        new={"state": new_state} if new_state else None,
    )


def checked_reason(reason: str) -> str:
    """The reason, trimmed. Raises FieldProblems when it says nothing or too much."""
    text = reason.strip()
    if not text:
        raise field_problem("reason", "请写明原因。", "Give a reason.")
    if len(text) > REASON_CHARACTERS_MAX or "\0" in text:
        raise field_problem(
            "reason",
            f"原因请控制在 {REASON_CHARACTERS_MAX} 字以内，不含特殊控制字符。",
            f"Keep the reason within {REASON_CHARACTERS_MAX} characters and free of NUL bytes.",
        )
    return text


def events_of_card(tx: Transaction, card_id: str) -> list[dict[str, Any]]:
    """A card's events, oldest first."""
    return list(queries.events_of_card(tx, card_id=card_id))
