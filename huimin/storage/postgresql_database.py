"""A PostgreSQL database as a whole: look at it, create the schema in it, migrate it, check it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.rows import dict_row

from huimin.storage.append_only import APPEND_ONLY_TABLES, make_append_only
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.migrate import (
    create_schema,
    newest_version,
    note_version,
    older_version_problem,
    steps,
    unknown_version_problem,
    version_of,
)
from huimin.storage.postgresql_engine import (
    CONNECT_SECONDS_MAX,
    Connection,
    unreachable_problem,
)

# Taken while the schema is made or changed, so that two programs don't do it at once.
_LOCK_NUMBER = 512_022_001


def inspect(url: str) -> int:
    """The version of the database. Raises StorageProblem; changes nothing."""
    with _connected(url) as connection:
        version = _version_in(connection)
        if version is None:
            raise StorageProblem(
                "PostgreSQL 数据库里还没有惠民卡的表，请先运行 huimin init。",
                "The PostgreSQL database holds no tables of huimin; run huimin init first.",
            )
        if version > newest_version():
            raise unknown_version_problem(version)
        if _setting(connection, "transaction_read_only") == "on":
            raise StorageProblem(
                "PostgreSQL 数据库是只读的，请连接主库或检查权限。",
                "The PostgreSQL database is read-only: connect to the primary or check the rights.",
            )
        return version


def require_newest(url: str) -> None:
    """Raise StorageProblem unless the database has the newest version and can be written."""
    version = inspect(url)
    if version < newest_version():
        raise older_version_problem(version)


def create(url: str, applied_at: str) -> None:
    """Make the schema, whole or not at all. Raises StorageProblem where there is one already."""
    with _connected(url) as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_NUMBER,))
        if _version_in(connection) is not None:
            raise StorageProblem(
                "PostgreSQL 数据库里已有惠民卡的表，未作改动；升级请运行 huimin migrate。",
                "The PostgreSQL database holds huimin's tables already and was left alone; "
                "run huimin migrate to bring an older one up to date.",
            )
        create_schema(Transaction("postgresql", connection), applied_at)


def migrate(url: str, applied_at: str) -> list[str]:
    """Run the steps that the database lacks; returns their names."""
    done: list[str] = []
    inspect(url)
    with _connected(url) as connection:
        tx = Transaction("postgresql", connection)
        for step in steps():
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_NUMBER,))
                if version_of(tx) >= step.version:
                    continue
                step.run(tx)
                make_append_only(tx)
                note_version(tx, step.version, step.name, applied_at)
                done.append(f"{step.version:04d}_{step.name}")
    return done


def findings(url: str) -> list[str]:
    """What is wrong with the schema; the server itself keeps pages and references sound."""
    with _connected(url) as connection:
        rows = connection.execute(
            "SELECT c.relname AS name FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid"
            " WHERE t.tgname LIKE '%_refuses_%' AND t.tgenabled <> 'D'"
        ).fetchall()
    guarded = [row["name"] for row in rows]
    return [
        f"{table}: append-only trigger missing"
        for table in APPEND_ONLY_TABLES
        if guarded.count(table) != 3
    ]


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    try:
        connection = psycopg.connect(
            url, autocommit=True, row_factory=dict_row, connect_timeout=CONNECT_SECONDS_MAX
        )
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise unreachable_problem(error) from error
    try:
        yield connection
    finally:
        connection.close()


def _version_in(connection: Connection) -> int | None:
    row = connection.execute("SELECT to_regclass('schema_migration') AS found").fetchone()
    if row is None or row["found"] is None:
        return None
    return version_of(Transaction("postgresql", connection))


def _setting(connection: Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s) AS value", (name,)).fetchone()
    return str(row["value"]) if row else ""
