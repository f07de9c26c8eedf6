"""Agree on a settlement: the merchant confirms or disputes lines, the county answers.

A settlement waits for its merchant until the end of a county day. Whoever comes to it later finds
it confirmed by the time (`held` sees to that before all else), whenever a job ran.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Unpack

from huimin.core.acting import By
from huimin.core.days import county_day, instant_text
from huimin.core.refusals import FieldProblem, FieldProblems, Refusal, field_problem
from huimin.settlement import queries
from huimin.settlement.make import DAYS, confirm_by_of, record_settlement
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id

TEXT_MAX = 500
# Who confirmed, where it was nobody but the calendar.
TIME = "time"
OUTCOMES = ("explained", "upheld")


def confirm(
    tx: Transaction, settlement_id: str, *, merchant_id: str | None, **by: Unpack[By]
) -> Row:
    """The merchant's manager agrees; the settlement.

    Raises Refusal `not_found`, `settlement_not_open`, `settlement_time_passed`.
    """
    row = _waiting(held(tx, settlement_id, merchant_id=merchant_id, now=by["now"]), by["now"])
    if row["state"] != "open":
        raise Refusal("settlement_not_open")
    return _confirmed(tx, row, how="manager", on=county_day(by["now"]), **by)


def close_due(tx: Transaction, *, now: datetime) -> list[Row]:
    """Confirm what waited for its merchant until yesterday or longer; those rows.

    To be run every day (`huimin month run` does); recorded as confirmed by the time.
    """
    today = county_day(now).isoformat()
    return [_by_time(tx, row, now) for row in queries.open_past(tx, today=today)]


def dispute(
    tx: Transaction,
    settlement_id: str,
    texts: Mapping[int, str],
    *,
    merchant_id: str | None,
    **by: Unpack[By],
) -> Row:
    """The manager says what is wrong with one or more lines (line number → text).

    The settlement then waits for the county. Raises FieldProblems on `text`, and Refusal
    `not_found`, `settlement_not_open`, `settlement_time_passed`.
    """
    row = _waiting(held(tx, settlement_id, merchant_id=merchant_id, now=by["now"]), by["now"])
    if row["state"] not in ("open", "disputed"):
        raise Refusal("settlement_not_open")
    if not texts:
        raise field_problem("text", "请写明哪里不对。")
    for line_no, text in texts.items():
        _raise_one(tx, row, line_no, text, **by)
    disputed: Row = queries.set_disputed(tx, id=row["id"])
    record_settlement(tx, "disputed", disputed, old=row, lines=sorted(texts), **by)
    return disputed


def answer_dispute(
    tx: Transaction,
    settlement_id: str,
    dispute_id: str,
    *,
    outcome: str,
    answer: str,
    days: int = DAYS,
    **by: Unpack[By],
) -> Row:
    """An administrator answers: `explained` (the line is right) or `upheld` (it is not).

    No figure changes: what is upheld is corrected by a claim or a reversal, new rows that count
    in the next month. When all disputes are answered the merchant has `days` to confirm
    again. Raises FieldProblems on `answer` or `outcome`, Refusal `not_found`, `dispute_answered`.
    """
    row = held(tx, settlement_id, merchant_id=None, now=by["now"])
    objection = queries.dispute_of(tx, id=dispute_id, settlement_id=settlement_id)
    if objection is None:
        raise Refusal("not_found")
    if outcome not in OUTCOMES:
        raise field_problem("outcome", "请选择怎样答复。")
    answer_text = _checked("answer", answer)
    if row["state"] != "disputed" or objection["state"] != "open":
        raise Refusal("dispute_answered")
    queries.answer_dispute(
        tx,
        id=dispute_id,
        settlement_id=settlement_id,
        state=outcome,
        answer=answer_text,
        answered_at=instant_text(by["now"]),
        answered_by=by["actor"],
    )
    new = _open_when_answered(tx, row, confirm_by_of(by["now"], days))
    record_settlement(
        tx, f"dispute_{outcome}", new, old=row, reason=answer_text, line=objection["line_no"], **by
    )
    return new


def _open_when_answered(tx: Transaction, row: Row, confirm_by: str) -> Row:
    """The settlement, which its merchant may confirm again once no dispute is open."""
    if queries.count_open_disputes(tx, settlement_id=row["id"]):
        return row
    opened: Row = queries.set_open_again(tx, id=row["id"], confirm_by=confirm_by)
    return opened


def held(tx: Transaction, settlement_id: str, *, merchant_id: str | None, now: datetime) -> Row:
    """The settlement, locked until the commit, and confirmed by the time if that has passed.

    `merchant_id` None is the county. Raises Refusal `not_found`, for another merchant's as well.
    """
    row: Row | None = queries.lock_settlement(tx, id=settlement_id, merchant_id=merchant_id)
    if row is None:
        raise Refusal("not_found")
    if row["state"] == "open" and row["confirm_by"] < county_day(now).isoformat():
        return _by_time(tx, row, now)
    return row


def _waiting(row: Row, now: datetime) -> Row:
    """The row, unless the time confirmed it: what is written then is lost with the refusal, and
    written again by whoever comes next."""
    if row["state"] == "confirmed" and row["confirmed_how"] == TIME:
        raise Refusal("settlement_time_passed", day=row["confirm_by"])
    return row


def time_confirms_on(settlement: Mapping[str, str]) -> date:
    """The day after the last one that the merchant has, whenever it is noticed."""
    return date.fromisoformat(settlement["confirm_by"]) + timedelta(days=1)


def _by_time(tx: Transaction, row: Row, now: datetime) -> Row:
    return _confirmed(tx, row, how=TIME, on=time_confirms_on(row), now=now, actor=TIME)


def _confirmed(tx: Transaction, row: Row, *, how: str, on: date, **by: Unpack[By]) -> Row:
    confirmed: Row | None = queries.set_confirmed(
        tx,
        id=row["id"],
        confirmed_at=instant_text(by["now"]),
        confirmed_on=on.isoformat(),
        confirmed_by=by["actor"],
        confirmed_how=how,
    )
    if confirmed is None:
        raise Refusal("settlement_not_open")
    action = "confirmed" if how != TIME else "confirmed_by_time"
    record_settlement(tx, action, confirmed, old=row, **by)
    if confirmed["paid_fen"] and confirmed["paid_fen"] == payable_fen(confirmed):
        # An earlier version was paid in full already.
        paid: Row = queries.set_paid(tx, id=row["id"], paid_fen=confirmed["paid_fen"], state="paid")
        return paid
    return confirmed


def payable_fen(settlement: Mapping[str, int]) -> int:
    """What is paid of a settlement in all, in fen: what is due without what is carried on."""
    return settlement["due_fen"] - settlement["carried_fen"]


def _raise_one(
    tx: Transaction, row: Row, line_no: int, text: str, *, now: datetime, actor: str
) -> None:
    objection = _checked("text", text)
    if queries.line_of(tx, settlement_id=row["id"], line_no=line_no) is None:
        raise Refusal("not_found")
    raised = queries.insert_dispute(
        tx,
        id=new_id(),
        settlement_id=row["id"],
        line_no=line_no,
        text=objection,
        raised_at=instant_text(now),
        raised_by=actor,
    )
    if raised is None:
        raise FieldProblems(
            [FieldProblem("text", "第 {line_no} 行已经提出过异议，请等县里答复。", line_no=line_no)]
        )


def _checked(field: str, text: str) -> str:
    one_line = " ".join(text.split())
    if not one_line or len(one_line) > TEXT_MAX or not one_line.isprintable():
        raise field_problem(field, "请写明情况，{text_max} 字以内。", text_max=TEXT_MAX)
    return one_line
