"""A county that goes on from a backup: no place of a chain, no terminal's code is given twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.ledger.epochs import begin_epoch, current_epoch, gaps_of, list_epochs
from huimin.ledger.prove import row_holds, verify_chains
from huimin.ledger.read import row_by_id
from huimin.merchants.terminals import find_terminal
from huimin.storage.engine import Row, Transaction
from tests.making.cards import make_card
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption

BY = {"actor": "cli:test"}


def begin(instance: Instance, *, days_old: int = 1) -> int:
    now = instance.clock()
    backup_at = now - timedelta(days=days_old)
    return instance.engine.write(
        lambda tx: begin_epoch(tx, backup_id="b", backup_at=backup_at, now=now, **BY)
    )


def sell(instance: Instance, card: dict[str, Any], key: str) -> Row:
    """The ledger row of a sale."""
    sale_id = make_redemption(instance, card, key)["id"]
    row = instance.engine.read(lambda tx: row_by_id(tx, sale_id))
    assert row is not None
    return row


def test_chains_and_codes_go_on_behind_whatever_may_have_been_given(instance: Instance) -> None:
    engine, outlet = instance.engine, make_outlet(instance)
    make_policy(instance)
    card = make_card(instance)
    _, seller = make_terminal(instance, outlet)
    idle, idle_key = make_terminal(instance, outlet)
    before = sell(instance, card, seller)
    assert engine.read(current_epoch) == 1

    assert begin(instance) == 2
    assert engine.read(verify_chains) == []
    first, second = sell(instance, card, seller), sell(instance, card, seller)
    of_idle = sell(instance, card, idle_key)
    assert [row["sequence"] for row in (before, first, second)] == [1, 964_002, 964_003]
    assert of_idle["sequence"] == 964_001
    assert first["previous_hash"] == before["hash"]
    assert first["receipt_no"].endswith("964002")
    assert engine.read(verify_chains) == []
    assert all(engine.read(lambda tx, row=row: row_holds(tx, row)) for row in (before, first))

    new, _ = make_terminal(instance, outlet)
    assert int(new["code"]) == int(idle["code"]) + 1_145

    # Twice without a sale in between, and from a backup of two weeks ago.
    begin(instance)
    assert begin(instance, days_old=14) == 4
    third = sell(instance, card, seller)
    assert third["sequence"] == 14_124_004
    assert engine.read(verify_chains) == []
    assert engine.read(lambda tx: row_holds(tx, third))
    assert [row["number"] for row in engine.read(list_epochs)] == [2, 3, 4]
    gaps = engine.read(lambda tx: gaps_of(tx, find_terminal(tx, new["code"])["id"]))
    assert gaps == {0: 964_000, 964_000: 13_160_000}


def test_a_gap_hides_no_row_that_was_taken_away(instance: Instance) -> None:
    make_policy(instance)
    card = make_card(instance)
    _, key = make_terminal(instance, make_outlet(instance))
    sales = [sell(instance, card, key) for _ in range(2)]
    begin(instance)
    sell(instance, card, key)

    def take_away(tx: Transaction, sequence: int) -> None:
        mark = "?" if tx.engine == "sqlite" else "%s"
        if tx.engine == "sqlite":
            tx.connection.execute("DROP TRIGGER ledger_refuses_delete")
        else:
            tx.connection.execute("ALTER TABLE ledger DISABLE TRIGGER USER")
        tx.connection.execute(f"DELETE FROM ledger WHERE sequence = {mark}", (sequence,))

    instance.engine.write(lambda tx: take_away(tx, sales[1]["sequence"]))
    (finding,) = instance.engine.read(verify_chains)
    assert (finding.code, finding.sequence) == ("row_missing", 964_003)


def test_the_same_backup_restored_twice_gives_nothing_out_twice(instance: Instance) -> None:
    """A first attempt that sold for a while, a second one from the same copy a minute later."""
    make_policy(instance)
    terminal, key = make_terminal(instance, make_outlet(instance))
    sell(instance, make_card(instance), key)
    backup_at = instance.clock()
    reached = []
    for minutes in (5, 6):
        now = backup_at + timedelta(minutes=minutes)

        def attempt(tx: Transaction, now: datetime = now) -> None:
            begin_epoch(tx, backup_id="b", backup_at=backup_at, now=now, **BY)
            reached.append(max(gaps_of(tx, terminal["id"]).values()))
            raise LookupError  # the next attempt begins from the same copy

        with pytest.raises(LookupError):
            instance.engine.write(attempt)
    assert reached[1] - reached[0] >= 60
