"""The list of cards for an office: by state, division, expiry, and what was never printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from huimin.cards import queries
from huimin.core.identity import mask_name
from huimin.core.refusals import Refusal
from huimin.holders.people import division_bounds
from huimin.storage.engine import Transaction
from huimin.storage.named_queries import either_way

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WantedCards:
    """Filters; None lets everything through. `within` is what the reader may see at most."""

    state: str | None = None
    number: str | None = None
    division_code: str | None = None
    expires_by: date | None = None
    unprinted: bool = False
    verified_before: date | None = None
    within: str | None = None


def card_ids(
    tx: Transaction, wanted: WantedCards, after: str, count: int, *, backwards: bool = False
) -> list[str]:
    """Up to `count` ids of cards behind the id `after`, the earliest issued first."""
    first, last = division_bounds(wanted.division_code or wanted.within or "0" * 12)
    if wanted.within is not None:
        own_first, own_last = division_bounds(wanted.within)
        first, last = max(first, own_first), min(last, own_last)
    rows = either_way(queries, _driver(wanted, first, last), backwards)(
        tx,
        after=after,
        count=count,
        state=wanted.state,
        number=wanted.number,
        town=first[:9],
        division_first=first,
        division_last=last,
        expires_by=wanted.expires_by.isoformat() if wanted.expires_by else None,
        unprinted=int(wanted.unprinted),
        verified_before=wanted.verified_before.isoformat() if wanted.verified_before else None,
    )
    return [row["id"] for row in rows]


def card_rows(tx: Transaction, ids: Iterable[str]) -> list[Row]:
    """What a list shows of each card, with name_masked and its division."""
    rows = (queries.listed_card(tx, id=card_id) for card_id in ids)
    return [{**row, "name_masked": mask_name(row["holder_name"])} for row in rows]


def _driver(wanted: WantedCards, first: str, last: str) -> str:
    """The statement that begins where the fewest cards are."""
    if wanted.number is not None:
        return "card_ids_by_number"
    if wanted.unprinted:
        return "card_ids_to_print"
    if wanted.state not in (None, "active"):
        return "card_ids_by_state"
    if wanted.verified_before is not None:
        return "card_ids_unverified"
    if wanted.expires_by is not None:
        return "card_ids_by_expiry"
    return "card_ids_by_town" if first[:9] == last[:9] else "card_ids_by_walk"


def card_in(tx: Transaction, card_id: str, *, within: str | None) -> Row:
    """The card with holder_name and division_code. Raises Refusal `not_found` for other towns."""
    row: Row | None = queries.card_with_name(tx, id=card_id)
    first, last = division_bounds(within or "0" * 12)
    if row is None or not first <= row["division_code"] <= last:
        raise Refusal("not_found")
    return row


def approved_without_card(tx: Transaction, division_code: str | None) -> list[str]:
    """Ids of holders of a division who were approved and never had a card."""
    first, last = division_bounds(division_code or "0" * 12)
    rows = queries.approved_without_card_in(tx, division_first=first, division_last=last)
    return [row["id"] for row in rows]


def may_be_issued(tx: Transaction, holder_id: str) -> bool:
    """True when the holder's latest application was approved."""
    return bool(queries.latest_application_state(tx, holder_id=holder_id) == "approved")
