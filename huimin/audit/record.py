"""Record who changed what, in the same transaction. Rows are never edited or removed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from huimin.audit import queries
from huimin.audit.names import with_names
from huimin.core.catalogue import sentence
from huimin.core.days import instant_text
from huimin.core.refusals import field_problem
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id

REASON_CHARACTERS_MAX = 200
WHY = sentence("请写明原因，{most} 字以内。")
GROUNDS = sentence("请写明理由，{most} 字以内。")
# The record is never erased, so it holds nobody's name or phone, and no key's hash either.
NEVER_RECORDED = frozenset({"contact_name", "contact_phone", "key_hash"})


def record(
    tx: Transaction,
    action: str,
    subject_id: str,
    *,
    now: datetime,
    actor: str,
    reason: str | None = None,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    only: Iterable[str] | None = None,
    subject_kind: str | None = None,
) -> None:
    """Write one event; its address is the transaction's origin.

    `action` is the subject's kind and the event, such as "card.suspended"; pass `subject_kind`
    if the subject is of another kind. `old` and `new` hold no personal data in clear; `only`
    names the fields to keep, None keeps all.
    """
    fields = None if only is None else frozenset(only)
    queries.insert_event(
        tx,
        id=new_id(),
        at=instant_text(now),
        actor=actor,
        action=action,
        subject_kind=subject_kind or action.partition(".")[0],
        subject_id=subject_id,
        reason=reason,
        old_json=_json(old, fields),
        new_json=_json(new, fields),
        address=tx.origin,
    )


def events_of(tx: Transaction, subject_kind: str, subject_id: str) -> list[dict[str, Any]]:
    """The events of one subject, oldest first, each with the names of what it is about."""
    events = queries.events_of(tx, subject_kind=subject_kind, subject_id=subject_id)
    return with_names(tx, events)


def checked_reason(reason: str, sentence: str = WHY) -> str:
    """The reason for a change, or for a decision (`sentence` GROUNDS), on one line.

    Raises FieldProblems on `reason` if it is empty or longer than REASON_CHARACTERS_MAX.
    """
    text = " ".join(reason.split())
    if not text or len(text) > REASON_CHARACTERS_MAX or not text.isprintable():
        raise field_problem("reason", sentence, most=REASON_CHARACTERS_MAX)
    return text


def _json(values: Mapping[str, Any] | None, fields: frozenset[str] | None) -> str | None:
    if values is None:
        return None
    recorded = {
        name: value
        for name, value in values.items()
        if name not in NEVER_RECORDED and (fields is None or name in fields)
    }
    return json.dumps(recorded, ensure_ascii=False, sort_keys=True)
