"""A settlement to test with: the month's are made anew by the real use case, without closing it."""

from __future__ import annotations

from typing import Any

from huimin.instance import Instance
from huimin.settlement.make import make_settlements, void_settlements
from huimin.storage.engine import Transaction
from tests.storage.rows import insert


def make_closing(tx: Transaction, month: str, close_id: str) -> None:
    """A closing for settlements to belong to, unless it is there; what it says is of no matter."""
    if one(tx, "SELECT id FROM month_close WHERE id", close_id) is not None:
        return
    found = one(tx, "SELECT COUNT(*) AS count FROM month_close WHERE month", month)
    at = "2026-10-31T02:00:00.000Z"
    row = {
        "id": close_id,
        "month": month,
        "version": found["count"] + 1,
        "state": "returned",
        "county_name": "某县",
        "report_json": "{}",
        "report_sha256": "0" * 64,
        "checks_json": "[]",
        "drafted_at": at,
        "drafted_by": "test",
        "ended_at": at,
        "ended_by": "test",
        "reason": "test",
    }
    insert(tx, "month_close", row)


def one(tx: Transaction, sql: str, value: str) -> Any:
    """The first row where the column that the statement ends with has that value."""
    mark = "?" if tx.engine == "sqlite" else "%s"
    return tx.connection.execute(f"{sql} = {mark}", (value,)).fetchone()


def make_settlement(instance: Instance, merchant_id: str, month: str = "2026-10") -> dict[str, Any]:
    """The merchant's settlement of a month in which it has sold; those made before are void."""
    now = {"now": instance.clock(), "actor": "test"}

    def work(tx: Transaction) -> list[dict[str, Any]]:
        make_closing(tx, month, "test")
        void_settlements(tx, close_id="test", reason="重新生成", **now)
        return make_settlements(tx, month, close_id="test", **now)

    made = instance.engine.write(work)
    return next(row for row in made if row["merchant_id"] == merchant_id)
