"""What came of each contact with somebody who is entitled and not reached. Only added to.

The last one decides under which result somebody is listed. What was written down beside it may
name people, so it is encrypted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.refusals import Problems
from huimin.core.words import CONTACT_RESULTS
from huimin.divisions.within import required_within
from huimin.keys.personal_data import PersonalData
from huimin.reach import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

RESULTS = CONTACT_RESULTS
# Under this the list has those who were never contacted.
NOT_YET = "none"
NOTE_MAX = 200
DAYS_BACK, DAYS_AHEAD = 366, 366
# A second press within so long is the same contact.
TWICE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact to note, with its county days; `next_on` is when to try again."""

    result: str
    contacted_on: date | None
    next_on: date | None = None
    note: str = ""


def person_of(tx: Transaction, holder_id: str, *, within: str) -> Row:
    """Name, division and encrypted phone of somebody of a town. Raises Refusal `not_found`."""
    row: Row | None = queries.person_to_contact(tx, id=holder_id)
    return required_within(row, within)


def note_contact(
    tx: Transaction, secrets: PersonalData, holder_id: str, contact: Contact, **by: Unpack[By]
) -> None:
    """Write it down. Raises FieldProblems on result, contacted_on, next_on or note."""
    _require_right(contact, county_day(by["now"]))
    day, next_on = contact.contacted_on, contact.next_on
    values = {
        "contacted_on": day.isoformat() if day else "",
        "result": contact.result,
        "next_on": next_on.isoformat() if next_on else None,
    }
    last = queries.last_contact(tx, holder_id=holder_id)
    same = last is not None and all(last[name] == value for name, value in values.items())
    recent = last is not None and last["noted_at"] >= instant_text(by["now"] - TWICE)
    if same and recent and last["noted_by"] == by["actor"]:
        return
    queries.insert_contact(
        tx,
        id=new_id(),
        holder_id=holder_id,
        note_cipher=secrets.encrypt(contact.note, "reach_contact.note") if contact.note else None,
        noted_at=instant_text(by["now"]),
        noted_by=by["actor"],
        **values,
    )
    record(tx, "holder.contacted", holder_id, new=values, **by)


def contacts_of(tx: Transaction, secrets: PersonalData, holder_id: str) -> list[Row]:
    """Somebody's contacts, the latest first, each with its `note`: None where no key opens it."""
    return [
        {
            **row,
            "note": secrets.readable(row["note_cipher"], "reach_contact.note")
            if row["note_cipher"]
            else "",
        }
        for row in queries.contacts_of(tx, holder_id=holder_id)
    ]


def with_last_contact(tx: Transaction, rows: Iterable[Row]) -> list[Row]:
    """Rows of people with `contact`: the last one, or None."""
    return [{**row, "contact": queries.last_contact(tx, holder_id=row["id"])} for row in rows]


def _require_right(contact: Contact, today: date) -> None:
    problems = Problems()
    if contact.result not in RESULTS:
        problems.refuse("result", "请选择联系的结果。")
    day = contact.contacted_on
    if day is None or not today - timedelta(days=DAYS_BACK) <= day <= today:
        problems.refuse("contacted_on", "联系日期要在一年之内，不能晚于今天。")
    next_on = contact.next_on
    if next_on is not None and not today <= next_on <= today + timedelta(days=DAYS_AHEAD):
        problems.refuse("next_on", "下次联系的日期要在今天以后一年之内。")
    if len(contact.note) > NOTE_MAX:
        problems.refuse("note", "备注不超过 {most} 个字。", most=NOTE_MAX)
    problems.finish()
