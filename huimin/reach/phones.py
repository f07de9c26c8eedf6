"""Phones on the work list: for one recorded reason, of one town, for an hour, in one session.

Each person whose phone was shown has it in their record, with the reason, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import parse_instant
from huimin.core.identity import mask_phone
from huimin.core.phone import BETWEEN
from huimin.keys.personal_data import PersonalData
from huimin.reach import queries
from huimin.storage.engine import Row, Transaction

LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PhonesShown:
    """Since when a town's phones are shown, and why; in the session's cookie, which is signed."""

    town: str
    reason: str
    since: str
    session_id: str

    @property
    def until(self) -> datetime:
        """The instant at which they are hidden again."""
        return parse_instant(self.since) + LASTS

    def as_dict(self) -> dict[str, str]:
        """For the cookie."""
        return asdict(self)


def phones_shown(
    kept: Mapping[str, Any] | None, *, town: str, session_id: str, now: datetime
) -> PhonesShown | None:
    """What the cookie holds, if it is of this town and this session and still lasts."""
    if not kept or kept.get("town") != town or kept.get("session_id") != session_id:
        return None
    shown = PhonesShown(town, str(kept["reason"]), str(kept["since"]), session_id)
    return shown if now < shown.until else None


def phone_text(secrets: PersonalData, row: Row, *, masked: bool = False) -> str | None:
    """The phone numbers of a row with phone_cipher, each of them `masked` or not; "" for none,
    None for what is on record and no key opens."""
    phone = secrets.readable_value(row, "holder.phone")
    if phone is None and row["phone_cipher"] is not None:
        return None
    if masked:
        phone = mask_phone(phone)
    return phone.replace(BETWEEN, f" {BETWEEN} ") if phone else ""


def note_phones_shown(
    tx: Transaction, ids: Iterable[str], shown: PhonesShown, **by: Unpack[By]
) -> None:
    """Record of each person that the phone was shown, once for this reason."""
    for holder_id in ids:
        seen = queries.phone_seen(
            tx, holder_id=holder_id, actor=by["actor"], since=shown.since, reason=shown.reason
        )
        if seen is None:
            record(tx, "holder.phone_shown", holder_id, reason=shown.reason, **by)
