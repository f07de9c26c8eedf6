"""A settlement to test with: the month's are made anew by the real use case, without closing it."""

from __future__ import annotations

from typing import Any

from huimin.house import House
from huimin.settlement.make import make_settlements, void_settlements
from huimin.storage.engine import Transaction


def make_settlement(house: House, merchant_id: str, month: str = "2026-10") -> dict[str, Any]:
    """The merchant's settlement of a month in which it has sold; those made before are void."""
    now = {"now": house.clock(), "actor": "test"}

    def work(tx: Transaction) -> list[dict[str, Any]]:
        void_settlements(tx, close_id="test", reason="重新生成", **now)
        return make_settlements(tx, month, close_id="test", **now)

    made = house.engine.write(work)
    return next(row for row in made if row["merchant_id"] == merchant_id)
