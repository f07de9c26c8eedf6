"""The digest of all chains at the end of a county day, as it is published.

Who keeps a day's digest can prove later that no row recorded until then was changed. It is folded
once, when a day that is over is first asked for, and kept: the page never reads the ledger twice.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from huimin.core.days import county_day, instant_text
from huimin.core.refusals import Refusal
from huimin.ledger.read import digest_of_day
from huimin.publication import queries
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.ids import new_id

# A sale that was recorded in the day's last second may be committed a moment later.
SETTLED_AFTER = timedelta(minutes=10)


def last_day(now: datetime) -> date:
    """The latest day whose digest is published: yesterday, ten minutes after midnight."""
    return county_day(now - SETTLED_AFTER) - timedelta(days=1)


def published_digest(engine: Engine, day: date, *, now: datetime) -> Row:
    """{day, digest, made_at} of a day that is over. Raises Refusal `not_found` for any other,
    and for days before the ledger's first."""

    def recorded(tx: Transaction) -> Row | None:
        first = queries.first_day(tx)
        if day > last_day(now) or first is None or day.isoformat() < first:
            raise Refusal("not_found")
        row: Row | None = queries.digest_of_day(tx, day=day.isoformat())
        return row

    def keep(tx: Transaction) -> Row:
        queries.keep_digest(
            tx,
            id=new_id(),
            day=day.isoformat(),
            digest=digest_of_day(tx, day),
            made_at=instant_text(now),
        )
        row: Row = queries.digest_of_day(tx, day=day.isoformat())
        return row

    return engine.read(recorded) or engine.write(keep)
