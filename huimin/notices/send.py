"""Send what is due: each delivery taken by one sender alone, tried once, its end written down.

What fails waits longer each time and is given up after ATTEMPTS_MAX; a person can send it again.
A sender that dies after it sent and before it wrote so sends once more: both channels carry an id
that stays the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from huimin.audit.record import record
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal
from huimin.notices import queries
from huimin.notices.delivery_problem import DeliveryProblem
from huimin.notices.mail import send_mail
from huimin.notices.webhook import send_webhook
from huimin.settings import Settings
from huimin.storage.engine import Engine, Transaction

log = structlog.get_logger(__name__)

Row = dict[str, Any]
# After the first, second, … failure; the last one is final.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 60, 360, 1_440))
ATTEMPTS_MAX = len(WAITS) + 1
CARRIERS = {"mail": send_mail, "webhook": send_webhook}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery that was tried; `problem` is None where it went well, else as it is kept
    (delivery_problem.problem_words says it in words).
    """

    delivery_id: str
    channel: str
    target: str
    title: str
    problem: str | None


def send_due(engine: Engine, settings: Settings, *, now: datetime) -> list[Attempt]:
    """Try every delivery that is due, the longest waiting first."""
    due = engine.read(lambda tx: queries.due_deliveries(tx, now=instant_text(now)))
    tried = [send_one(engine, settings, row["id"], now=now) for row in due]
    return [attempt for attempt in tried if attempt is not None]


def send_one(
    engine: Engine, settings: Settings, delivery_id: str, *, now: datetime
) -> Attempt | None:
    """Try one delivery; None when it is not due or another sender has it."""
    taken = engine.write(lambda tx: _take(tx, delivery_id, now))
    if taken is None:
        return None
    delivery, notice = taken
    problem = None
    try:
        CARRIERS[delivery["channel"]](settings, notice, delivery, now)
    except DeliveryProblem as why:
        problem = str(why)
    except Exception as why:
        log.exception("a notice could not be sent", delivery=delivery_id)
        problem = str(DeliveryProblem("program", type(why).__name__))
    engine.write(lambda tx: _note(tx, delivery, problem, now))
    return Attempt(delivery_id, delivery["channel"], delivery["target"], notice["title"], problem)


def send_again(tx: Transaction, delivery_id: str, *, now: datetime, actor: str) -> None:
    """Let a delivery that failed be tried anew, as if for the first time.

    Raises Refusal `not_found`, also for one that was sent.
    """
    row = queries.send_again(tx, id=delivery_id, now=instant_text(now))
    if row is None:
        raise Refusal("not_found")
    record(
        tx,
        at=now,
        actor=actor,
        action="notice.sent_again",
        subject_kind="notice",
        subject_id=row["notice_id"],
        new={"channel": row["channel"]},
    )


def _take(tx: Transaction, delivery_id: str, now: datetime) -> tuple[Row, Row] | None:
    tried = queries.attempts_of(tx, id=delivery_id) or 0
    wait = WAITS[min(tried, len(WAITS) - 1)]
    row = queries.take_delivery(
        tx, id=delivery_id, now=instant_text(now), next_at=instant_text(now + wait)
    )
    return None if row is None else (row, queries.notice_by_id(tx, id=row["notice_id"]))


def _note(tx: Transaction, delivery: Row, problem: str | None, now: datetime) -> None:
    if problem is None:
        queries.note_sent(tx, id=delivery["id"], now=instant_text(now))
        return
    state = "failed" if delivery["attempts"] >= ATTEMPTS_MAX else "waiting"
    queries.note_failed(tx, id=delivery["id"], state=state, last_error=problem)
