"""One month folded from its roll-ups: the total and, of every grouping, the figures by key.

A few hundred sums that the database has added up by dimension and key, whatever history holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from huimin.reports import queries
from huimin.reports.figures import ADDED_FIGURES, Figures, Row, added
from huimin.storage.engine import Transaction

# Grouping → the dimension of rollup_month_cards that counts its cards; others count none.
CARD_DIMENSIONS = {
    "outlet": "outlet_id",
    "merchant": "merchant_id",
    "kind": "outlet_kind",
    "town": "town_code",
    "village": "division_code",
    "eligibility": "eligibility",
    "presenter": "presenter_kind",
    "town_and_kind": "town_and_kind",
}
# Grouping → the dimension of rollup_month that it is, as it stands.
DIMENSIONS = {
    "town_and_kind": "town_and_kind",
    "eligibility": "eligibility",
    "policy": "policy_id",
    "presenter": "presenter_kind",
    "channel": "channel",
    "weekday": "weekday",
    "hour": "hour",
    "adjusts_month": "adjusts_month",
}


@dataclass(frozen=True)
class MonthSums:
    """A month: grouping → key → figures. `town_and_kind` has keys like "512022100000 pharmacy"."""

    total: Figures
    groups: Mapping[str, Mapping[str, Figures]]


def month_sums(tx: Transaction, month: str) -> MonthSums:
    """The sums of a month ("2026-10"), open or locked, by every grouping."""
    dimensions: dict[str, dict[str, Row]] = {}
    for row in queries.sums_by_dimension(tx, month=month):
        dimensions.setdefault(row["dimension"], {})[row["key"]] = row
    outlets = list(queries.sums_by_outlet(tx, month=month))
    cards: dict[str, dict[str, int]] = {}
    for row in queries.cards_by_dimension(tx, month=month):
        cards.setdefault(row["dimension"], {})[row["key"]] = row["cards"]
    both = dimensions.get("town_and_kind", {})
    parts: dict[str, Iterable[tuple[str, Row]]] = {
        "outlet": [(row["outlet_id"], row) for row in outlets],
        "merchant": [(row["merchant_id"], row) for row in outlets],
        "town": [(key.split()[0], row) for key, row in both.items()],
        "kind": [(key.split()[1], row) for key, row in both.items()],
        "village": [(row["key"], row) for row in queries.sums_by_village(tx, month=month)],
        **{name: dimensions.get(column, {}).items() for name, column in DIMENSIONS.items()},
    }
    groups = {
        grouping: _folded(rows, cards.get(CARD_DIMENSIONS[grouping], {}))
        if grouping in CARD_DIMENSIONS
        else _folded(rows, None)
        for grouping, rows in parts.items()
    }
    total = added((_figures(row) for row in outlets), cards.get("total", {}).get("", 0))
    return MonthSums(total, groups)


def _folded(rows: Iterable[tuple[str, Row]], cards: Mapping[str, int] | None) -> dict[str, Figures]:
    found: dict[str, list[Figures]] = {}
    for key, row in rows:
        found.setdefault(key, []).append(_figures(row))
    return {
        key: added(parts, None if cards is None else cards.get(key, 0))
        for key, parts in found.items()
    }


def _figures(row: Row) -> Figures:
    return Figures(cards_used=None, **{name: row[name] for name in ADDED_FIGURES})
