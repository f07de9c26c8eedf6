"""The deny list: copies of cards that don't count although their signature is good and not expired.

Read from one index and kept until a card's history grows, so that a hundred tills may ask each
minute. An expired token says so itself and is left out; why a copy is stopped is not told.
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

# An event that is committed after one with a later id would go unseen: look again after this.
KEPT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class DenyList:
    """`copies` is base64url (no padding) of the 7-byte copy ids, sorted; `sha256` is of the ids."""

    made_at: datetime
    newest_event: str
    count: int
    copies: str
    sha256: str


class DenyLists:
    """The deny list as it is now, made anew only when something may have changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: DenyList | None = None

    def at(self, tx: Transaction, now: datetime) -> DenyList:
        """The list of this transaction's snapshot, as of `now`."""
        newest = queries.newest_event(tx) or ""
        kept = self._kept
        if (
            kept is not None
            and kept.newest_event == newest
            and timedelta() <= now - kept.made_at < KEPT
        ):
            return kept
        made = make_deny_list(tx, now, newest)
        with self._lock:
            if self._kept is None or self._kept.made_at <= made.made_at:
                self._kept = made
        return made


def make_deny_list(tx: Transaction, now: datetime, newest_event: str) -> DenyList:
    """Read the stopped copies whose token has not expired on `now`'s county day."""
    rows = queries.denied_copies(tx, today=county_day(now).isoformat())
    ids = bytes.fromhex("".join(row["copy_id"] for row in rows))
    return DenyList(
        made_at=now,
        newest_event=newest_event,
        count=len(rows),
        copies=base64.urlsafe_b64encode(ids).rstrip(b"=").decode(),
        sha256=hashlib.sha256(ids).hexdigest(),
    )
