"""The counters and roll-ups against the rows they were drawn from: check them, or make them anew.

They are written with each row, so they are right unless somebody reached into the database. The
ledger rows are the truth; what is kept beside them can always be made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from huimin.ledger.append import queries
from huimin.storage.engine import Transaction

KEYS: dict[str, tuple[str, ...]] = {
    "rollup_month": ("month", "outlet_id", "division_code", "eligibility", "policy_id"),
    "rollup_month_card": ("month", "card_id", "outlet_id", "town_code", "eligibility"),
    "usage_day": ("holder_id", "policy_code", "day"),
    "usage_month": ("holder_id", "policy_code", "month"),
    "reversal_total": ("redemption_id",),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept row that differs from what the ledger says; None where one side has no row."""

    table: str
    key: Mapping[str, Any]
    kept: Mapping[str, Any] | None
    true: Mapping[str, Any] | None

    @property
    def sentence(self) -> str:
        """The difference in words."""
        where = "、".join(f"{name}={value}" for name, value in self.key.items())
        if self.kept is None:
            return f"{self.table}：缺少 {where}"
        if self.true is None:
            return f"{self.table}：多出 {where}"
        fields = [name for name in self.kept if self.kept[name] != self.true[name]]
        shown = "，".join(f"{name} 为 {self.kept[name]}，应为 {self.true[name]}" for name in fields)
        return f"{self.table}：{where}：{shown}"


def check_rollups(tx: Transaction) -> list[Difference]:
    """Every difference between the kept tables and the ledger rows; an empty list proves them."""
    return [difference for table in KEYS for difference in _compare(tx, table)]


def rebuild_rollups(tx: Transaction) -> list[Difference]:
    """Make every kept table anew from the ledger rows; what was different before."""
    differences = check_rollups(tx)
    for table in {difference.table for difference in differences}:
        rows = list(getattr(queries, f"true_{table}")(tx))
        getattr(queries, f"clear_{table}")(tx)
        if rows:
            getattr(queries, f"put_{table}")(tx, rows)
    return differences


def _compare(tx: Transaction, table: str) -> list[Difference]:
    names = KEYS[table]

    def by_key(rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
        return {tuple(row[name] for name in names): row for row in rows}

    true = by_key(getattr(queries, f"true_{table}")(tx))
    kept = by_key(getattr(queries, f"kept_{table}")(tx))
    return [
        Difference(table, dict(zip(names, key, strict=True)), kept.get(key), true.get(key))
        for key in sorted(true.keys() | kept.keys())
        if kept.get(key) != true.get(key) and not _is_idle(table, kept.get(key), true.get(key))
    ]


def _is_idle(table: str, kept: Mapping[str, Any] | None, true: Mapping[str, Any] | None) -> bool:
    """A counter at zero that no row has moved is as good as none."""
    return table.startswith("usage_") and true is None and kept is not None and not kept["used_fen"]
