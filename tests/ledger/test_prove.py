"""The ledger proves itself: whoever reaches behind its back is found and named."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from huimin.ledger.read import digest_of_day
from huimin.ledger.rollups import check_rollups, rebuild_rollups
from huimin.storage.engine import Transaction
from tests.making.cards import make_card
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy
from tests.making.sales import make_redemption, make_reversal

SWAP = """
UPDATE ledger SET sequence = -1 WHERE sequence = 2;
UPDATE ledger SET sequence = 2 WHERE sequence = 3;
UPDATE ledger SET sequence = 3 WHERE sequence = -1;
"""


def fill(instance: Instance) -> list[dict[str, Any]]:
    """Five rows of one terminal: four sales and a reversal."""
    make_policy(instance)
    card = make_card(instance)
    _, key = make_terminal(instance, make_outlet(instance))
    sales = [make_redemption(instance, card, key) for _ in range(4)]
    return [*sales, make_reversal(instance, sales[0]["id"], key, 2_800)]


def tamper(database: Path, script: str) -> None:
    """Change the file as somebody with write access would, putting the triggers back afterwards."""
    connection = sqlite3.connect(database)
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.executescript(script)
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()


def test_an_honest_ledger_is_proved(instance: Instance) -> None:
    fill(instance)
    assert instance.engine.read(verify_chains) == []
    assert instance.engine.read(check_rollups) == []


@pytest.mark.parametrize(
    ("script", "code", "sequence"),
    [
        ("UPDATE ledger SET amount_fen = 1, payable_fen = 1 WHERE sequence = 3", "row_changed", 3),
        ("UPDATE ledger SET cashier = 'x' WHERE sequence = 1", "row_changed", 1),
        ("DELETE FROM ledger WHERE sequence = 2", "row_missing", 3),
        ("DELETE FROM ledger WHERE sequence = 5", "tail_missing", 5),
        ("DELETE FROM ledger", "tail_missing", 1),
        (SWAP, "row_changed", 2),
        ("UPDATE chain_head SET hash = 'x'", "head_changed", 5),
        ("DELETE FROM chain_head", "head_changed", 5),
        ("UPDATE chain_head SET sequence = 4", "head_changed", 5),
    ],
)
def test_tampering_is_found_and_named(
    sqlite_instance: Instance, run_cli: Any, script: str, code: str, sequence: int
) -> None:
    rows = fill(sqlite_instance)
    folder = sqlite_instance.settings.folder
    sqlite_instance.close()
    tamper(folder / "huimin.db", script)
    told = run_cli(["ledger", "verify", "--format", "json"], folder)
    assert told.returncode == 1, told.stderr
    (finding,) = json.loads(told.stdout)["findings"]
    assert (finding["code"], finding["sequence"]) == (code, sequence)
    spoken = run_cli(["ledger", "verify"], folder)
    assert f"第 {sequence} 行" in spoken.stdout
    if code == "row_changed" and script != SWAP:
        assert rows[sequence - 1]["receipt_no"] in spoken.stdout


def rehash(database: Path) -> None:
    """A cleverer thief: changes a row and its own hash with it."""
    from huimin.core.chain import row_hash

    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    row = dict(connection.execute("SELECT * FROM ledger WHERE sequence = 2").fetchone())
    row["cashier"] = "x"
    tamper(
        database,
        f"UPDATE ledger SET cashier = 'x', hash = '{row_hash(row)}' WHERE sequence = 2;",
    )


def test_a_new_hash_breaks_the_link_to_the_next_row(
    sqlite_instance: Instance, run_cli: Any
) -> None:
    fill(sqlite_instance)
    folder = sqlite_instance.settings.folder
    sqlite_instance.close()
    rehash(folder / "huimin.db")
    told = run_cli(["ledger", "verify", "--format", "json"], folder)
    (finding,) = json.loads(told.stdout)["findings"]
    assert (finding["code"], finding["sequence"]) == ("link_broken", 3)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("UPDATE rollup_month SET discount_fen = discount_fen + 1", "rollup_month"),
        ("DELETE FROM rollup_month", "缺少"),
        ("UPDATE rollup_month_card SET redemptions = 9", "rollup_month_card"),
        ("UPDATE usage SET used_fen = 0 WHERE length(period) = 10", "usage"),
        ("UPDATE usage SET used_fen = 5 WHERE length(period) = 7", "usage"),
        ("UPDATE reversal_total SET amount_fen = 0", "reversal_total"),
        ("INSERT INTO usage VALUES ('h', 'p', '2026-10-31', 7)", "多出"),
    ],
)
def test_an_edited_rollup_is_found_named_and_rebuilt(
    sqlite_instance: Instance, run_cli: Any, script: str, words: str
) -> None:
    fill(sqlite_instance)
    folder = sqlite_instance.settings.folder
    sqlite_instance.close()
    tamper(folder / "huimin.db", script)
    told = run_cli(["ledger", "rebuild", "--check"], folder)
    assert told.returncode == 1
    assert words in told.stdout
    assert json.loads(run_cli(["ledger", "rebuild", "--format", "json"], folder).stdout)["rebuilt"]
    clean = run_cli(["ledger", "rebuild", "--check"], folder)
    assert (clean.returncode, clean.stdout.strip()) == (0, "汇总与流水一致。")
    assert "改正 0 处" in run_cli(["ledger", "rebuild"], folder).stdout


def test_a_rebuild_writes_only_where_something_differs(sqlite_instance: Instance) -> None:
    fill(sqlite_instance)
    look = sqlite3.connect(sqlite_instance.settings.database_path)

    def commits() -> int:
        return int(look.execute("PRAGMA data_version").fetchone()[0])

    before = commits()
    assert rebuild_rollups(sqlite_instance.engine) == [] and commits() == before
    sqlite_instance.engine.write(lambda tx: tx.connection.execute("DELETE FROM rollup_month"))
    damaged = commits()
    assert damaged != before
    assert {each.table for each in rebuild_rollups(sqlite_instance.engine)} == {"rollup_month"}
    assert commits() != damaged
    look.close()


def test_rebuilding_restores_what_was_lost(instance: Instance) -> None:
    fill(instance)

    def lose(tx: Transaction) -> None:
        for table in ("rollup_month", "rollup_month_card", "usage"):
            tx.connection.execute(f"DELETE FROM {table}")

    instance.engine.write(lose)
    assert len(rebuild_rollups(instance.engine)) >= 4
    assert instance.engine.read(check_rollups) == []


def test_the_digest_of_a_day_is_of_that_day(instance: Instance, clock: Any, run_cli: Any) -> None:
    rows = fill(instance)
    day = clock().date()
    digest = instance.engine.read(lambda tx: digest_of_day(tx, day))
    clock.advance(days=1)
    fill_more = make_card(instance)
    _, key = make_terminal(instance, make_outlet(instance))
    make_redemption(instance, fill_more, key)
    assert instance.engine.read(lambda tx: digest_of_day(tx, day)) == digest
    assert instance.engine.read(lambda tx: digest_of_day(tx, clock().date())) != digest
    assert len(digest) == 64
    assert rows


def test_the_commands_speak(sqlite_instance: Instance, run_cli: Any) -> None:
    fill(sqlite_instance)
    folder = sqlite_instance.settings.folder
    sqlite_instance.close()
    assert "流水完整" in run_cli(["ledger", "verify"], folder).stdout
    assert json.loads(run_cli(["ledger", "verify", "--format", "json"], folder).stdout)["ok"]
    assert len(run_cli(["ledger", "digest", "2026-10-31"], folder).stdout.strip()) == 64
    wrong = run_cli(["ledger", "digest", "31.10.2026"], folder)
    assert wrong.returncode == 2
    assert "2026-10-31" in wrong.stderr


DROP_TRIGGERS = {
    "sqlite": ("DROP TRIGGER {name}", "SELECT name FROM sqlite_master WHERE type = 'trigger'"),
    "postgresql": (
        "ALTER TABLE ledger DISABLE TRIGGER {name}",
        "SELECT tgname AS name FROM pg_trigger WHERE tgrelid = 'ledger'::regclass"
        " AND NOT tgisinternal",
    ),
}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE ledger SET cashier = 'x' WHERE sequence = 3", "row_changed"),
        ("DELETE FROM ledger WHERE sequence = 4", "row_missing"),
        ("DELETE FROM ledger WHERE sequence = 5", "tail_missing"),
        ("UPDATE chain_head SET hash = 'x'", "head_changed"),
        ("DELETE FROM chain_head", "head_changed"),
    ],
)
def test_both_engines_name_the_first_row_that_fails(
    instance: Instance, statement: str, code: str
) -> None:
    fill(instance)

    def reach_in(tx: Transaction) -> None:
        drop, triggers = DROP_TRIGGERS[tx.engine]
        for row in tx.connection.execute(triggers).fetchall():
            tx.connection.execute(drop.format(name=row["name"]))
        # What points at the row must go before it.
        for table in ("alert_row", "alert"):
            tx.connection.execute(f"DELETE FROM {table}")
        tx.connection.execute(statement)

    instance.engine.write(reach_in)
    (finding,) = instance.engine.read(verify_chains)
    assert finding.code == code
    assert finding.terminal_id in finding.text.say()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rollup_month SET redemptions = 9 WHERE dimension = 'weekday'",
        "DELETE FROM usage WHERE length(period) = 7",
        "INSERT INTO usage VALUES ('h', 'p', '2026-10-31', 7)",
    ],
)
def test_both_engines_name_a_wrong_rollup(instance: Instance, statement: str) -> None:
    fill(instance)
    if statement.startswith("INSERT"):
        statement = statement.replace("'h'", f"'{make_card(instance)['holder_id']}'")
    instance.engine.write(lambda tx: tx.connection.execute(statement))
    (difference,) = instance.engine.read(check_rollups)
    assert difference.table in difference.text.say()
    rebuild_rollups(instance.engine)
    assert instance.engine.read(check_rollups) == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger SET cashier = 'x'", "DELETE FROM ledger", "DELETE FROM audit_event"],
)
def test_the_database_itself_refuses_to_forget(instance: Instance, statement: str) -> None:
    fill(instance)
    with pytest.raises(Exception, match="append-only"):
        instance.engine.write(lambda tx: tx.connection.execute(statement))
    assert instance.engine.read(verify_chains) == []
