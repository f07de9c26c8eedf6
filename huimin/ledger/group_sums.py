"""The sums of a month of several rows, added up first: a group of sales that is committed together
writes each row of the roll-ups once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from huimin.ledger import queries
from huimin.ledger.groupings import ADDED, sum_keys
from huimin.storage.engine import Row, Transaction

_COUNTED = ("redemptions", "reversals", *ADDED)


def sums_of(row: Mapping[str, Any]) -> Row:
    """What a ledger row adds to its month: it is a redemption or a reversal, and its amounts."""
    redemptions = int(row["kind"] == "redemption")
    return {
        "redemptions": redemptions,
        "reversals": 1 - redemptions,
        **{name: row[name] for name in ADDED},
    }


def add_group_sums(tx: Transaction, rows: Iterable[Row]) -> None:
    """Add ledger rows to the roll-ups of months; the cards of a month are counted elsewhere."""
    months: dict[tuple[str, ...], list[int]] = {}
    villages: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        amounts = list(sums_of(row).values())
        month, outlet_id = row["month"], row["outlet_id"]
        for dimension, key in sum_keys(row).items():
            if key is not None:
                _add(months, (month, dimension, outlet_id, key), amounts)
        _add(villages, (month, row["division_code"]), amounts)
    _write(queries.add_rollup_month_sums, ("month", "dimension", "outlet_id", "key"), tx, months)
    _write(queries.add_rollup_village_sums, ("month", "division_code"), tx, villages)


def _add(sums: dict[tuple[str, ...], list[int]], key: tuple[str, ...], amounts: list[int]) -> None:
    before = sums.get(key)
    sums[key] = amounts if before is None else [a + b for a, b in zip(before, amounts, strict=True)]


def _write(
    query: Any,
    names: tuple[str, ...],
    tx: Transaction,
    sums: Mapping[tuple[str, ...], list[int]],
) -> None:
    # Always in the same order, or two writers could deadlock.
    columns = (*names, *_COUNTED)
    query(tx, [dict(zip(columns, (*key, *sums[key]), strict=True)) for key in sorted(sums)])
