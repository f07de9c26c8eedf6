"""The deny list: cards that a till without network must refuse although their token is good.

They are stopped, or their holder has no entitlement on some day of the pack's life. The list is
read from indexes and cached until a card has a new event, so that a hundred tills can ask every
minute. Expired tokens are left out, and so is the reason why a card is denied.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta

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
    last_day: date
    newest_event: str
    count: int
    copies: str
    sha256: str


class DenyLists:
    """The current deny list for packs of each last day, cached until something may have changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_last_day: dict[date, DenyList] = {}

    def at(self, tx: Transaction, now: datetime, last_day: date) -> DenyList:
        """The list as of `now` in this transaction's snapshot, for a pack that is valid until the
        county day `last_day`.

        Of many tills that ask when it must be read again, one reads it and the others wait.
        """
        newest = queries.newest_event(tx) or ""
        with self._lock:
            cached = self._by_last_day.get(last_day)
            if cached is not None and _still_good(cached, newest, now):
                return cached
            fresh = make_deny_list(tx, now, last_day, newest)
            self._by_last_day = {
                day: each
                for day, each in self._by_last_day.items()
                if _still_good(each, newest, now)
            }
            self._by_last_day[last_day] = fresh
            return fresh


def make_deny_list(tx: Transaction, now: datetime, last_day: date, newest_event: str) -> DenyList:
    """Read the copies to deny whose token has not yet expired on the county day of `now`."""
    today = county_day(now)
    copies = {row["copy_id"] for row in queries.denied_copies(tx, today=today.isoformat())}
    copies.update(_copies_without_entitlement(tx, today, last_day))
    ids = bytes.fromhex("".join(sorted(copies)))
    return DenyList(
        made_at=now,
        last_day=last_day,
        newest_event=newest_event,
        count=len(copies),
        copies=base64.urlsafe_b64encode(ids).rstrip(b"=").decode(),
        sha256=hashlib.sha256(ids).hexdigest(),
    )


def _copies_without_entitlement(tx: Transaction, today: date, last_day: date) -> set[str]:
    """Active copies whose holder is not entitled on each of these days."""
    days = [today + timedelta(days=count) for count in range((last_day - today).days + 1)]
    until = {"today": today.isoformat(), "last_day": last_day.isoformat()}
    copies = {row["copy_id"] for row in queries.copies_entitled_until(tx, **until)}
    for day in days:
        rows = queries.copies_entitled_later(tx, today=until["today"], day=day.isoformat())
        copies.update(row["copy_id"] for row in rows)
    return copies


def _still_good(cached: DenyList, newest_event: str, now: datetime) -> bool:
    return (
        cached.newest_event == newest_event
        and timedelta() <= now - cached.made_at < REUSED_FOR
        and county_day(cached.made_at) == county_day(now)
    )
