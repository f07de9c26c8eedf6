"""Every statement of every room runs on both engines over a county that has rows in every table.

Preparing a statement plans it; what only running shows (a value of another type than its column's,
a conflict that hits no unique index, a lock that a grouping forbids) is shown here. The values come
from the county's own rows, by the name of the parameter; whatever a statement writes is undone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg

from huimin.settings import Settings
from huimin.storage.engine import Transaction
from huimin.storage.named_queries import parameter_names, pyformat, rooms, statements
from huimin.storage.open_engine import migrate_database
from tests.storage.older_databases import over_driver
from tests.storage.test_county_v1 import TABLES, county

__all__ = ["county"]
# A row that the tables refuse was tried: the statement ran.
REFUSED_ROWS = (sqlite3.IntegrityError, psycopg.IntegrityError, psycopg.errors.RaiseException)
DAY = "2026-09-10"
# PostgreSQL's bigint, smallint, integer.
NUMBERS = (20, 21, 23)


def test_every_statement_runs(county: Settings) -> None:
    migrate_database(county)
    assert "\n".join(over_driver(county, lambda tx: list(refused(tx)))) == ""


def refused(tx: Transaction) -> Iterator[str]:
    samples = values(tx)
    for room in rooms():
        for name, sql in statements(room).items():
            tx.connection.execute("SAVEPOINT before")
            try:
                run(tx, sql, {one: samples.get(one, DAY) for one in parameter_names(sql)})
            except REFUSED_ROWS:
                pass
            except (sqlite3.Error, psycopg.Error) as error:
                yield f"{room}.{name}: {error}"
            tx.connection.execute("ROLLBACK TO before")


def run(tx: Transaction, sql: str, given: dict[str, Any]) -> None:
    text = sql if tx.engine == "sqlite" else pyformat(sql)
    if tx.engine == "postgresql":
        numbers = numbers_of(tx, text, list(given))
        given = {name: fitting(value, name in numbers) for name, value in given.items()}
    cursor = tx.connection.execute(text, given)
    if cursor.description is not None:
        cursor.fetchall()


def fitting(value: Any, number: bool) -> Any:
    """The value, or one of the type that the statement asks for."""
    if isinstance(value, int) == number:
        return value
    return 3 if number else DAY


def numbers_of(tx: Transaction, text: str, names: list[str]) -> set[str]:
    """The parameters that PostgreSQL takes for numbers."""
    server = tx.connection.pgconn
    places = {name: f"${number}" for number, name in enumerate(names, 1)}
    server.prepare(b"", (text % places).encode())
    types = server.describe_prepared(b"")
    return {name for number, name in enumerate(names) if types.param_type(number) in NUMBERS}


def values(tx: Transaction) -> dict[str, Any]:
    """A value of each column by its name, from the first table that has one."""
    found: dict[str, Any] = {}
    for table in TABLES:
        for row in tx.connection.execute(f"SELECT * FROM {table} LIMIT 20").fetchall():
            for column, value in dict(row).items():
                if value is not None:
                    found.setdefault(column, value)
    return found
