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
# After these there is nobody left to be told; after the others it is tried again.
ENDS = frozenset({"reached", "declined", "moved_away", "died"})
DAYS_BACK = 62


@dataclass(frozen=True, slots=True)
class Telling:
    """What came of telling, on a county day; `result` is one of RESULTS."""

    result: str
    told_on: date | None


def note_told(
    tx: Transaction,
    message_ids: Sequence[str],
    telling: Telling,
    *,
    within: str | None,
    **by: Unpack[By],
) -> int:
    """Write down what came of telling each of these; how many there were.

    One that was told meanwhile, or that is somebody's of another town, is passed over. Raises
    FieldProblems on `chosen`, `result` and `told_on`.
    """
    today = county_day(by["now"])
    day = _checked_day(message_ids, telling, today)
    count = 0
    for message_id in message_ids:
        message = queries.message_to_tell(tx, id=message_id, day=today.isoformat())
        if message is None or not lies_within(message["division_code"], within):
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
        new = {"kind": message["kind"], "result": telling.result, "told_on": day}
        record(tx, "message.told", message["holder_id"], subject_kind="holder", new=new, **by)
        count += 1
    return count


def _checked_day(message_ids: Sequence[str], telling: Telling, today: date) -> str:
    problems, day = Problems(), telling.told_on
    if not message_ids:
        problems.refuse("chosen", "请先勾选告知过的人。")
    if telling.result not in RESULTS:
        problems.refuse("result", "请选择告知的结果。")
    if day is None or not today - timedelta(days=DAYS_BACK) <= day <= today:
        problems.refuse("told_on", "告知的日期要在两个月之内，不能晚于今天。")
    problems.finish()
    return day.isoformat() if day else ""
