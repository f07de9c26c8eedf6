"""Propose, decide and undo the end of people's aid.

Whoever proposed it never approves it while four eyes are set. An approved proposal ends its
eligibilities a part at a time, so that no till waits; undoing gives back the last day that each
had. What has changed in between is left alone both times, and named.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Unpack

from huimin.audit.record import GROUNDS, checked_reason, record
from huimin.core.acting import By
from huimin.core.days import county_day, instant_text, parse_instant
from huimin.core.refusals import Refusal, field_problem
from huimin.holders import queries
from huimin.holders.change_person import end_eligibility
from huimin.holders.endings.draft_ending import confirmed_since
from huimin.holders.people import set_last_day
from huimin.storage.engine import Row, Transaction

PART = 100
AHEAD_DAYS_MAX = 366


def ending_by_id(tx: Transaction, ending_id: str) -> Row:
    """The proposal. Raises Refusal `not_found`."""
    row: Row | None = queries.ending_by_id(tx, id=ending_id)
    if row is None:
        raise Refusal("not_found")
    return row


def tick_people(
    tx: Transaction, ending_id: str, *, first: int, last: int, ticked: Iterable[int]
) -> None:
    """Of the rows from place `first` to `last` of a draft, choose those that are ticked."""
    _require_state(_lock(tx, ending_id), "draft")
    queries.untick_ending_people(tx, ending_id=ending_id, first=first, last=last)
    rows = [
        {"ending_id": ending_id, "place": place, "first": first, "last": last} for place in ticked
    ]
    if rows:
        queries.tick_ending_people(tx, rows)


def propose_ending(
    tx: Transaction, ending_id: str, *, last_day: date | None, reason: str, **by: Unpack[By]
) -> int:
    """Propose what is ticked; returns the number of eligibilities.

    `last_day` is for the rows that have none of their own. Raises FieldProblems on `chosen`,
    `last_day`, `reason` or `ending`.
    """
    reason = checked_reason(reason)
    ending = _lock(tx, ending_id)
    _require_state(ending, "draft")
    counts = [row for row in queries.ending_counts(tx, ending_id=ending_id) if row["chosen"]]
    if not counts:
        raise field_problem("chosen", "没有勾选任何人，请先勾选。")
    if any(row["without_day"] for row in counts):
        if last_day is None:
            raise field_problem("last_day", "请填写最后一天：有人没有自己的日期。")
        _require_near(last_day, county_day(by["now"]))
        queries.give_last_day(tx, ending_id=ending_id, last_day=last_day.isoformat())
    queries.not_before_it_began(tx, ending_id=ending_id)
    proposed = queries.propose_ending(
        tx, id=ending_id, reason=reason, now=instant_text(by["now"]), actor=by["actor"]
    )
    count = sum(int(row["eligibilities"]) for row in counts)
    _record(tx, "proposed", proposed, reason=reason, count=count, **by)
    return count


def withdraw_ending(tx: Transaction, ending_id: str, **by: Unpack[By]) -> None:
    """Take back what nobody has decided yet. Raises FieldProblems on `ending`."""
    withdrawn = queries.withdraw_ending(tx, id=ending_id)
    if withdrawn is None:
        _require_state(ending_by_id(tx, ending_id), "proposed")
    _record(tx, "withdrawn", withdrawn, **by)


def approve_ending(
    tx: Transaction, ending_id: str, *, four_eyes: bool, reason: str = "", **by: Unpack[By]
) -> None:
    """Approve; `end_some` then ends the aid. Raises FieldProblems on `ending`.

    With `four_eyes`, neither who drafted nor who proposed it can approve it.
    """
    ending = ending_by_id(tx, ending_id)
    if four_eyes and by["actor"] in (ending["drafted_by"], ending["proposed_by"]):
        raise field_problem("ending", "这是您提出的，请由另一位工作人员审批。")
    _decide(tx, ending, "approved", checked_reason(reason) if reason else None, **by)


def reject_ending(tx: Transaction, ending_id: str, *, reason: str, **by: Unpack[By]) -> None:
    """Reject with a reason; nothing changes. Raises FieldProblems."""
    ending = ending_by_id(tx, ending_id)
    _decide(tx, ending, "rejected", checked_reason(reason, GROUNDS), **by)


def undo_ending(tx: Transaction, ending_id: str, *, reason: str, **by: Unpack[By]) -> None:
    """Undo an approved one; `restore_some` then gives the last days back. Raises FieldProblems."""
    reason = checked_reason(reason)
    _require_state(_lock(tx, ending_id), "approved")
    queries.pass_what_is_left(tx, ending_id=ending_id)
    undone = queries.undo_ending(
        tx, id=ending_id, reason=reason, now=instant_text(by["now"]), actor=by["actor"]
    )
    _record(tx, "undone", undone, reason=reason, **by)


def end_some(tx: Transaction, ending_id: str, **by: Unpack[By]) -> int:
    """End the next PART eligibilities of an approved proposal; returns how many rows were left."""
    ending = _lock(tx, ending_id)
    if ending["state"] != "approved":
        return 0
    rows = queries.ending_people_in(tx, ending_id=ending_id, state="listed", count=PART)
    for row in rows:
        state = "ended" if _may_end(row, ending) else "passed"
        if state == "ended":
            end_eligibility(
                tx,
                row["holder_id"],
                row["eligibility_id"],
                ends_on=date.fromisoformat(row["last_day"]),
                reason=ending["reason"],
                **by,
            )
        queries.mark_ending_person(tx, ending_id=ending_id, place=row["place"], state=state)
    return len(rows)


def restore_some(tx: Transaction, ending_id: str, **by: Unpack[By]) -> int:
    """Give the next PART eligibilities of an undone proposal their last day back; how many."""
    ending = _lock(tx, ending_id)
    if ending["state"] != "undone":
        return 0
    rows = queries.ending_people_in(tx, ending_id=ending_id, state="ended", count=PART)
    for row in rows:
        unchanged = row["erased_at"] is None and row["ends_on"] == row["last_day"]
        if unchanged:
            _restore(tx, row, ending["undo_reason"], **by)
        state = "restored" if unchanged else "kept"
        queries.mark_ending_person(tx, ending_id=ending_id, place=row["place"], state=state)
    return len(rows)


def _may_end(row: Row, ending: Row) -> bool:
    """Whether the eligibility is what it was when it was listed, and would end later.

    Whom a register lacks stays entitled if another register or somebody has confirmed it since.
    """
    if row["erased_at"] is not None or row["ends_on"] != row["had_last_day"]:
        return False
    drafted_on = county_day(parse_instant(ending["drafted_at"]))
    if row["cause"] == "missing" and confirmed_since(row["verified_on"], drafted_on):
        return False
    return row["ends_on"] is None or row["ends_on"] > row["last_day"]


def _restore(tx: Transaction, row: Row, reason: str, **by: Unpack[By]) -> None:
    before = row["had_last_day"]
    last_day = date.fromisoformat(before) if before else None
    set_last_day(tx, row["holder_id"], row["eligibility_id"], last_day)
    record(
        tx,
        "holder.eligibility_restored",
        row["holder_id"],
        reason=reason,
        old={"kind": row["kind"], "ends_on": row["ends_on"]},
        new={"kind": row["kind"], "ends_on": before},
        **by,
    )


def _lock(tx: Transaction, ending_id: str) -> Row:
    """The proposal, held until the transaction ends. Raises Refusal `not_found`."""
    row: Row | None = queries.lock_ending(tx, id=ending_id)
    if row is None:
        raise Refusal("not_found")
    return row


def _decide(tx: Transaction, ending: Row, state: str, reason: str | None, **by: Unpack[By]) -> None:
    decided = queries.decide_ending(
        tx,
        id=ending["id"],
        state=state,
        reason=reason,
        now=instant_text(by["now"]),
        actor=by["actor"],
    )
    if decided is None:
        _require_state(ending, "proposed")
    _record(tx, state, decided, reason=reason, **by)


def _require_state(ending: Row, state: str) -> None:
    if ending["state"] != state:
        raise field_problem("ending", "这份名单已经往下办了，请刷新后再看。")


def _require_near(last_day: date, today: date) -> None:
    if last_day > today + timedelta(days=AHEAD_DAYS_MAX):
        raise field_problem("last_day", "最后一天不能晚于一年以后。")


def _record(
    tx: Transaction,
    event: str,
    ending: Row,
    *,
    reason: str | None = None,
    count: int | None = None,
    **by: Unpack[By],
) -> None:
    new = {"file_name": ending["file_name"]}
    if count is not None:
        new["count"] = count
    record(tx, f"ending.{event}", ending["id"], reason=reason, new=new, **by)
