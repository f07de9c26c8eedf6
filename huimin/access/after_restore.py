"""What a restore from a backup ends, because it may have been used or ended after the backup.

A sign-in that somebody has left would be open again, and a code that is good for one use could be
used a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from huimin.access import queries
from huimin.core.days import instant_text
from huimin.storage.engine import Transaction


@dataclass(frozen=True, slots=True)
class Ended:
    """How many of each were ended."""

    sessions: int
    join_codes: int
    recovery_codes: int


def end_what_may_have_been_used(tx: Transaction, now: datetime) -> Ended:
    """End every sign-in, every code by which a till joins, and every recovery code."""
    at = instant_text(now)
    return Ended(
        sessions=queries.end_all_sessions(tx, now=at),
        join_codes=queries.expire_join_codes(tx, now=at),
        recovery_codes=queries.use_up_recovery_codes(tx, now=at),
    )
