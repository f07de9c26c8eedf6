"""Find claims: those of an outlet for its tills, those of an office's people; the till's answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from huimin.claims import queries
from huimin.core.identity import mask_name
from huimin.core.refusals import Refusal
from huimin.divisions.within import division_parameters, required_within
from huimin.ledger.read import row_by_id
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import ListQuery, parameters_of

LATEST = 200
SHOWN = (
    *("id", "claim_no", "state", "source", "order_no", "amount_fen", "excluded_fen"),
    *("insurance_fen", "presenter_kind", "occurred_at", "business_day", "refusal_code", "note"),
    *("cashier", "submitted_at", "decided_at", "reason"),
)


@dataclass(frozen=True, slots=True)
class ClaimCriteria:
    """Filters; None means no filter. `within` is the division that the reader may see at most."""

    state: str | None = None
    outlet_id: str | None = None
    source: str | None = None
    number: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    within: str | None = None


def claim_answer(tx: Transaction, claim: Mapping[str, Any]) -> Row:
    """A claim as an answer to its till: without names, card, or who decided."""
    redemption = None
    if claim["redemption_id"] is not None:
        row = row_by_id(tx, claim["redemption_id"]) or {}
        redemption = {
            name: row[name]
            for name in ("id", "receipt_no", "amount_fen", "discount_fen", "payable_fen")
        }
    return {**{name: claim[name] for name in SHOWN}, "redemption": redemption}


def find_claim(tx: Transaction, outlet_id: str, wanted: str) -> Row:
    """A claim of that outlet by its id or its number. Raises Refusal `claim_unknown`."""
    claim: Row | None = queries.claim_of_outlet(tx, outlet_id=outlet_id, wanted=wanted)
    if claim is None:
        raise Refusal("claim_unknown")
    return claim


def claims_of_outlet(tx: Transaction, outlet_id: str, count: int = LATEST) -> list[Row]:
    """The outlet's latest claims, with the receipt and the discount of approved ones."""
    return list(queries.claims_of_outlet(tx, outlet_id=outlet_id, row_limit=count))


def claim_in(tx: Transaction, claim_id: str, *, within: str | None) -> Row:
    """The claim with its names. Raises Refusal `not_found`, for another town's people as well."""
    row: Row | None = queries.claim_with_names(tx, id=claim_id)
    return with_name(required_within(row, within))


def outlets_with_claims(tx: Transaction) -> list[tuple[str, str]]:
    """(id, name) of every outlet that has filed a claim."""
    return [(row["id"], row["name"]) for row in queries.outlets_with_claims(tx)]


def with_name(row: Row) -> Row:
    """The claim with the holder's masked name, or a dash for an erased holder."""
    return {**row, "name_masked": "—" if row["erased_at"] else mask_name(row["holder_name"])}


def _parameters(criteria: ClaimCriteria) -> Row:
    return {**parameters_of(criteria), **division_parameters(criteria.within)}


# The latest first.
claims_before = ListQuery[ClaimCriteria](queries, "claims_before", _parameters, with_name)
