"""The deny list: cards that are stopped although their token's signature and date are still good.

It is read from one index and cached until a card has a new event, so that a hundred tills can ask
every minute. Expired tokens are left out, and so is the reason why a card is stopped.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from huimin.cards import queries
from huimin.core.days import county_day
from huimin.storage.engine import Transaction

# Re-read after this time, for an event that was committed after one with a later id.
REUSED_FOR = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class DenyList:
    """`copies` is base64url (no padding) of the 7-byte copy ids, sorted; `sha256` is of the ids."""

    made_at: datetime
    newest_event: str
    count: int
    copies: str
    sha256: str


class DenyLists:
    """The current deny list, cached until something may have changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cached: DenyList | None = None

    def at(self, tx: Transaction, now: datetime) -> DenyList:
        """The list as of `now` in this transaction's snapshot."""
        newest = queries.newest_event(tx) or ""
        cached = self._cached
        if (
            cached is not None
            and cached.newest_event == newest
            and timedelta() <= now - cached.made_at < REUSED_FOR
        ):
            return cached
        fresh = make_deny_list(tx, now, newest)
        with self._lock:
            if self._cached is None or self._cached.made_at <= fresh.made_at:
                self._cached = fresh
        return fresh


def make_deny_list(tx: Transaction, now: datetime, newest_event: str) -> DenyList:
    """Read the stopped copies whose token has not yet expired on the county day of `now`."""
    rows = queries.denied_copies(tx, today=county_day(now).isoformat())
    ids = bytes.fromhex("".join(row["copy_id"] for row in rows))
    return DenyList(
        made_at=now,
        newest_event=newest_event,
        count=len(rows),
        copies=base64.urlsafe_b64encode(ids).rstrip(b"=").decode(),
        sha256=hashlib.sha256(ids).hexdigest(),
    )
