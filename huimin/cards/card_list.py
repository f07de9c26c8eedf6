"""The list of cards for an office: by state, division, expiry, what was never printed, and the good
cards that give nothing, because their holder is not entitled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from huimin.cards import queries
from huimin.core.identity import Names, mask_name, masked
from huimin.divisions.within import bounds_within, division_parameters, required_within
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery, parameters_of


@dataclass(frozen=True, slots=True)
class CardCriteria:
    """What to list; None does not filter. `within` is what the reader may see at most.

    `key_revoked` is for live cards whose signing key leaked: each waits for a new copy.
    `not_entitled_on` is for active cards whose holder has no eligibility in force on that day.
    """

    state: str | None = None
    number: str | None = None
    division_code: str | None = None
    expires_by: date | None = None
    unprinted: bool = False
    verified_before: date | None = None
    not_entitled_on: date | None = None
    key_revoked: bool = False
    within: str | None = None


def card_rows(tx: Transaction, ids: Iterable[str], names: Names = masked) -> list[Row]:
    """What a list shows of each card, with its division, name_masked, and `name` as `names` shows
    it."""
    return named([queries.listed_card(tx, id=card_id) for card_id in ids], names)


def named(rows: Iterable[Row], names: Names = masked) -> list[Row]:
    """Rows with holder_name and division_code, with name_masked and `name` as well."""
    return [
        {
            **row,
            "name": names(row["holder_name"], row["division_code"]),
            "name_masked": mask_name(row["holder_name"]),
        }
        for row in rows
    ]


def _driver(criteria: CardCriteria) -> str:
    """The statement that begins where the fewest cards are."""
    first, last = bounds_within(criteria.division_code, criteria.within)
    if criteria.number is not None:
        return "card_ids_by_number"
    if criteria.unprinted:
        return "card_ids_to_print"
    if criteria.state not in (None, "active"):
        return "card_ids_by_state"
    if criteria.not_entitled_on is not None:
        return "card_ids_not_entitled"
    if criteria.verified_before is not None:
        return "card_ids_unverified"
    if criteria.expires_by is not None:
        return "card_ids_by_expiry"
    return "card_ids_by_town" if first[:9] == last[:9] else "card_ids_by_walk"


def _parameters(criteria: CardCriteria) -> Row:
    bounds = division_parameters(criteria.division_code, criteria.within)
    return {
        **parameters_of(criteria),
        **bounds,
        "town": bounds["division_first"][:9],
        "unprinted": int(criteria.unprinted),
        "key_revoked": int(criteria.key_revoked),
    }


# The earliest issued first.
card_ids = ListQuery[CardCriteria](
    queries, _driver, _parameters, lambda row: row["id"], "count_cards", CardCriteria()
)


def card_in(tx: Transaction, card_id: str, *, within: str | None) -> Row:
    """The card with holder_name and division_code. Raises Refusal `not_found` for other towns."""
    row: Row | None = queries.card_with_name(tx, id=card_id)
    return required_within(row, within)


def approved_without_card(tx: Transaction, division_code: str | None, today: date) -> list[str]:
    """Ids of holders of a division who were approved, have no card, and whose aid has not ended."""
    rows = queries.approved_without_card_in(
        tx, today=today.isoformat(), **division_parameters(division_code)
    )
    return [row["id"] for row in rows]


def may_be_issued(tx: Transaction, holder_id: str) -> bool:
    """True when the holder's latest application was approved and no card was issued for it."""
    return bool(queries.latest_application_state(tx, holder_id=holder_id) == "approved")
