"""Who gets the month's report by mail: proposed by one person, approved by another, ended by either
or by the recipient.

An address outside is a door through which figures leave, so that two people always open it, also in
a county that works without four eyes otherwise. Addresses are personal data: the audit record, the
log and every page for others hold none.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Unpack

from huimin.audit.record import GROUNDS, checked_reason, record
from huimin.core.acting import By
from huimin.core.catalogue import Words
from huimin.core.days import instant_text
from huimin.core.refusals import FieldProblem, FieldProblems, Refusal, field_problem
from huimin.report_mail import queries
from huimin.settings import Settings, secret_key_of
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.storage.list_query import ListQuery

RECIPIENTS_MAX = 50
NAME_MAX, ADDRESS_MAX, DAY_MAX = 40, 254, 28
CLOSED, DAY = "closed", "day"
# As HTML's own field for an address takes it, with a dot in the name of the host, and with no dot
# at either end of what stands before it or twice in a row: no message can be addressed to that.
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
ADDRESS = re.compile(rf"{ATOM}(\.{ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", flags=re.ASCII)
BY_RECIPIENT = "recipient"
CODE_LENGTH = 40

STATES = Words(
    "report_recipient_state",
    {"proposed": "待审批", "approved": "寄送中", "rejected": "不予通过", "ended": "已停止"},
)
FORMS = Words("report_mail_form", {"pdf": "PDF", "xlsx": "Excel"})
SCHEDULES = Words("report_mail_schedule", {"closed": "结账后", "day": "每月某日，数字截至当天"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who is to get what, as typed; `day` is of the month, for the schedule of a running month."""

    name: str
    address: str
    purpose: str
    form: str
    schedule: str
    day: str


recipients_before = ListQuery[str | None](
    queries, "recipients_before", lambda state: {"state": state}
)


def propose_recipient(tx: Transaction, proposal: Proposal, **by: Unpack[By]) -> str:
    """Enter it for another person to approve; its id. Raises FieldProblems by field."""
    values = _checked(proposal)
    queries.lock_recipients(tx)
    if (queries.count_live(tx) or 0) >= RECIPIENTS_MAX:
        raise field_problem("", "最多寄给 {most} 个邮箱，请先停止一个。", most=RECIPIENTS_MAX)
    _require_same_schedule(tx, values)
    recipient_id = new_id()
    row = queries.insert_recipient(
        tx, id=recipient_id, now=instant_text(by["now"]), actor=by["actor"], **values
    )
    if row is None:
        raise field_problem("address", "这个邮箱已经在收，或者正等审批。")
    _record(tx, "proposed", recipient_id, values, None, **by)
    return recipient_id


def recipient_by_id(tx: Transaction, recipient_id: str) -> Row:
    """The recipient in any state. Raises Refusal `not_found`."""
    row: Row | None = queries.recipient_by_id(tx, id=recipient_id)
    if row is None:
        raise Refusal("not_found")
    return row


def approve_recipient(tx: Transaction, recipient_id: str, **by: Unpack[By]) -> None:
    """Let reports go there from now on. Raises FieldProblems: not by who proposed it."""
    row = recipient_by_id(tx, recipient_id)
    if by["actor"] == row["proposed_by"]:
        raise field_problem("", "这是您提出的，请由另一位管理员审批。")
    _decide(tx, row, "approved", None, **by)


def reject_recipient(tx: Transaction, recipient_id: str, *, reason: str, **by: Unpack[By]) -> None:
    """Send nothing there. Raises FieldProblems on `reason`, or: not by who proposed it."""
    row = recipient_by_id(tx, recipient_id)
    if by["actor"] == row["proposed_by"]:
        raise field_problem("", "这是您提出的；不要了就停止它，审批要由另一位管理员来做。")
    _decide(tx, row, "rejected", checked_reason(reason, GROUNDS), **by)


def end_recipient(tx: Transaction, recipient_id: str, *, reason: str, **by: Unpack[By]) -> None:
    """Send nothing any more; what still waits is given up. Raises FieldProblems on `reason`."""
    row = recipient_by_id(tx, recipient_id)
    reason = checked_reason(reason)
    ended = queries.end_recipient(
        tx, id=recipient_id, reason=reason, now=instant_text(by["now"]), actor=by["actor"]
    )
    if ended is None:
        raise field_problem("", "已经停止，或者没有通过审批。")
    queries.give_up_mails(tx, recipient_id=recipient_id)
    _record(tx, "ended", recipient_id, row, reason, **by)


def stop_code(settings: Settings, recipient_id: str) -> str:
    """What proves that somebody has the mail that was sent to the recipient; stored nowhere."""
    key = secret_key_of(settings).encode()
    text = f"report-mail stop {recipient_id}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:CODE_LENGTH]


def recipient_of_code(tx: Transaction, settings: Settings, recipient_id: str, code: str) -> Row:
    """The recipient whose mail had that code. Raises Refusal `not_found`."""
    if not hmac.compare_digest(stop_code(settings, recipient_id).encode(), code.encode()):
        raise Refusal("not_found")
    return recipient_by_id(tx, recipient_id)


def _checked(proposal: Proposal) -> Row:
    problems: list[FieldProblem] = []
    name, address = " ".join(proposal.name.split()), proposal.address.strip().lower()
    if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
        problems.append(
            FieldProblem("name", "请写收件人的姓名或单位，{most} 字以内。", most=NAME_MAX)
        )
    if len(address) > ADDRESS_MAX or not ADDRESS.fullmatch(address):
        problems.append(FieldProblem("address", "请写一个邮箱地址，例如 li@county.gov.cn。"))
    if proposal.form not in FORMS:
        problems.append(FieldProblem("form", "请选择 PDF 或 Excel。"))
    if proposal.schedule not in SCHEDULES:
        problems.append(FieldProblem("schedule", "请选择什么时候寄。"))
    day = None
    if proposal.schedule == DAY:
        typed = proposal.day.strip()
        day = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 3 else 0
        if not 1 <= day <= DAY_MAX:
            problems.append(FieldProblem("day", "请写每月几日寄，1 到 {most}。", most=DAY_MAX))
    if problems:
        raise FieldProblems(problems)
    return {
        "name": name,
        "address": address,
        "purpose": _checked_purpose(proposal.purpose),
        "form": proposal.form,
        "schedule": proposal.schedule,
        "day_of_month": day,
    }


def _require_same_schedule(tx: Transaction, values: Row) -> None:
    key = {name: values[name] for name in ("address", "schedule", "day_of_month")}
    other = queries.other_schedule(tx, **key)
    if other is None:
        return
    if other == values["schedule"]:
        raise field_problem(
            "day", "这个邮箱已经在另一天收：同一个月不能寄两天的，两份相减会看出少数人的情况。"
        )
    raise field_problem(
        "schedule",
        "这个邮箱已经在收另一种报表：月中的和结账后的不能都寄给一个人，两份相减会看出少数人的情况。",
    )


def _checked_purpose(purpose: str) -> str:
    try:
        return checked_reason(purpose)
    except FieldProblems:
        raise field_problem("purpose", "请写明为什么要寄给他，200 字以内。") from None


def _decide(tx: Transaction, row: Row, state: str, reason: str | None, **by: Unpack[By]) -> None:
    decided = queries.decide_recipient(
        tx,
        id=row["id"],
        state=state,
        reason=reason,
        now=instant_text(by["now"]),
        actor=by["actor"],
    )
    if decided is None:
        raise field_problem("", "已经审批过，或者已经停止。")
    _record(tx, state, row["id"], row, reason, **by)


def _record(
    tx: Transaction, event: str, recipient_id: str, row: Row, reason: str | None, **by: Unpack[By]
) -> None:
    """What is recorded names nobody: the record is never erased."""
    new = {name: row[name] for name in ("form", "schedule", "day_of_month")}
    record(tx, f"report_recipient.{event}", recipient_id, reason=reason, new=new, **by)
