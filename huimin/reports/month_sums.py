"""One month folded from its roll-ups: the total and, of every grouping, the figures by key.

A few hundred sums that the database has added up by dimension and key, whatever history holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from huimin.ledger.groupings import GROUPINGS, OF_OUTLETS, OF_VILLAGES, TOTAL, dimensions
from huimin.reports import queries
from huimin.reports.figures import ADDED_FIGURES, NOTHING, Figures, added
from huimin.storage.engine import Row, Transaction


@dataclass(frozen=True)
class MonthSums:
    """A month, or days: grouping → key → figures."""

    groups: Mapping[str, Mapping[str, Figures]]

    @property
    def total(self) -> Figures:
        """All rows together."""
        return self.groups[TOTAL].get("", NOTHING)


def month_sums(tx: Transaction, month: str) -> MonthSums:
    """The sums of a month ("2026-10"), open or locked, by every grouping."""
    parts_of = {dimension: grouping.parts for dimension, grouping in dimensions().items()}
    sums: dict[str, list[Row]] = {
        OF_OUTLETS: list(queries.sums_by_outlet(tx, month=month)),
        OF_VILLAGES: list(queries.sums_by_village(tx, month=month)),
        **{dimension: [] for dimension in parts_of},
    }
    for row in queries.sums_by_dimension(tx, month=month):
        dimension, key = row["dimension"], row["key"]
        parts = zip(parts_of[dimension], key.split(), strict=False)
        sums[dimension].append({**row, dimension: key, **dict(parts)})
    cards: dict[str, dict[str, int]] = {}
    for row in queries.cards_by_dimension(tx, month=month):
        cards.setdefault(row["dimension"], {})[row["key"]] = row["cards"]
    return MonthSums(
        {
            grouping.code: _folded(
                ((row[grouping.column], row) for row in sums[grouping.dimension]),
                cards.get(grouping.column, {}) if grouping.cards else None,
            )
            for grouping in GROUPINGS.values()
        }
    )


def _folded(rows: Iterable[tuple[str, Row]], cards: Mapping[str, int] | None) -> dict[str, Figures]:
    parts: dict[str, list[Figures]] = {}
    for key, row in rows:
        parts.setdefault(key, []).append(_figures(row))
    return {
        key: added(figures, None if cards is None else cards.get(key, 0))
        for key, figures in parts.items()
    }


def _figures(row: Row) -> Figures:
    return Figures(cards_used=None, **{name: row[name] for name in ADDED_FIGURES})
