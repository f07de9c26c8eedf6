"""The newest instant that the database knows: by its newest rows, whose ids sort by time.

Rows of a time when the clock was wrong, which an administrator has declared so, do not count.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Unpack

from huimin.audit.record import checked_reason, record
from huimin.clock import queries
from huimin.core.acting import By
from huimin.core.days import CLOCK_SLACK, instant_text, parse_instant
from huimin.core.json_text import read_json
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import least_id

Find = Callable[..., Row | None]
NEWEST: tuple[Find, ...] = (queries.newest_sale, queries.newest_event, queries.newest_run)
FIRST: tuple[Find, ...] = (queries.first_sale, queries.first_event, queries.first_run)
# Behind every id.
LAST = "~"
# An id is made a moment before or after the instant that its row records.
MARGIN = CLOCK_SLACK


def newest_instant(tx: Transaction) -> datetime | None:
    """When the newest row was written, in UTC; None for an empty county."""
    wrong = _wrong_ids(tx)
    instants = (_newest(tx, find, wrong) for find in NEWEST)
    return max((at for at in instants if at is not None), default=None)


def accept_clock(tx: Transaction, *, reason: str, **by: Unpack[By]) -> tuple[datetime, datetime]:
    """Declare every row that is later than now one of a wrong clock; the first and last instant.

    Raises FieldProblems on `reason`; LookupError when there is none.
    """
    reason, least = checked_reason(reason), least_id(by["now"] + MARGIN)
    rows = [row for find in FIRST if (row := find(tx, least=least)) is not None]
    newest = [row for find in NEWEST if (row := find(tx, before=LAST)) is not None]
    if not rows:
        raise LookupError("no row is later than now")
    first = min(parse_instant(row["at"]) for row in rows)
    last = max(parse_instant(row["at"]) for row in newest)
    new = {"wrong_first_at": instant_text(first), "wrong_last_at": instant_text(last)}
    record(tx, "clock.accepted", "clock", reason=reason, new=new, **by)
    return first, last


def _wrong_ids(tx: Transaction) -> list[tuple[str, str]]:
    """The first and the last id of each stretch that was declared wrong."""
    stretches = (read_json(row["new_json"]) for row in queries.accepted(tx))
    return [
        (
            least_id(parse_instant(stretch["wrong_first_at"]) - MARGIN),
            least_id(parse_instant(stretch["wrong_last_at"]) + MARGIN),
        )
        for stretch in stretches
    ]


def _newest(tx: Transaction, find: Find, wrong: list[tuple[str, str]]) -> datetime | None:
    before = LAST
    while True:
        row = find(tx, before=before)
        if row is None:
            return None
        within = [first for first, last in wrong if first <= row["id"] < last]
        if not within:
            return parse_instant(row["at"])
        before = min(within)
