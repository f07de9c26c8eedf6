"""Into which sums and counts of its month a ledger row goes: one answer for writing and rebuilding.

Pure: a row in, groups out. Hours and weekdays are county time; every name is that of the column
it is read from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from huimin.core.days import COUNTY_ZONE, parse_day, parse_instant

# Dimensions of rollup_month: the keys of each, but of adjusts_month, add up to an outlet's whole.
DIMENSIONS = (
    "town_and_kind",
    "eligibility",
    "policy_id",
    "presenter_kind",
    "channel",
    "hour",
    "weekday",
    "adjusts_month",
)
# Dimensions of rollup_month_cards, in which different cards are counted.
CARD_DIMENSIONS = (
    "total",
    "outlet_id",
    "merchant_id",
    "outlet_kind",
    "town_code",
    "division_code",
    "eligibility",
    "presenter_kind",
    "town_and_kind",
)
ADDED = ("amount_fen", "discount_fen", "merchant_share_fen", "government_share_fen")


def sum_keys(row: Mapping[str, Any]) -> dict[str, str | None]:
    """Dimension → key of a row's sums; None where the row has no place in the dimension."""
    occurred_at = parse_instant(row["occurred_at"]).astimezone(COUNTY_ZONE)
    return {
        "town_and_kind": _town_and_kind(row),
        "eligibility": row["eligibility"],
        "policy_id": row["policy_id"],
        "presenter_kind": row["presenter_kind"],
        "channel": row["channel"],
        "hour": str(occurred_at.hour),
        "weekday": str(parse_day(row["business_day"]).isoweekday()),
        "adjusts_month": row["adjusts_month"],
    }


def counted_in(row: Mapping[str, Any]) -> frozenset[str]:
    """The groups in which a redemption's card is counted, each as "dimension=key"."""
    keys = {name: row[name] for name in CARD_DIMENSIONS if name in row}
    keys |= {"total": "", "town_and_kind": _town_and_kind(row)}
    return frozenset(f"{dimension}={key}" for dimension, key in keys.items())


def counted_text(groups: Iterable[str]) -> str:
    """Groups as rollup_month_card keeps them."""
    return "\n".join(sorted(groups))


def _town_and_kind(row: Mapping[str, Any]) -> str:
    return f"{row['town_code']} {row['outlet_kind']}"
