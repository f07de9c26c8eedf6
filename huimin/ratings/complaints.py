"""Complaints: what a receipt's holder found wrong, settled by the county step by step.

Steps are only added. A note stays in the office; an answer, a new due day with its reason and the
result are read by the reporter on the receipt's page, so nothing of others belongs there. The words
are encrypted, and end a time after the result (privacy/retention.py); that a step was taken stays.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.refusals import Refusal, field_problem
from huimin.holders.working_days import WorkingDays
from huimin.keys.personal_data import PersonalData, Purpose
from huimin.ratings import queries
from huimin.ratings.judgement import written
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

RESULTS = ("upheld", "upheld_in_part", "not_upheld", "unclear")
TEXT_MAX = 500
PURPOSE: Purpose = "complaint_step"
# What the reporter reads.
SHOWN = ("answer", "due", "result")


def due_day(now: datetime, working_days: WorkingDays, days: int) -> date:
    """The day by which a complaint of now must be answered, so many working days from now."""
    return working_days.after(county_day(now), days)


def open_complaint(tx: Transaction, rating_id: str, *, due_on: date, **by: Unpack[By]) -> bool:
    """Open the complaint of a rating; False where it has one."""
    at = instant_text(by["now"])
    complaint_id = queries.insert_complaint(
        tx, id=new_id(), rating_id=rating_id, due_on=due_on.isoformat(), opened_at=at
    )
    if complaint_id is None:
        return False
    record(tx, "complaint.opened", complaint_id, new={"due_on": due_on.isoformat()}, **by)
    return True


def note_complaint(
    tx: Transaction, secrets: PersonalData, complaint_id: str, *, text: str, **by: Unpack[By]
) -> None:
    """Note what was found out; the reporter does not see it. Raises as `answer_complaint`."""
    if _add_step(tx, secrets, _open(tx, complaint_id), "note", text, **by):
        record(tx, "complaint.noted", complaint_id, **by)


def answer_complaint(
    tx: Transaction, secrets: PersonalData, complaint_id: str, *, text: str, **by: Unpack[By]
) -> None:
    """Tell the reporter something; the complaint stays open.

    Raises FieldProblems on `text`, Refusal `not_found` or `complaint_closed`.
    """
    if _add_step(tx, secrets, _open(tx, complaint_id), "answer", text, **by):
        record(tx, "complaint.answered", complaint_id, **by)


def postpone_complaint(
    tx: Transaction,
    secrets: PersonalData,
    complaint_id: str,
    *,
    due_on: date,
    text: str,
    **by: Unpack[By],
) -> None:
    """Set a later due day, and tell the reporter why.

    Raises FieldProblems on `due_on` and `text`, Refusal `not_found` or `complaint_closed`.
    """
    complaint = _open(tx, complaint_id)
    day = due_on.isoformat()
    if day <= max(complaint["due_on"], county_day(by["now"]).isoformat()):
        raise field_problem("due_on", "新的期限要比原来的期限和今天都晚。")
    _add_step(tx, secrets, complaint, "due", text, due_on=day, **by)
    queries.set_due_day(tx, id=complaint_id, due_on=day)
    before = complaint["due_on"]
    record(
        tx, "complaint.postponed", complaint_id, old={"due_on": before}, new={"due_on": day}, **by
    )


def close_complaint(
    tx: Transaction,
    secrets: PersonalData,
    complaint_id: str,
    *,
    result: str,
    text: str,
    **by: Unpack[By],
) -> None:
    """Close it with its result and what the reporter is told.

    Raises FieldProblems on `result` and `text`, Refusal `not_found` or `complaint_closed`.
    """
    complaint = _open(tx, complaint_id)
    if result not in RESULTS:
        raise field_problem("result", "请选一个结果。")
    _add_step(tx, secrets, complaint, "result", text, result=result, **by)
    closed_at = instant_text(by["now"])
    queries.close_complaint(tx, id=complaint_id, result=result, closed_at=closed_at)
    record(tx, "complaint.closed", complaint_id, new={"complaint_result": result}, **by)


def steps_of(tx: Transaction, secrets: PersonalData, complaint_id: str) -> list[Row]:
    """All steps, the first first; `text` is None where its time is over, and where no key opens
    its `text_cipher`."""
    rows = queries.steps_of(tx, complaint_id=complaint_id)
    return [{**row, "text": _words_of(secrets, row)} for row in rows]


def _words_of(secrets: PersonalData, step: Row) -> str | None:
    cipher = step["text_cipher"]
    return secrets.readable(cipher, PURPOSE) if cipher else step["text"]


def _open(tx: Transaction, complaint_id: str) -> Row:
    """The complaint, locked until the commit."""
    complaint: Row | None = queries.lock_complaint(tx, id=complaint_id)
    if complaint is None:
        raise Refusal("not_found")
    if complaint["state"] != "open":
        raise Refusal("complaint_closed")
    return complaint


def _add_step(
    tx: Transaction,
    secrets: PersonalData,
    complaint: Row,
    kind: str,
    text: str,
    *,
    due_on: str | None = None,
    result: str | None = None,
    **by: Unpack[By],
) -> bool:
    """Add it; False where it is the last step once more, as of a button that was pressed twice."""
    text = written(text)
    if not 1 <= len(text) <= TEXT_MAX:
        raise field_problem("text", "请写下说明，不超过 {text_max} 字。", text_max=TEXT_MAX)
    step = {"kind": kind, "recorded_by": by["actor"]}
    for last in list(queries.steps_of(tx, complaint_id=complaint["id"]))[-1:]:
        if step.items() <= last.items() and _words_of(secrets, last) == text:
            return False
    step_id = new_id()
    queries.insert_step(
        tx,
        id=step_id,
        complaint_id=complaint["id"],
        due_on=due_on,
        result=result,
        at=instant_text(by["now"]),
        **step,
    )
    queries.insert_words(tx, id=step_id, text_cipher=secrets.encrypt(text, PURPOSE))
    return True
