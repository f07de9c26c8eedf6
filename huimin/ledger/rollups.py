"""The counters and roll-ups against the rows they were drawn from: check them, or make them anew.

They are written with each row, so they are right unless somebody reached into the database. The
ledger rows are the truth; what is kept beside them can always be made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from huimin.core.catalogue import Text, text
from huimin.ledger import queries
from huimin.ledger.groupings import ADDED, counted_in, counted_text, sum_keys
from huimin.ledger.lock_month import hold_all_rows
from huimin.storage.engine import Engine, Row, Transaction
from huimin.storage.giving_way import give_way

T = TypeVar("T")
# Kept for all time: what the ledger says of them is one query each.
KEYS: dict[str, tuple[str, ...]] = {
    "usage": ("holder_id", "policy_code", "period"),
    "policy_budget": ("policy_code", "budget_version"),
    "reversal_total": ("redemption_id",),
    "first_use": ("card_id",),
}
# Kept by month: made from the month's rows, a month at a time.
MONTH_KEYS: dict[str, tuple[str, ...]] = {
    "rollup_month": ("month", "dimension", "outlet_id", "key"),
    "rollup_month_village": ("month", "division_code"),
    "rollup_month_cards": ("month", "dimension", "key"),
    "rollup_month_card": ("month", "card_id"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept row that differs from what the ledger says; None where one side has no row."""

    table: str
    key: Mapping[str, Any]
    stored: Mapping[str, Any] | None
    true: Mapping[str, Any] | None

    @property
    def text(self) -> Text:
        """The difference in words."""
        where = "、".join(f"{name}={value}" for name, value in self.key.items())
        if self.stored is None:
            return text("{table}：缺少 {row}", table=self.table, row=where)
        if self.true is None:
            return text("{table}：多出 {row}", table=self.table, row=where)
        fields = tuple(
            text("{name} 为 {kept}，应为 {true}", name=name, kept=stored, true=self.true[name])
            for name, stored in self.stored.items()
            if stored != self.true[name]
        )
        return text("{table}：{row}：{fields}", table=self.table, row=where, fields=fields)


def check_rollups(tx: Transaction) -> list[Difference]:
    """Every difference between the kept tables and the ledger rows; an empty list proves them."""
    months = [row["month"] for row in queries.months_with_rows(tx)]
    return [difference for month in (*months, None) for difference in _differences(tx, month)]


def check_month(tx: Transaction, month: str) -> list[Difference]:
    """The same of one month's roll-ups."""
    true = true_rollups(queries.rows_of_month(tx, month=month))
    return [
        difference
        for table, names in MONTH_KEYS.items()
        for difference in _compare(
            table, names, true[table], getattr(queries, f"kept_{table}")(tx, month=month)
        )
    ]


def rebuild_rollups(engine: Engine) -> list[Difference]:
    """Make every kept table as the ledger says; what was different before.

    Only what differs is written, a month at a time (then what is kept for all time): each is whole
    or not at all. Where nothing differs, nothing is written and no till waits.
    """
    months = [row["month"] for row in engine.read(queries.months_with_rows)]
    return [
        difference
        for month in (*months, None)
        if engine.read(lambda tx, month=month: _differences(tx, month))  # type: ignore[misc]
        for difference in engine.write(lambda tx, month=month: _rebuild(tx, month))  # type: ignore[misc]
    ]


def _rebuild(tx: Transaction, month: str | None) -> list[Difference]:
    # What is read now stays so until this is written.
    hold_all_rows(tx)
    differences = _differences(tx, month)
    tables = {difference.table for difference in differences}
    if month is None:
        for table in tables:
            _insert(tx, table, list(getattr(queries, f"true_{table}")(tx)))
    elif tables:
        true = true_rollups(queries.rows_of_month(tx, month=month))
        for table in tables:
            _insert(tx, table, true[table], month=month)
    return differences


def true_rollups(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Table → its rows, as the ledger rows of one month make them."""
    sums: dict[tuple[str, ...], Row] = {}
    villages: dict[tuple[str, ...], Row] = {}
    cards: dict[tuple[str, ...], Row] = {}
    groups: dict[tuple[str, ...], set[str]] = {}
    for row in rows:
        give_way()
        for dimension, key in sum_keys(row).items():
            if key is not None:
                _add(sums, (row["month"], dimension, row["outlet_id"], key), row)
        _add(villages, (row["month"], row["division_code"]), row)
        if row["kind"] == "redemption":
            place: tuple[str, ...] = (row["month"], row["card_id"])
            cards.setdefault(place, {"redemptions": 0})["redemptions"] += 1
            groups.setdefault(place, set()).update(counted_in(row))
    counts: dict[tuple[str, ...], int] = {}
    for (month, *_), groups_of_card in groups.items():
        for group in groups_of_card:
            where = (month, *group.split("=", 1))
            counts[where] = counts.get(where, 0) + 1
    for place, groups_of_card in groups.items():
        cards[place]["counted_in"] = counted_text(groups_of_card)
    return {
        "rollup_month": _rows("rollup_month", sums),
        "rollup_month_village": _rows("rollup_month_village", villages),
        "rollup_month_cards": _rows(
            "rollup_month_cards", {key: {"cards": count} for key, count in counts.items()}
        ),
        "rollup_month_card": _rows("rollup_month_card", cards),
    }


def _add(sums: dict[tuple[str, ...], Row], place: tuple[str, ...], row: Row) -> None:
    nothing = {"redemptions": 0, "reversals": 0, **dict.fromkeys(ADDED, 0)}
    into = sums.setdefault(place, nothing)
    into["redemptions" if row["kind"] == "redemption" else "reversals"] += 1
    for name in ADDED:
        into[name] += row[name]


def _rows(table: str, rows_by_key: Mapping[tuple[str, ...], Row]) -> list[Row]:
    names = MONTH_KEYS[table]
    return [{**dict(zip(names, key, strict=True)), **row} for key, row in rows_by_key.items()]


def _insert(tx: Transaction, table: str, rows: list[Row], **where: str) -> None:
    getattr(queries, f"clear_{table}")(tx, **where)
    if rows:
        getattr(queries, f"put_{table}")(tx, rows)


def _differences(tx: Transaction, month: str | None) -> list[Difference]:
    """Those of a month, or of what is kept for all time (None)."""
    if month is not None:
        return check_month(tx, month)
    return [
        difference
        for table, names in KEYS.items()
        for difference in _compare(
            table,
            names,
            getattr(queries, f"true_{table}")(tx),
            getattr(queries, f"kept_{table}")(tx),
        )
    ]


def _compare(
    table: str, names: tuple[str, ...], true_rows: Iterable[Row], kept_rows: Iterable[Row]
) -> list[Difference]:
    def by_key(rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
        return {tuple(row[name] for name in names): row for row in _resting(rows)}

    true, stored = by_key(true_rows), by_key(kept_rows)
    return [
        Difference(table, dict(zip(names, key, strict=True)), stored.get(key), true.get(key))
        for key in _resting(sorted(true.keys() | stored.keys()))
        if stored.get(key) != true.get(key) and not _is_idle(table, stored.get(key), true.get(key))
    ]


def _resting(each: Iterable[T]) -> Iterator[T]:
    for one in each:
        give_way()
        yield one


def _is_idle(table: str, stored: Mapping[str, Any] | None, true: Mapping[str, Any] | None) -> bool:
    """A counter at zero that no row has moved is as good as none."""
    counters = ("usage", "policy_budget")
    return table in counters and true is None and stored is not None and not stored["used_fen"]
