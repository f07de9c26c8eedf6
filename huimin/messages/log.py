"""The log of messages to holders, of one person or of all; and who is to be told from a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from huimin.divisions.within import division_parameters
from huimin.messages import queries
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import least_id
from huimin.storage.list_query import ListQuery, parameters_of

OF_PERSON_MAX = 50
TROUBLED_LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class LogCriteria:
    """Of one state, of one kind, or of all (None)."""

    state: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ToTellCriteria:
    """Whom to tell on a day: in a division, or in that part of it which the reader may see; of one
    kind."""

    day: date
    division_code: str | None = None
    within: str | None = None
    kind: str | None = None


def _bounds(criteria: ToTellCriteria) -> Row:
    return {
        "kind": criteria.kind,
        "day": criteria.day.isoformat(),
        **division_parameters(criteria.division_code, criteria.within),
    }


messages_before = ListQuery[LogCriteria](queries, "messages_before", parameters_of)
# Villages in their order: whoever goes there takes one sheet.
to_tell_after = ListQuery[ToTellCriteria](queries, "to_tell_after", _bounds)


def count_troubled(tx: Transaction, now: datetime) -> int:
    """How many messages of the last days were given up, or wait after an attempt that failed."""
    return int(queries.count_troubled(tx, since=least_id(now - TROUBLED_LASTS)))


def count_to_tell(tx: Transaction, criteria: ToTellCriteria, count_max: int) -> int:
    """How many the office has to tell, counted up to `count_max`."""
    return to_tell_after.count(tx, criteria, count_max)


def messages_of(tx: Transaction, holder_id: str) -> list[Row]:
    """A person's messages, the latest first, each with `told`: what came of telling it."""
    rows = queries.messages_of(tx, holder_id=holder_id, row_limit=OF_PERSON_MAX)
    return [{**row, "told": list(queries.told_of(tx, message_id=row["id"]))} for row in rows]


def last_failure(tx: Transaction, holder_id: str) -> Row | None:
    """The person's newest message to a phone if it did not arrive: {sent_to, problem, tried_at}."""
    row = queries.newest_to_phone(tx, holder_id=holder_id)
    return row if row is not None and row["state"] == "failed" else None
