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

# Groupings by these are of divisions, whose figures may be counted under their successor.
DIVISION_COLUMNS = ("town_code", "division_code")


@dataclass(frozen=True)
class MonthSums:
    """A month, or days: grouping → key → figures."""

    groups: Mapping[str, Mapping[str, Figures]]

    @property
    def total(self) -> Figures:
        """All rows together."""
        return self.groups[TOTAL].get("", NOTHING)


def month_sums(tx: Transaction, month: str, joined: Mapping[str, str] | None = None) -> MonthSums:
    """The sums of a month ("2026-10"), open or locked, by every grouping.

    `joined`: a division's code → the one under which its figures are counted.
    """
    joined = joined or {}
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
    for column in DIVISION_COLUMNS:
        if joined.keys() & cards.get(column, {}).keys():
            cards[column] |= _cards_joined(tx, month, column, joined)
    return MonthSums(
        {
            grouping.code: _folded(
                (
                    (_key(grouping.column, row[grouping.column], joined), row)
                    for row in sums[grouping.dimension]
                ),
                cards.get(grouping.column, {}) if grouping.cards else None,
            )
            for grouping in GROUPINGS.values()
        }
    )


def _key(column: str, key: str, joined: Mapping[str, str]) -> str:
    return joined.get(key, key) if column in DIVISION_COLUMNS else key


def _cards_joined(
    tx: Transaction, month: str, column: str, joined: Mapping[str, str]
) -> dict[str, int]:
    """How many cards each division had that others are counted under, each card once."""
    wanted, mark = set(joined.values()), f"{column}="
    counts = dict.fromkeys(wanted, 0)
    for row in queries.cards_and_groups(tx, month=month):
        lines = row["counted_in"].split("\n")
        codes = {line.removeprefix(mark) for line in lines if line.startswith(mark)}
        for code in {joined.get(code, code) for code in codes} & wanted:
            counts[code] += 1
    return counts


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
