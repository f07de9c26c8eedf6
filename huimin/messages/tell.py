"""What the office tells people itself, from a list: who heard it, when, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.refusals import Problems
from huimin.core.words import CONTACT_RESULTS
from huimin.divisions.within import lies_within
from huimin.messages import queries
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id

RESULTS = CONTACT_RESULTS
DIED = "died"
# After these there is nobody left to be told; after the others it is tried again.
ENDS = frozenset({"reached", "declined", "moved_away", DIED})
DAYS_BACK = 62
AT_ONCE_MAX = 200


@dataclass(frozen=True, slots=True)
class Telling:
    """What came of telling, on a county day; `result` is one of RESULTS."""

    result: str
    told_on: date | None


@dataclass(frozen=True, slots=True)
class Noted:
    """How many were written down, and how many were passed over."""

    written: int
    passed_over: int


def note_told(
    tx: Transaction,
    message_ids: Sequence[str],
    telling: Telling,
    *,
    within: str | None,
    **by: Unpack[By],
) -> Noted:
    """Write down what came of telling each of these, each result of a day once.

    One that was told meanwhile, that has this very result of this day already, or that is
    somebody's of another town, is passed over. Of somebody who has died nothing else is told
    either. Raises FieldProblems on `chosen`, `result` and `told_on`.
    """
    today = county_day(by["now"])
    day = _checked_day(message_ids, telling, today)
    # In the order of their ids, so that two who write at once wait for each other in one order.
    ids, count = sorted(set(message_ids)), 0
    # Never ask the database for an impossible id: PostgreSQL refuses a NUL byte, for one.
    for message_id in filter(str.isprintable, ids):
        queries.lock_message(tx, id=message_id)
        message = queries.message_to_tell(tx, id=message_id, day=today.isoformat())
        if message is None or not lies_within(message["division_code"], within):
            continue
        last = queries.last_told(tx, message_id=message_id)
        if last is not None and (last["result"], last["told_on"]) == (telling.result, day):
            continue
        queries.insert_told(
            tx,
            id=new_id(),
            message_id=message_id,
            result=telling.result,
            told_on=day,
            noted_at=instant_text(by["now"]),
            noted_by=by["actor"],
        )
        if telling.result in ENDS:
            queries.note_told(tx, id=message_id, now=instant_text(by["now"]))
        if telling.result == DIED:
            rest = {"id": message_id, "holder_id": message["holder_id"]}
            queries.drop_rest_of_person(tx, **rest, now=instant_text(by["now"]))
        new = {"kind": message["kind"], "result": telling.result, "told_on": day}
        record(tx, "message.told", message["holder_id"], subject_kind="holder", new=new, **by)
        count += 1
    return Noted(count, len(ids) - count)


def _checked_day(message_ids: Sequence[str], telling: Telling, today: date) -> str:
    problems, day = Problems(), telling.told_on
    if not message_ids:
        problems.refuse("chosen", "请先勾选告知过的人。")
    elif len(message_ids) > AT_ONCE_MAX:
        # Tills wait while it is written.
        problems.refuse("chosen", "一次最多记 {most} 人，请分几次。", most=AT_ONCE_MAX)
    if telling.result not in RESULTS:
        problems.refuse("result", "请选择告知的结果。")
    if day is None or not today - timedelta(days=DAYS_BACK) <= day <= today:
        problems.refuse("told_on", "告知的日期要在两个月之内，不能晚于今天。")
    problems.finish()
    return day.isoformat() if day else ""
