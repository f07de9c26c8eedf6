"""Every statement of every room says the same on both engines, over rows in every table.

Preparing a statement plans it; what only running shows (a value of another type than its column's,
a conflict that hits no unique index, a lock that a grouping forbids, a sum that comes back as a
decimal number) is shown here. It is the county of version 1, brought up to date, with a row in each
table that came later. The values come from its own rows, by the name of the parameter; whatever a
statement writes is undone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from huimin.settings import Settings
from huimin.storage.engine import PipelinedConnection, Transaction
from huimin.storage.named_queries import parameter_names, pyformat, rooms, statements
from huimin.storage.open_engine import migrate_database
from huimin.storage.postgresql_connection import PostgresqlConnection
from huimin.storage.postgresql_engine import WRITE
from huimin.storage.postgresql_place import PostgresqlPlace
from tests.storage.every_table import DAY, fill_empty_tables, tables
from tests.storage.older_databases import over_driver
from tests.storage.test_county_v1 import fill_county

# A row that the tables refuse was tried: the statement ran.
REFUSED_ROWS = (sqlite3.IntegrityError, psycopg.IntegrityError, psycopg.errors.RaiseException)
REFUSED = "refused by the tables"
# PostgreSQL's bigint, smallint, integer.
NUMBERS = (20, 21, 23)
# What a statement may say, and how it is compared: whether something is so is 0 or 1 on SQLite.
PLAIN: dict[type, Callable[[Any], Any]] = {
    int: int,
    bool: int,
    str: str,
    type(None): lambda _: None,
}


@pytest.fixture
def places(
    folder: Path, environment: None, postgresql_server: Any
) -> Iterator[tuple[Settings, Settings]]:
    """Two places where a database can be made, on SQLite and on PostgreSQL."""
    url = postgresql_server.fresh()
    server = {"HUIMIN_DATABASE_URL": url}
    yield (
        Settings.from_environment(folder / "sqlite", {}),
        Settings.from_environment(folder / "postgresql", server),
    )
    postgresql_server.drop(url)


def test_every_statement_says_the_same_on_both_engines(places: tuple[Settings, Settings]) -> None:
    for place in places:
        fill_county(place)
        migrate_database(place)
        over_driver(place, fill_empty_tables)
    file, server = places
    differing = over_driver(
        file, lambda lite: over_own_connection(server, lambda post: list(differences(lite, post)))
    )
    assert "\n".join(differing) == ""


def over_own_connection(settings: Settings, work: Callable[[Transaction], Any]) -> Any:
    """What `work` returns over a connection as the engine has it; nothing is kept."""
    assert settings.database_url is not None
    connection = PostgresqlConnection(PostgresqlPlace(settings.database_url), lambda: True)
    connection.begin(WRITE)
    try:
        return work(Transaction("postgresql", connection))
    finally:
        connection.close()


def differences(lite: Transaction, post: Transaction) -> Iterator[str]:
    samples = values(lite)
    for room in rooms():
        for name, sql in statements(room).items():
            numbers = numbers_of(post, sql)
            given = {
                one: fitting(samples.get(one, DAY), one in numbers) for one in parameter_names(sql)
            }
            said = [answer(tx, sql, given) for tx in (lite, post)]
            if said[0] != said[1]:
                yield f"{room}.{name} {given}: {said[0]} on SQLite, {said[1]} on PostgreSQL"


def answer(tx: Transaction, sql: str, given: dict[str, Any]) -> Any:
    """What the statement says, its rows without an order; what it writes is undone."""
    tx.connection.execute("SAVEPOINT before")
    try:
        if isinstance(tx.connection, PipelinedConnection):
            answered = tx.connection.ask(sql, given)
            count, found = answered.count, answered.rows
        else:
            cursor = tx.connection.execute(sql, given)
            found = cursor.fetchall()
            count = len(found) if cursor.description else cursor.rowcount
        if not found:
            return count
        rows = [[*row.values()] for row in found]
        if strange := {type(value) for row in rows for value in row} - {*PLAIN}:
            return str(strange)
        return sorted(json.dumps([PLAIN[type(value)](value) for value in row]) for row in rows)
    except REFUSED_ROWS:
        return REFUSED
    except (sqlite3.Error, psycopg.Error) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        tx.connection.execute("ROLLBACK TO before")


def fitting(value: Any, number: bool) -> Any:
    """The value, or one of the type that the statement asks for."""
    if isinstance(value, int) == number:
        return value
    return 3 if number else DAY


def numbers_of(tx: Transaction, sql: str) -> set[str]:
    """The parameters that PostgreSQL takes for numbers."""
    server, names = tx.connection.pgconn, parameter_names(sql)
    places = {name: f"${number}" for number, name in enumerate(names, 1)}
    server.prepare(b"", (pyformat(sql) % places).encode())
    types = server.describe_prepared(b"")
    return {name for number, name in enumerate(names) if types.param_type(number) in NUMBERS}


def values(tx: Transaction) -> dict[str, Any]:
    """A value of each column by its name, from the first table that has one."""
    found: dict[str, Any] = {}
    for table in tables():
        for row in tx.connection.execute(f"SELECT * FROM {table} LIMIT 20").fetchall():
            for column, value in dict(row).items():
                if value is not None:
                    found.setdefault(column, value)
    return found
