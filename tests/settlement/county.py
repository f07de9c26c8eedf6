"""A county whose months are settled: two merchants, and a policy that the county shares."""

from __future__ import annotations

from typing import Any

from huimin.instance import Instance
from huimin.ledger.lock_month import hold_all_rows, lock_month, unlock_month
from huimin.settlement.make import make_settlements, void_settlements
from huimin.storage.engine import Transaction
from tests.making.merchants import make_merchant, make_outlet, make_terminal
from tests.making.settlements import make_closing
from tests.reports.county import SmallCounty, make_small_county

OCTOBER, NOVEMBER, DECEMBER = "2026-10", "2026-11", "2026-12"


def make_county(instance: Instance, **policy: Any) -> SmallCounty:
    """The reports' small county (one merchant with three outlets, tills 0 to 2) and a second
    merchant with till 3; the county bears a third of the 8%."""
    county = make_small_county(instance, **policy)
    other = make_merchant(instance, name="另一家商贸有限公司")
    outlet = make_outlet(instance, "pharmacy", name="北街药店", merchant_id=other["id"])
    county.outlets.append(outlet)
    county.keys.append(make_terminal(instance, outlet)[1])
    return county


def close_month(
    instance: Instance, month: str, close_id: str = "close-1", **over: Any
) -> list[Any]:
    """Lock the month and make its settlements, as the room of months does."""

    def work(tx: Transaction) -> list[Any]:
        hold_all_rows(tx)
        lock_month(tx, month, now=instance.clock())
        make_closing(tx, month, close_id)
        return make_settlements(
            tx, month, close_id=close_id, now=instance.clock(), actor="approver", **over
        )

    return instance.engine.write(work)


def reopen_month(instance: Instance, month: str, close_id: str = "close-1") -> list[Any]:
    """Unlock it and void its settlements."""

    def work(tx: Transaction) -> list[Any]:
        unlock_month(tx, month)
        return void_settlements(
            tx, close_id=close_id, now=instance.clock(), actor="approver", reason="漏了一天"
        )

    return instance.engine.write(work)


def of_merchant(rows: list[Any], merchant_id: str) -> Any:
    """The one of a merchant."""
    return next(row for row in rows if row["merchant_id"] == merchant_id)
