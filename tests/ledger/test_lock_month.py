"""A locked month takes no more rows: what comes late counts in the next and names its own."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.claims.decide import approve_claim
from huimin.house import House
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
def till(client: Any, house: House) -> OfflineTill:
    return make_offline_till(client, house)


def lock(house: House, month: str) -> None:
    def work(tx: Transaction) -> None:
        hold_all_rows(tx)
        lock_month(tx, month, now=house.clock())

    house.engine.write(work)


def places(till: OfflineTill) -> list[tuple[str, str, str | None]]:
    """Where each row of the ledger counts: its day, its month, the month it adjusts."""

    def work(tx: Transaction) -> list[tuple[str, str, str | None]]:
        rows = tx.connection.execute("SELECT * FROM ledger ORDER BY sequence").fetchall()
        return [(row["business_day"], row["month"], row["adjusts_month"]) for row in rows]

    return till.house.engine.read(work)


def proven(house: House) -> None:
    assert house.engine.read(verify_chains) == []
    assert house.engine.read(check_rollups) == []


def used_in(house: House, month: str) -> int:
    def work(tx: Transaction) -> int:
        rows = tx.connection.execute("SELECT period, used_fen FROM usage").fetchall()
        return sum(row["used_fen"] for row in rows if row["period"] == month)

    return house.engine.read(work)


def test_a_late_offline_sale_counts_in_the_next_month_and_on_its_own_day(
    till: OfflineTill, house: House, clock: FixedClock
) -> None:
    till.take_pack()
    item = till.item()
    clock.advance(hours=15)
    lock(house, OCTOBER)
    assert till.send(item)[0]["status"] == "accepted"
    assert places(till) == [("2026-10-31", NOVEMBER, OCTOBER)]
    # The cap is one of the month in which the goods were bought.
    assert (used_in(house, OCTOBER), used_in(house, NOVEMBER)) == (1_024, 0)
    till.send(item)
    assert till.ledger_rows() == 1
    proven(house)


def test_an_approved_claim_of_a_locked_month_adjusts_it(
    till: OfflineTill, house: House, clock: FixedClock
) -> None:
    claim = file_claim(till).json
    clock.advance(days=2)
    lock(house, OCTOBER)
    house.engine.write(
        lambda tx: approve_claim(tx, claim["id"], reason="", now=house.clock(), actor="li")
    )
    assert places(till) == [("2026-10-31", NOVEMBER, OCTOBER)]
    proven(house)


def test_a_reversal_in_a_later_month_names_that_of_the_redemption(
    till: OfflineTill, house: House, clock: FixedClock
) -> None:
    sold = make_redemption(house, till.card, till.key)
    clock.advance(days=1)
    make_reversal(house, sold["id"], till.key, 5_000)
    lock(house, OCTOBER)
    make_reversal(house, sold["id"], till.key)
    assert places(till) == [
        ("2026-10-31", OCTOBER, None),
        ("2026-11-01", NOVEMBER, OCTOBER),
        ("2026-11-01", NOVEMBER, OCTOBER),
    ]
    assert used_in(house, OCTOBER) == 0
    proven(house)


def test_what_was_taken_back_of_an_adjustment_in_its_own_month_adjusts_nothing(
    till: OfflineTill, house: House, clock: FixedClock
) -> None:
    till.take_pack()
    item = till.item()
    clock.advance(hours=15)
    lock(house, OCTOBER)
    answer = till.send(item)[0]
    make_reversal(house, answer["redemption"]["id"], till.key)
    assert places(till)[1] == ("2026-11-01", NOVEMBER, None)
    assert (used_in(house, OCTOBER), used_in(house, NOVEMBER)) == (0, 0)
    proven(house)


def test_two_locked_months_are_stepped_over(
    till: OfflineTill, house: House, clock: FixedClock
) -> None:
    claim = file_claim(till).json
    clock.advance(days=33)
    for month in (OCTOBER, NOVEMBER):
        lock(house, month)
    house.engine.write(
        lambda tx: approve_claim(tx, claim["id"], reason="", now=house.clock(), actor="li")
    )
    assert places(till) == [("2026-10-31", "2026-12", OCTOBER)]


def test_an_opened_month_takes_rows_again(
    till: OfflineTill, house: House, clock: FixedClock
) -> None:
    claim = file_claim(till).json
    clock.advance(days=1)
    lock(house, OCTOBER)
    assert house.engine.read(lambda tx: locked_at(tx, OCTOBER)) == "2026-11-01T02:00:00.000Z"
    house.engine.write(lambda tx: unlock_month(tx, OCTOBER))
    assert house.engine.read(lambda tx: locked_at(tx, OCTOBER)) is None
    house.engine.write(
        lambda tx: approve_claim(tx, claim["id"], reason="", now=house.clock(), actor="li")
    )
    assert places(till) == [("2026-10-31", OCTOBER, None)]


def test_an_order_that_is_taken_is_still_refused_in_a_locked_month(
    till: OfflineTill, house: House, clock: FixedClock
) -> None:
    till.take_pack()
    item = till.item(order_no="once")
    make_redemption(house, till.card, till.key, order_no="once")
    clock.advance(hours=15)
    lock(house, OCTOBER)
    before = till.ledger_rows()
    assert till.send(item)[0]["status"] in ("refused", "duplicate")
    assert till.ledger_rows() == before
