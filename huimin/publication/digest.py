"""The digest of all chains at the end of a county day, as it is published.

Who keeps a day's digest can prove later that no row recorded until then was changed. The timer
folds it from the day's anchor (`huimin day run`) and it is kept: nothing is folded for a visitor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from huimin.anchors.make import heads_of_day
from huimin.core.catalogue import text
from huimin.core.chain import fold_heads
from huimin.core.days import instant_text
from huimin.core.refusals import Refusal
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome
from huimin.publication import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id


@dataclass(frozen=True, slots=True)
class NoDigest:
    """`why` a day has none: not_over, no_sales, waits (for the timer), covered (by that day's)."""

    why: str
    covered_by: str = ""


def publish_digests(instance: Instance) -> Outcome:
    """The daily task: fold the digests of the days that have an anchor and no digest yet."""
    days = instance.engine.read(queries.days_without_digest)
    for row in days:
        instance.engine.write(partial(_publish, instance, row["day"]))
    if not days:
        return Outcome()
    facts = {"count": len(days), "day": days[-1]["day"]}
    return Outcome(done=[text("公布了 {count} 天的流水校验码，最新的是 {day}。", **facts)])


def _publish(instance: Instance, day: str, tx: Transaction) -> None:
    heads = {head.terminal_id: head.hash for head in heads_of_day(tx, day)}
    queries.keep_digest(
        tx, id=new_id(), day=day, digest=fold_heads(heads), made_at=instant_text(instance.clock())
    )


def published_digest(tx: Transaction, day: date) -> Row:
    """{day, digest, made_at} of a day whose digest is published. Raises Refusal `not_found`."""
    row: Row | None = queries.digest_of_day(tx, day=day.isoformat())
    if row is None:
        raise Refusal("not_found")
    return row


def last_published(tx: Transaction) -> date | None:
    """The latest day whose digest is published, or None."""
    day = queries.last_digest_day(tx)
    return None if day is None else date.fromisoformat(day)


def why_no_digest(tx: Transaction, day: date, last_over: date) -> NoDigest:
    """Why a day has no digest of its own.

    The timer has begun later, or has paused: then a later day's digest covers it as well.
    """
    written = day.isoformat()
    if day > last_over:
        return NoDigest("not_over")
    first = queries.first_day(tx)
    if first is None or written < first:
        return NoDigest("no_sales")
    covered_by = queries.next_digest_day(tx, day=written)
    return NoDigest("waits") if covered_by is None else NoDigest("covered", covered_by)
