"""The packs that the server gave: each is recorded, and a sale is judged by the pack as recorded.

A till that asks again soon and would get the same content gets the same pack, so that the record
does not grow by every asking; never after it sold under it, because a new pack begins with all of
its caps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from huimin.access.terminal_keys import Terminal
from huimin.checkout import queries
from huimin.checkout.offline.requests import OfflineItem
from huimin.core.days import county_day, instant_text, parse_instant
from huimin.core.discount import PolicyTerms
from huimin.core.offline_terms import OfflineTerms
from huimin.core.refusals import Refusal
from huimin.policies.in_force import in_force_as_known, terms_by_id
from huimin.storage.engine import Row, Transaction

# A pack is given again for this part of its validity, and never for longer than an hour.
GIVEN_AGAIN_PART, GIVEN_AGAIN_MAX = 24, timedelta(hours=1)
# The schema's step since which packs are recorded.
RECORDED_SINCE = "offline_packs"


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack and what it allowed. `id` is None for one that is not on record; `doubt` is then the
    code of why its sales wait.
    """

    id: str | None
    device_id: str | None
    issued_at: datetime
    valid_until: datetime
    terms: OfflineTerms
    doubt: str | None = None


def pack_to_give_again(
    tx: Transaction,
    terminal: Terminal,
    *,
    device_id: str | None,
    tag: str,
    validity: timedelta,
    now: datetime,
) -> Row | None:
    """The latest pack if it is young, has this content, and was not sold under."""
    row: Row | None = queries.latest_pack(
        tx, terminal_id=terminal["terminal_id"], device_id=device_id
    )
    if row is None or row["tag"] != tag or row["is_used"]:
        return None
    age = now - parse_instant(row["issued_at"])
    young = timedelta() <= age < min(validity / GIVEN_AGAIN_PART, GIVEN_AGAIN_MAX)
    return row if young else None


def record_pack(tx: Transaction, terminal: Terminal, pack: Mapping[str, Any]) -> Row:
    """Record a pack that is about to be given; returns its row."""
    row = {"terminal_id": terminal["terminal_id"], **pack}
    queries.insert_pack(tx, **row)
    return row


def pack_of_item(tx: Transaction, item: OfflineItem, terminal: Terminal) -> Pack:
    """The pack under which the sale was made, as the server recorded it.

    A till that does not know the ids of packs names its pack by `pack_issued_at`. Raises Refusal:
    offline_pack_unknown, offline_pack_other, offline_not_allowed.
    """
    row = _recorded(tx, item, terminal)
    if row is not None:
        return _as_recorded(tx, row)
    if item.pack_proved_at is not None:
        return _unrecorded(tx, terminal, item.pack_proved_at, "offline_pack_lost")
    if item.pack_id is not None or item.pack_issued_at is None:
        raise Refusal("offline_pack_unknown")
    since = queries.packs_recorded_since(tx, step=RECORDED_SINCE)
    if since is None or instant_text(item.pack_issued_at) >= since:
        raise Refusal("offline_pack_unknown")
    return _unrecorded(tx, terminal, item.pack_issued_at, "offline_pack_unrecorded")


def pack_of_waiting(tx: Transaction, item: OfflineItem, terminal: Terminal) -> Pack:
    """The pack of a sale that waits: whether it was given has been judged when the sale came.

    Raises Refusal `offline_not_allowed`.
    """
    row = _recorded(tx, item, terminal)
    if row is not None:
        return _as_recorded(tx, row)
    if item.pack_issued_at is None:
        raise Refusal("offline_pack_unknown")
    return _unrecorded(tx, terminal, item.pack_issued_at)


def _recorded(tx: Transaction, item: OfflineItem, terminal: Terminal) -> Row | None:
    terminal_id = terminal["terminal_id"]
    if item.pack_id is None:
        if item.pack_issued_at is None:
            return None
        issued_at = instant_text(item.pack_issued_at)
        issued: Row | None = queries.pack_by_issue(tx, terminal_id=terminal_id, issued_at=issued_at)
        return issued
    row: Row | None = queries.pack_by_id(tx, id=item.pack_id)
    if row is not None and row["terminal_id"] != terminal_id:
        raise Refusal("offline_pack_other")
    return row


def _as_recorded(tx: Transaction, row: Row) -> Pack:
    terms = terms_by_id(tx, row["policy_id"])
    if terms.offline is None:
        raise Refusal("offline_not_allowed")
    return Pack(
        id=row["id"],
        device_id=row["device_id"],
        issued_at=parse_instant(row["issued_at"]),
        valid_until=parse_instant(row["valid_until"]),
        terms=terms.offline,
    )


def _unrecorded(
    tx: Transaction, terminal: Terminal, issued_at: datetime, doubt: str | None = None
) -> Pack:
    """What a pack of that instant allowed that is not on record."""
    known = known_policy(tx, terminal, county_day(issued_at), issued_at)
    if known is None or known.offline is None:
        raise Refusal("offline_not_allowed")
    valid_until = issued_at + known.offline.validity
    return Pack(None, None, issued_at, valid_until, known.offline, doubt)


def known_policy(
    tx: Transaction, terminal: Terminal, day: date, known_at: datetime
) -> PolicyTerms | None:
    """The policy at the till's outlet on that county day, as published by then."""
    return in_force_as_known(
        tx,
        day=day,
        known_at=known_at,
        outlet_id=terminal["outlet_id"],
        outlet_kind=terminal["outlet_kind"],
    )
