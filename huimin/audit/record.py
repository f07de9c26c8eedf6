"""Record who changed what, in the same transaction. Rows are never edited or removed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.audit import queries
from huimin.core.days import instant_text
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id


def record(
    tx: Transaction,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject_kind: str,
    subject_id: str,
    reason: str | None = None,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
) -> None:
    """Write one event; its address is the transaction's origin.

    `old` and `new` hold the fields that changed, and no personal data in clear.
    """
    queries.insert_event(
        tx,
        id=new_id(),
        at=instant_text(at),
        actor=actor,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        reason=reason,
        old_json=_json(old),
        new_json=_json(new),
        address=tx.origin,
    )


def events_of(tx: Transaction, subject_kind: str, subject_id: str) -> list[dict[str, Any]]:
    """The events of one subject, oldest first."""
    return list(queries.events_of(tx, subject_kind=subject_kind, subject_id=subject_id))


def _json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(values, ensure_ascii=False, sort_keys=True)
