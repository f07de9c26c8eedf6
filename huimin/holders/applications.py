"""An application for a card: submitted, then approved or rejected with a reason, once.

A holder has one open application at most, which the database itself keeps. Approval makes the
holder one of those to whom `huimin cards issue --all-approved` gives a card.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from huimin.audit.record import record
from huimin.core.days import instant_text
from huimin.core.refusals import FieldProblems, field_problem
from huimin.holders.holder_queries import queries
from huimin.holders.people import holder_by_id
from huimin.storage.engine import Transaction
from huimin.storage.ids import new_id

Row = dict[str, Any]
REASON_CHARACTERS_MAX = 200


def submit_application(
    tx: Transaction, *, holder_id: str, now: datetime, actor: str, source: str = "command"
) -> Row:
    """Apply for a card for a holder; the application's row. `source`: form, register, command.

    Raises FieldProblems when the holder is unknown or erased, or an application is open already.
    """
    holder = holder_by_id(tx, holder_id)
    if holder is None or holder["erased_at"] is not None:
        raise field_problem(
            "holder", "没有这个持卡人，请核对编号。", "There is no such holder; check the id."
        )
    application: Row | None = queries.insert_application(
        tx,
        id=new_id(),
        holder_id=holder_id,
        source=source,
        submitted_at=instant_text(now),
        submitted_by=actor,
    )
    if application is None:
        raise field_problem(
            "holder",
            "该持卡人已有一份待审批的申请，请先审批那一份。",
            "The holder has an open application already; decide that one first.",
        )
    _record(tx, application, "submitted", now=now, actor=actor)
    return application


def approve_application(tx: Transaction, application_id: str, *, now: datetime, actor: str) -> Row:
    """Approve an open application. Raises FieldProblems when there is none."""
    return _decide(tx, application_id, "approved", None, now=now, actor=actor)


def reject_application(
    tx: Transaction, application_id: str, *, reason: str, now: datetime, actor: str
) -> Row:
    """Reject an open application with a reason that the applicant is told. Raises FieldProblems."""
    reason = reason.strip()
    if not reason or len(reason) > REASON_CHARACTERS_MAX or not reason.isprintable():
        raise field_problem(
            "reason",
            f"请写明不通过的原因，{REASON_CHARACTERS_MAX} 字以内。",
            f"Give the reason in at most {REASON_CHARACTERS_MAX} characters.",
        )
    return _decide(tx, application_id, "rejected", reason, now=now, actor=actor)


def open_applications(tx: Transaction) -> list[Row]:
    """The applications that wait for a decision, the longest waiting first."""
    return list(queries.open_applications(tx))


def applications_of(tx: Transaction, holder_id: str) -> list[Row]:
    """A holder's applications, the earliest first."""
    return list(queries.applications_of(tx, holder_id=holder_id))


def _decide(
    tx: Transaction,
    application_id: str,
    state: str,
    reason: str | None,
    *,
    now: datetime,
    actor: str,
) -> Row:
    decided: Row | None = queries.decide_application(
        tx,
        id=application_id,
        state=state,
        reason=reason,
        decided_at=instant_text(now),
        decided_by=actor,
    )
    if decided is None:
        raise _not_open(tx, application_id)
    _record(tx, decided, state, now=now, actor=actor, reason=reason)
    return decided


def _not_open(tx: Transaction, application_id: str) -> FieldProblems:
    if queries.application_by_id(tx, id=application_id) is None:
        return field_problem(
            "application", "没有这份申请，请核对编号。", "There is no such application."
        )
    return field_problem(
        "application", "这份申请已经审批过。", "This application has been decided already."
    )


def _record(
    tx: Transaction,
    application: Row,
    what: str,
    *,
    now: datetime,
    actor: str,
    reason: str | None = None,
) -> None:
    record(
        tx,
        at=now,
        actor=actor,
        action=f"application.{what}",
        subject_kind="application",
        subject_id=application["id"],
        reason=reason,
        new={"holder_id": application["holder_id"], "state": application["state"]},
    )
