"""A SQLite county copied into an empty PostgreSQL database: whole tables, one after the other.

Each table goes in one transaction, in the order of references, and is compared before it is kept:
rows, the sum of each column of numbers, the length of each column of text. A copy that was killed
goes on with the next table, if the county has not been written since. Until all is there and
proved the target holds a table that makes every other command refuse it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlite_utils import Database
from sqlite_utils.db import Table

from huimin.storage import sqlite_file
from huimin.storage.engine import Row, StorageProblem, Transaction
from huimin.storage.migrate import lay_schema, note_version
from huimin.storage.postgresql_database import (
    HALF_DONE_COPY,
    drop_tables,
    has_table,
    in_transaction,
    lock_schema,
    making_tables,
)
from huimin.storage.postgresql_place import Connection, PostgresqlPlace
from huimin.storage.sqlite_engine import connect, dict_row, problem_of

# With its rows the target has a version, so it comes last.
VERSIONS = "schema_migration"
_VERSION_ROWS = "SELECT version, name, applied_at FROM schema_migration ORDER BY version"
# What the number of rows is called beside the columns.
ROWS = "rows_of_table"
_LOCK_WAIT_MS = 1_000
# What proves the copy beyond its rows: raises StorageProblem when the two differ.
Prove = Callable[[Transaction, Transaction], None]


@dataclass(frozen=True)
class CopiedTable:
    """A table that was copied, or that an earlier run had copied."""

    name: str
    rows: int
    before: bool


def copy_county(
    path: Path, target: PostgresqlPlace, prove: Prove, *, again: bool
) -> Iterator[CopiedTable]:
    """Copy the county in the file into the target; each table is given once it is there.

    `again` drops a half-done copy of another state. Raises StorageProblem: somebody uses the file,
    the target holds something else, or what has arrived differs. The file stays as it is.
    """
    sqlite_file.require_newest(path)
    source = _digest(path)
    with _kept_still(path, source) as connection:
        _begin(target, source.hexdigest, again=again)
        connection.row_factory = None  # sqlite-utils reads rows by position
        database = Database(connection, execute_plugins=False)
        tables = _in_order(database)
        for table in tables:
            yield _copy(table, target)
        with in_transaction(target) as server:
            for table in tables:
                if has_table(server, table.name):
                    _compare(table, connection, server)
            connection.row_factory = dict_row
            source_tx, target_tx = (
                Transaction("sqlite", connection),
                Transaction("postgresql", server),
            )
            prove(source_tx, target_tx)
            # Its fingerprints are those of the other engine.
            for row in connection.execute(_VERSION_ROWS).fetchall():
                note_version(target_tx, **row)
            server.execute(f"DROP TABLE {HALF_DONE_COPY}")


@dataclass(frozen=True)
class _Source:
    """The state of the file: its digest, and when it was changed last, to see that it was not."""

    hexdigest: str
    changed: tuple[int, int]


def _digest(path: Path) -> _Source:
    with _alone(path) as connection:  # the log goes into the file
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    changed = _changed(path)
    # While no connection is open: to close the file would give up SQLite's locks with it.
    with path.open("rb") as file:
        return _Source(hashlib.file_digest(file, "sha256").hexdigest(), changed)


def _changed(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_size, about.st_mtime_ns


@contextmanager
def _alone(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection beside which nobody has the file open. Raises StorageProblem if somebody has."""
    try:
        with closing(connect(path)) as connection:
            connection.execute(f"PRAGMA busy_timeout = {_LOCK_WAIT_MS}")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            yield connection
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise _in_use_problem(path) from error
        raise problem_of(path, error) or error from error


@contextmanager
def _kept_still(path: Path, source: _Source) -> Iterator[sqlite3.Connection]:
    with _alone(path) as connection:
        if _changed(path) != source.changed:
            raise _in_use_problem(path)
        yield connection


def _in_use_problem(path: Path) -> StorageProblem:
    return StorageProblem(
        "数据库 {path} 正被服务或别的命令使用，没有复制；"
        "请先停下服务，再运行 huimin database copy。",
        path=path,
    )


def _begin(target: PostgresqlPlace, source: str, *, again: bool) -> None:
    """Make the tables in an empty target, or go on with the copy of the same state."""
    if again and _is_half_done(target):
        drop_tables(target)
    with in_transaction(target) as server:
        lock_schema(server, target)
        if has_table(server, HALF_DONE_COPY):
            query = f"SELECT source FROM {HALF_DONE_COPY} WHERE source <> %s"  # noqa: S608
            if server.execute(query, (source,)).fetchone():
                raise StorageProblem(
                    "目标数据库里有一份没有复制完的县，是从另一个状态复制的"
                    "（县里后来又有改动，或是别的县）；要丢弃它、从头复制，请加 --again。"
                )
            return
        if has_table(server, VERSIONS):
            raise StorageProblem("目标数据库里已有惠民卡的表，没有复制；请换一个空数据库。")
        with making_tables(server):
            lay_schema(Transaction("postgresql", server))
        server.execute(
            f"CREATE TABLE {HALF_DONE_COPY}"
            " (name TEXT PRIMARY KEY, source TEXT NOT NULL, copied BIGINT NOT NULL)"
        )
        _note(server, "", source, 0)


def _is_half_done(target: PostgresqlPlace) -> bool:
    with in_transaction(target) as server:
        return has_table(server, HALF_DONE_COPY)


def _note(server: Connection, name: str, source: str, rows: int) -> None:
    server.execute(
        f"INSERT INTO {HALF_DONE_COPY} (name, source, copied) VALUES (%s, %s, %s)",  # noqa: S608
        (name, source, rows),
    )


def _in_order(database: Database) -> list[Table]:
    """Every table of the county but the versions, each after those that it refers to."""
    tables = {name: database.table(name) for name in database.table_names()}
    ordered: dict[str, Table] = {}

    def add(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"tables that refer to each other: {above}")
        for key in tables[name].foreign_keys:
            if key.other_table != name and key.other_table not in ordered:
                add(key.other_table, (*above, name))
        ordered.setdefault(name, tables[name])

    for name in sorted(tables):
        if not name.startswith("sqlite_") and name != VERSIONS:
            add(name, ())
    return list(ordered.values())


def _copy(table: Table, target: PostgresqlPlace) -> CopiedTable:
    """Copy one table and compare it, unless an earlier run has."""
    name = table.name
    with in_transaction(target) as server:
        query = f"SELECT name, source, copied FROM {HALF_DONE_COPY} WHERE name IN ('', %s)"  # noqa: S608
        rows = {row["name"]: row for row in server.execute(query, (name,)).fetchall()}
        if name in rows:
            return CopiedTable(name, int(rows[name]["copied"]), before=True)
        if not has_table(server, name):  # one that the operator has added
            return CopiedTable(name, 0, before=True)
        count = _copy_rows(table, table.db.conn, server)
        _note(server, name, rows[""]["source"], count)
    return CopiedTable(name, count, before=False)


def _copy_rows(table: Table, connection: sqlite3.Connection, server: Connection) -> int:
    columns = [column.name for column in table.columns]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
    try:
        with server.cursor() as cursor, cursor.copy(statement) as copy:
            for row in table.rows:
                copy.write_row([row[name] for name in columns])
    except psycopg.IntegrityError as error:
        raise _differs_problem(table.name, str(error).splitlines()[0]) from error
    return _compare(table, connection, server)


def _compare(table: Table, connection: sqlite3.Connection, server: Connection) -> int:
    """The number of rows. Raises StorageProblem when the table is not the same on both sides."""
    lite, post = _measured(table, connection), _measured(table, server)
    different = [
        f"{name}: {lite[name]} ≠ {post[name]}" for name in lite if lite[name] != post[name]
    ]
    if different:
        raise _differs_problem(table.name, different[0])
    return int(lite[ROWS])


def _measured(table: Table, connection: Any) -> Row:
    """Rows, sums of numbers and lengths of texts, the same on both engines."""
    parts = [f"COUNT(*) AS {ROWS}"]
    for column in table.columns:
        value = f'"{column.name}"' if column.type == "BIGINT" else f'LENGTH("{column.name}")'
        parts.append(f'COALESCE(SUM({value}), 0) AS "{column.name}"')
    cursor = connection.execute(f'SELECT {", ".join(parts)} FROM "{table.name}"')  # noqa: S608
    names, row = [column[0] for column in cursor.description], cursor.fetchone()
    values = row.values() if isinstance(row, dict) else row
    return {name: int(value) for name, value in zip(names, values, strict=True)}


def _differs_problem(table: str, why: str) -> StorageProblem:
    return StorageProblem(
        "表 {table} 在两边不一致（{why}），复制没有完成；原来的县没有改动。", table=table, why=why
    )
