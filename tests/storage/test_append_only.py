"""What has been written to the ledger and to the records of acts is never changed or deleted."""

from __future__ import annotations

from typing import Any

import pytest

from huimin.storage.append_only import APPEND_ONLY_TABLES
from huimin.storage.engine import Engine
from tests.storage.rows import insert_all


@pytest.fixture
def filled(engine: Engine) -> Engine:
    engine.write(insert_all)
    return engine


def rows_of(engine: Engine, table: str) -> list[dict[str, Any]]:
    return engine.read(lambda tx: tx.connection.execute(f"SELECT * FROM {table}").fetchall())


def attempts(table: str, engine: str) -> list[str]:
    if engine == "postgresql":
        return [
            f"UPDATE {table} SET id = 'other'",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ]
    row = ", ".join(f"'{text}'" for text in ("e", "c", "issued", "别的", "x", "y"))
    replace = [f"INSERT OR REPLACE INTO card_event VALUES ({row})"] if table == "card_event" else []
    return [f"UPDATE {table} SET id = 'other'", f"DELETE FROM {table}", *replace]


@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
def test_it_refuses_to_change_or_delete_a_row(filled: Engine, table: str) -> None:
    before = rows_of(filled, table)
    assert len(before) == 1
    for statement in attempts(table, filled.name):
        with pytest.raises(Exception, match=f"{table} is append-only"):
            filled.write(lambda tx, statement=statement: tx.connection.execute(statement))  # type: ignore[misc]
    assert rows_of(filled, table) == before


def test_the_ledger_is_one_of_them() -> None:
    assert {
        *("ledger", "audit_event", "card_event", "day_comparison", "day_close"),
        *("offline_item", "receipt_print", "month_file"),
    } <= set(APPEND_ONLY_TABLES)
