"""Write every change in this room to the audit record, in the change's own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from huimin.audit.record import record
from huimin.storage.engine import Transaction

# The audit record is never erased, so it must not hold a person's name or phone, or a key's hash.
UNRECORDED = ("key_hash", "contact_name", "contact_phone")


def record_change(
    tx: Transaction,
    subject_kind: str,
    action: str,
    *,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any],
    now: datetime,
    actor: str,
    reason: str | None = None,
) -> None:
    """Record that a merchant, outlet or terminal changed from row `old` to row `new`."""
    record(
        tx,
        at=now,
        actor=actor,
        action=f"{subject_kind}.{action}",
        subject_kind=subject_kind,
        subject_id=new["id"],
        reason=reason,
        old=_recorded(old) if old is not None else None,
        new=_recorded(new),
    )


def _recorded(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in UNRECORDED}
