"""The deny list: cards that a till without network must refuse although their token is good.

They are stopped, or their holder is not entitled today. Whose entitlement ends within the life of
a pack may still use it today, so what is sold after that day is judged when it is sent. The list is
read from indexes and cached until a card has a new event, so that a hundred tills can ask every
minute. Expired tokens are left out, and so is the reason why a card is denied.
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

# Re-read after this time, for an event that was committed after one with a later id, and for an
# entitlement that was added or ended, which is no event of a card.
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
        """The list as of `now` in this transaction's snapshot.

        Of many tills that ask when it must be read again, one reads it and the others wait.
        """
        newest = queries.newest_event(tx) or ""
        with self._lock:
            cached = self._cached
            if cached is not None and _still_good(cached, newest, now):
                return cached
            self._cached = fresh = make_deny_list(tx, now, newest)
            return fresh


def make_deny_list(tx: Transaction, now: datetime, newest_event: str) -> DenyList:
    """Read the copies to deny on the county day of `now`, without those that have expired."""
    today = county_day(now).isoformat()
    lists = (queries.denied_copies, queries.copies_entitled_until, queries.copies_entitled_later)
    copies = {row["copy_id"] for read in lists for row in read(tx, today=today)}
    ids = bytes.fromhex("".join(sorted(copies)))
    return DenyList(
        made_at=now,
        newest_event=newest_event,
        count=len(copies),
        copies=base64.urlsafe_b64encode(ids).rstrip(b"=").decode(),
        sha256=hashlib.sha256(ids).hexdigest(),
    )


def _still_good(cached: DenyList, newest_event: str, now: datetime) -> bool:
    return (
        cached.newest_event == newest_event
        and timedelta() <= now - cached.made_at < REUSED_FOR
        and county_day(cached.made_at) == county_day(now)
    )
