"""The log of messages to holders, of one person or of all; and who is to be told from a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from huimin.core.days import county_start, instant_text
from huimin.divisions.within import division_parameters
from huimin.messages import queries
from huimin.messages.send import is_quiet
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import least_id
from huimin.storage.list_query import ListQuery

OF_PERSON_MAX = 50
TROUBLED_LASTS = timedelta(days=14)
CODES_LAST = timedelta(days=1)
SUMMED = timedelta(days=30)
OVERDUE_AFTER = timedelta(hours=1)
FAILS_LATELY, SEVERAL = timedelta(minutes=30), 2


@dataclass(frozen=True, slots=True)
class LogCriteria:
    """Of one state, kind or channel, written down on county days; of all (None)."""

    state: str | None = None
    kind: str | None = None
    channel: str | None = None
    first: date | None = None
    last: date | None = None


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


def _log_bounds(criteria: LogCriteria) -> Row:
    first, last = criteria.first, criteria.last
    return {
        "state": criteria.state,
        "kind": criteria.kind,
        "channel": criteria.channel,
        "first": first and instant_text(county_start(first)),
        "until": last and instant_text(county_start(last + timedelta(days=1))),
    }


messages_before = ListQuery[LogCriteria](queries, "messages_before", _log_bounds)
# Villages in their order: whoever goes there takes one sheet.
to_tell_after = ListQuery[ToTellCriteria](queries, "to_tell_after", _bounds)


def count_troubled(tx: Transaction, now: datetime) -> int:
    """How many messages of the last days were given up, or wait after an attempt that failed."""
    return int(queries.count_troubled(tx, since=least_id(now - TROUBLED_LASTS)))


def count_late_codes(tx: Transaction, now: datetime) -> int:
    """How many codes of the last day did not go out in time, or wait because the gateway fails."""
    return int(queries.count_late_codes(tx, since=least_id(now - CODES_LAST)))


def count_unreadable(tx: Transaction) -> int:
    """How many messages could not be decrypted, and are still to be told or sent again."""
    return int(queries.count_unreadable(tx))


def count_overdue(tx: Transaction, now: datetime) -> int:
    """How many messages nobody has tried for an hour, though they were due: nothing sends. None
    while people may be asleep, or were an hour ago: nothing is meant to go out then."""
    if is_quiet(now) or is_quiet(now - OVERDUE_AFTER):
        return 0
    return int(queries.count_overdue(tx, before=instant_text(now - OVERDUE_AFTER)))


def gateway_fails(tx: Transaction, now: datetime) -> bool:
    """Whether messages of several people wait because the gateway failed in the last minutes.

    Of a single person it is not said: it would tell whoever asked for a code that there is one.
    """
    since = instant_text(now - FAILS_LATELY)
    return int(queries.count_held_up(tx, since=since)) >= SEVERAL


def newest_code(tx: Transaction, holder_id: str, now: datetime) -> Row | None:
    """The person's newest code to the phone within a day: {state, problem, made_at, ended_at}."""
    row: Row | None = queries.newest_code(
        tx, holder_id=holder_id, since=instant_text(now - CODES_LAST)
    )
    return row


def sums_lately(tx: Transaction, now: datetime) -> list[Row]:
    """Of the last days: {kind, state, count}."""
    return list(queries.sums_since(tx, since=least_id(now - SUMMED)))


def count_to_tell(tx: Transaction, criteria: ToTellCriteria, count_max: int) -> int:
    """How many the office has to tell, counted up to `count_max`."""
    return to_tell_after.count(tx, criteria, count_max)


def messages_of(tx: Transaction, holder_id: str) -> list[Row]:
    """A person's messages, the latest first, each with `told`: what came of telling it."""
    rows = queries.messages_of(tx, holder_id=holder_id, row_limit=OF_PERSON_MAX)
    return [{**row, "told": list(queries.told_of(tx, message_id=row["id"]))} for row in rows]


def last_failure(tx: Transaction, holder_id: str) -> Row | None:
    """The person's newest message to a phone if it did not arrive: {kind, sent_to, problem,
    tried_at, made_at}."""
    row: Row | None = queries.newest_to_phone(tx, holder_id=holder_id)
    return row if row is not None and row["problem"] is not None else None
