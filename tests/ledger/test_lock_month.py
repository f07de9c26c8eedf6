"""A locked month takes no more rows: what comes late counts in the next and names its own."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.claims.decide import approve_claim
from huimin.instance import Instance
from huimin.ledger.lock_month import hold_all_rows, lock_month, locked_at, unlock_month
from huimin.ledger.prove import verify_chains
from huimin.ledger.rollups import check_rollups
from huimin.storage.engine import Transaction
from tests.conftest import FixedClock
from tests.making.claims import file_claim
from tests.making.offline import OfflineTill, make_offline_till
from tests.making.sales import make_redemption, make_reversal

OCTOBER, NOVEMBER = "2026-10", "2026-11"


@pytest.fixture
def till(client: Any, instance: Instance) -> OfflineTill:
    return make_offline_till(client, instance)


def lock(instance: Instance, month: str) -> None:
    def work(tx: Transaction) -> None:
        hold_all_rows(tx)
        lock_month(tx, month, now=instance.clock())

    instance.engine.write(work)


def places(till: OfflineTill) -> list[tuple[str, str, str | None]]:
    """Where each row of the ledger counts: its day, its month, the month it adjusts."""

    def work(tx: Transaction) -> list[tuple[str, str, str | None]]:
        rows = tx.connection.execute("SELECT * FROM ledger ORDER BY sequence").fetchall()
        return [(row["business_day"], row["month"], row["adjusts_month"]) for row in rows]

    return till.instance.engine.read(work)


def proven(instance: Instance) -> None:
    assert instance.engine.read(verify_chains) == []
    assert instance.engine.read(check_rollups) == []


def used_in(instance: Instance, month: str) -> int:
    def work(tx: Transaction) -> int:
        rows = tx.connection.execute("SELECT period, used_fen FROM usage").fetchall()
        return sum(row["used_fen"] for row in rows if row["period"] == month)

    return instance.engine.read(work)


@pytest.mark.both_engines
def test_a_late_offline_sale_counts_in_the_next_month_and_on_its_own_day(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    till.take_pack()
    item = till.item()
    clock.advance(hours=15)
    lock(instance, OCTOBER)
    assert till.send(item)[0]["status"] == "accepted"
    assert places(till) == [("2026-10-31", NOVEMBER, OCTOBER)]
    # The cap is one of the month in which the goods were bought.
    assert (used_in(instance, OCTOBER), used_in(instance, NOVEMBER)) == (1_024, 0)
    till.send(item)
    assert till.ledger_rows() == 1
    proven(instance)


@pytest.mark.both_engines
def test_an_approved_claim_of_a_locked_month_adjusts_it(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    claim = file_claim(till).json
    clock.advance(days=2)
    lock(instance, OCTOBER)
    instance.engine.write(
        lambda tx: approve_claim(tx, claim["id"], reason="", now=instance.clock(), actor="li")
    )
    assert places(till) == [("2026-10-31", NOVEMBER, OCTOBER)]
    proven(instance)


@pytest.mark.both_engines
def test_a_reversal_in_a_later_month_names_that_of_the_redemption(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    sold = make_redemption(instance, till.card, till.key)
    clock.advance(days=1)
    make_reversal(instance, sold["id"], till.key, 5_000)
    lock(instance, OCTOBER)
    make_reversal(instance, sold["id"], till.key)
    assert places(till) == [
        ("2026-10-31", OCTOBER, None),
        ("2026-11-01", NOVEMBER, OCTOBER),
        ("2026-11-01", NOVEMBER, OCTOBER),
    ]
    assert used_in(instance, OCTOBER) == 0
    proven(instance)


def test_what_was_taken_back_of_an_adjustment_in_its_own_month_adjusts_nothing(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    till.take_pack()
    item = till.item()
    clock.advance(hours=15)
    lock(instance, OCTOBER)
    answer = till.send(item)[0]
    make_reversal(instance, answer["redemption"]["id"], till.key)
    assert places(till)[1] == ("2026-11-01", NOVEMBER, None)
    assert (used_in(instance, OCTOBER), used_in(instance, NOVEMBER)) == (0, 0)
    proven(instance)


@pytest.mark.both_engines
def test_two_locked_months_are_stepped_over(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    claim = file_claim(till).json
    clock.advance(days=33)
    for month in (OCTOBER, NOVEMBER):
        lock(instance, month)
    instance.engine.write(
        lambda tx: approve_claim(tx, claim["id"], reason="", now=instance.clock(), actor="li")
    )
    assert places(till) == [("2026-10-31", "2026-12", OCTOBER)]


def test_an_opened_month_takes_rows_again(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    claim = file_claim(till).json
    clock.advance(days=1)
    lock(instance, OCTOBER)
    assert instance.engine.read(lambda tx: locked_at(tx, OCTOBER)) == "2026-11-01T02:00:00.000Z"
    instance.engine.write(lambda tx: unlock_month(tx, OCTOBER))
    assert instance.engine.read(lambda tx: locked_at(tx, OCTOBER)) is None
    instance.engine.write(
        lambda tx: approve_claim(tx, claim["id"], reason="", now=instance.clock(), actor="li")
    )
    assert places(till) == [("2026-10-31", OCTOBER, None)]


def test_an_order_that_is_taken_is_still_refused_in_a_locked_month(
    till: OfflineTill, instance: Instance, clock: FixedClock
) -> None:
    till.take_pack()
    item = till.item(order_no="once")
    make_redemption(instance, till.card, till.key, order_no="once")
    clock.advance(hours=15)
    lock(instance, OCTOBER)
    before = till.ledger_rows()
    assert till.send(item)[0]["status"] in ("refused", "duplicate")
    assert till.ledger_rows() == before
