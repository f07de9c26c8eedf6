"""Send what is due: one sender claims a delivery, tries it once and records the outcome.

A failed delivery waits longer each time and is given up after ATTEMPTS_MAX; a person can retry it.
Each target has a lane of its own, so that a dead or slow one delays no other, and what goes to a
merchant's webhook goes in order: a later one waits until an earlier one was taken or given up.
If a sender dies between sending and recording, the delivery is sent twice, so both channels carry
an id that stays the same.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Unpack

import structlog

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal
from huimin.notices import queries
from huimin.notices.delivery_problem import DeliveryProblem
from huimin.notices.mail import send_mail
from huimin.notices.webhook import send_to_merchant, send_webhook
from huimin.settings import Settings
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.ids import new_id

log = structlog.get_logger(__name__)

# After the first, second, … failure; the last one is final.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 60, 360, 1_440))
ATTEMPTS_MAX = len(WAITS) + 1
# One target takes half a minute at most for each delivery.
LANES_AT_ONCE = 16
CARRIERS = {"mail": send_mail, "webhook": send_webhook}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt; `problem` is None on success, else as stored (see problem_words)."""

    delivery_id: str
    channel: str
    target: str
    title: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class Lane:
    """What is due for one target, in the order in which it goes; `name` stands for the target."""

    name: tuple[str, ...]
    delivery_ids: tuple[str, ...]
    in_order: bool


def due_lanes(engine: Engine, now: datetime) -> list[Lane]:
    """What is due, by target; targets that have not failed lately come first."""
    rows = engine.read(lambda tx: list(queries.due_deliveries(tx, now=instant_text(now))))
    by_target: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        own = (row["webhook_id"],) if row["webhook_id"] else (row["channel"], row["target"])
        by_target.setdefault(own, []).append(row)
    return [
        Lane(name, tuple(sorted(row["id"] for row in due)), in_order=bool(due[0]["webhook_id"]))
        for name, due in by_target.items()
    ]


def send_lane(
    engine: Engine, settings: Settings, lane: Lane, *, clock: Callable[[], datetime]
) -> list[Attempt]:
    """Try what is due for one target; where order counts, up to the first that fails.

    The clock is asked for each: one may take half a minute, and receivers refuse old signatures.
    """
    attempts = []
    for delivery_id in lane.delivery_ids:
        attempt = send_one(engine, settings, delivery_id, now=clock())
        if attempt is not None:
            attempts.append(attempt)
        if lane.in_order and (attempt is None or attempt.problem is not None):
            break
    return attempts


def send_due(engine: Engine, settings: Settings, *, clock: Callable[[], datetime]) -> list[Attempt]:
    """Try every delivery that is due, several targets at once; returns when all have been tried."""
    with ThreadPoolExecutor(LANES_AT_ONCE) as pool:
        lanes = [
            pool.submit(send_lane, engine, settings, lane, clock=clock)
            for lane in due_lanes(engine, clock())
        ]
        return [attempt for lane in lanes for attempt in lane.result()]


def send_one(
    engine: Engine, settings: Settings, delivery_id: str, *, now: datetime
) -> Attempt | None:
    """Try one delivery; None if it is not due or another sender has claimed it."""
    claimed = engine.write(lambda tx: _claim(tx, delivery_id, now))
    if claimed is None:
        return None
    delivery, notice, webhook = claimed
    problem = None
    try:
        if webhook is not None:
            send_to_merchant(settings, webhook, notice, delivery, now)
        else:
            CARRIERS[delivery["channel"]](settings, notice, delivery, now)
    except DeliveryProblem as error:
        problem = str(error)
    except Exception as error:
        log.exception("a notice could not be sent", delivery=delivery_id)
        problem = str(DeliveryProblem("program", type(error).__name__))
    engine.write(lambda tx: _note(tx, delivery, problem, now))
    return Attempt(delivery_id, delivery["channel"], delivery["target"], notice["title"], problem)


def send_again(tx: Transaction, delivery_id: str, **by: Unpack[By]) -> None:
    """Reset a failed delivery so that it is tried again from the beginning.

    Raises Refusal `not_found`, also for one that was sent.
    """
    row = queries.send_again(tx, id=delivery_id, now=instant_text(by["now"]))
    if row is None:
        raise Refusal("not_found")
    record(tx, "notice.sent_again", row["notice_id"], new={"channel": row["channel"]}, **by)


def _claim(tx: Transaction, delivery_id: str, now: datetime) -> tuple[Row, Row, Row | None] | None:
    """The delivery, its notice, and the merchant's webhook that it goes to, if it does."""
    tried = queries.attempts_of(tx, id=delivery_id) or 0
    wait = WAITS[min(tried, len(WAITS) - 1)]
    row = queries.take_delivery(
        tx, id=delivery_id, now=instant_text(now), next_at=instant_text(now + wait)
    )
    if row is None:
        return None
    webhook_id = row["webhook_id"]
    webhook = None if webhook_id is None else queries.webhook_by_id(tx, id=webhook_id)
    return row, queries.notice_by_id(tx, id=row["notice_id"]), webhook


def _note(tx: Transaction, delivery: Row, problem: str | None, now: datetime) -> None:
    queries.insert_attempt(
        tx, id=new_id(), delivery_id=delivery["id"], at=instant_text(now), problem=problem
    )
    if problem is None:
        queries.note_sent(tx, id=delivery["id"], now=instant_text(now))
        return
    state = "failed" if delivery["attempts"] >= ATTEMPTS_MAX else "waiting"
    queries.note_failed(tx, id=delivery["id"], state=state, last_error=problem)
