"""The sessions of one member of staff: where and when they signed in, and ending them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack

from huimin.access import queries
from huimin.access.sign_in import session_hash
from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal
from huimin.storage.engine import Row, Transaction

DEVICES = (
    ("MicroMessenger", "微信"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def sessions_of(
    tx: Transaction, staff_id: str, now: datetime, own_session_id: str | None = None
) -> list[Row]:
    """The active sessions, newest first: id, created_at, address, device, own.

    `own_session_id` is the secret id of the caller's session, which is marked `own`.
    """
    own_hash = session_hash(own_session_id) if own_session_id else None
    return [
        {
            "id": row["id"],
            "created_at": row["created_at"],
            "address": row["address"],
            "device": device_words(row["user_agent"]),
            "own": row["id_hash"] == own_hash,
        }
        for row in queries.sessions_of(tx, staff_id=staff_id, now=instant_text(now))
    ]


def end_one_session(
    tx: Transaction, staff: Mapping[str, Any], session_id: str, **by: Unpack[By]
) -> None:
    """End one session by its public id. Raises Refusal `not_found`."""
    ended = queries.end_session_by_id(
        tx, id=session_id, staff_id=staff["id"], now=instant_text(by["now"])
    )
    if ended is None:
        raise Refusal("not_found")
    record(tx, "staff.sessions_ended", staff["id"], **by)


def end_other_sessions(
    tx: Transaction, staff: Mapping[str, Any], own_session_id: str, **by: Unpack[By]
) -> None:
    """End every session of that account except the caller's."""
    queries.end_other_sessions(
        tx, staff_id=staff["id"], id_hash=session_hash(own_session_id), now=instant_text(by["now"])
    )
    record(tx, "staff.sessions_ended", staff["id"], **by)


def end_all_sessions(tx: Transaction, staff: Mapping[str, Any], **by: Unpack[By]) -> None:
    """End every session of that account, as an administrator does for somebody else."""
    queries.end_sessions_of(tx, staff_id=staff["id"], now=instant_text(by["now"]))
    record(tx, "staff.sessions_ended", staff["id"], **by)


def device_words(user_agent: str | None) -> str:
    """Browser and system in two words."""
    text = user_agent or ""
    browser = next((words for mark, words in DEVICES if mark in text), "")
    system = next((words for mark, words in SYSTEMS if mark in text), "")
    return " · ".join(part for part in (browser, system) if part) or "—"
