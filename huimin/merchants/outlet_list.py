"""The list of outlets for an office and for a merchant, filtered, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from huimin.merchants import queries
from huimin.storage.engine import Row
from huimin.storage.list_query import ListQuery, like_pattern, parameters_of


@dataclass(frozen=True, slots=True)
class OutletCriteria:
    """What to list; None does not filter. `quiet_month` keeps outlets without a sale in it."""

    text: str | None = None
    kind: str | None = None
    town_code: str | None = None
    state: str | None = None
    merchant_id: str | None = None
    quiet_month: str | None = None


def _parameters(criteria: OutletCriteria) -> Row:
    return {
        **parameters_of(criteria),
        "pattern": like_pattern(criteria.text),
        "town": criteria.town_code[:9] if criteria.town_code else None,
    }


outlets_after = ListQuery[OutletCriteria](queries, "outlets_after", _parameters)
