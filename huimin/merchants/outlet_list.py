"""The list of outlets for an office and for a merchant, filtered, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from huimin.merchants import queries
from huimin.merchants.field_checks import like_pattern
from huimin.merchants.outlets import Row
from huimin.storage.list_query import ListQuery, parameters_of


@dataclass(frozen=True, slots=True)
class WantedOutlets:
    """Filters; None lets everything through. `quiet_month` keeps outlets without a sale in it."""

    text: str | None = None
    kind: str | None = None
    town_code: str | None = None
    state: str | None = None
    merchant_id: str | None = None
    quiet_month: str | None = None


def _parameters(wanted: WantedOutlets) -> Row:
    return {
        **parameters_of(wanted),
        "pattern": like_pattern(wanted.text) if wanted.text else None,
        "town": wanted.town_code[:9] if wanted.town_code else None,
    }


outlets_after = ListQuery[WantedOutlets](queries, "outlets_after", _parameters)
