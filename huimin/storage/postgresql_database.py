"""A PostgreSQL database as a whole: look at it, create the schema in it, migrate it, check it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from huimin.core.catalogue import Text, text
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.migrate import (
    VERSIONS_TABLE,
    create_schema,
    few_of,
    newest_version,
    older_version_problem,
    proven_version,
    schema_text,
    steps,
    take_step,
    unknown_schema_problem,
    version_of,
)
from huimin.storage.postgresql_connection import is_lost
from huimin.storage.postgresql_place import (
    Connection,
    PostgresqlPlace,
    first_line,
    refused_problem,
    unreachable_problem,
)

# Taken while the schema is made or changed, so that two programs don't do it at once.
_LOCK_NUMBER = 512_022_001
# It stands in the target of `huimin database copy` until everything has been copied and proved.
HALF_DONE_COPY = "half_done_copy"
# No right to make tables there, something that is no table has a name of ours, or an extension
# allows no such thing: Citus names a trigger that it does not want an internal error.
_REFUSALS = (psycopg.ProgrammingError, psycopg.NotSupportedError, psycopg.InternalError)
_TABLE = re.compile(r"^CREATE TABLE (\w+)", re.MULTILINE)


def inspect(place: PostgresqlPlace, *, writable: bool = True) -> int:
    """The version of the database. Raises StorageProblem; changes nothing.

    `writable` False is for a standby, or a role that may only read.
    """
    with in_transaction(place) as connection:
        if not _has_tables(connection):
            raise StorageProblem("PostgreSQL 数据库里还没有惠民卡的表，请先运行 huimin init。")
        if has_table(connection, HALF_DONE_COPY):
            raise StorageProblem(
                "PostgreSQL 数据库里是一个没有复制完的县，请再运行一次 huimin database copy。"
            )
        try:
            version = proven_version(Transaction("postgresql", connection), "PostgreSQL")
        except psycopg.errors.UndefinedColumn:
            raise unknown_schema_problem("PostgreSQL", [VERSIONS_TABLE]) from None
        if writable and _setting(connection, "transaction_read_only") == "on":
            raise StorageProblem(
                "PostgreSQL 数据库是只读的，请连接主库或检查权限；备库只用来查看时，请设 "
                "HUIMIN_READ_ONLY=1。"
            )
        return version


def require_newest(place: PostgresqlPlace, *, writable: bool = True) -> None:
    """Raise StorageProblem unless the database has the newest version and can be used so."""
    version = inspect(place, writable=writable)
    if version < newest_version():
        raise older_version_problem(version)


def has_unfit_pooler(place: PostgresqlPlace) -> bool:
    """Whether a pooler stands in between while statements are to be prepared.

    Seen by the process number that it gives instead of the server's own.
    """
    with in_transaction(place) as connection:
        row = connection.execute("SELECT pg_backend_pid() AS pid").fetchone()
        return place.prepared and row is not None and row["pid"] != connection.info.backend_pid


def create(place: PostgresqlPlace, applied_at: str) -> None:
    """Make the schema, whole or not at all. Raises StorageProblem where there is one already."""
    with in_transaction(place) as connection:
        lock_schema(connection, place)
        if _has_tables(connection):
            raise StorageProblem(
                "PostgreSQL 数据库里已有惠民卡的表，未作改动；升级请运行 huimin migrate。"
            )
        with making_tables(connection):
            create_schema(Transaction("postgresql", connection), applied_at)


def migrate(place: PostgresqlPlace, applied_at: str, say: Callable[[Text], None]) -> list[str]:
    """Run the steps that the database lacks; returns their names.

    The server's databases can't be copied from here: what to do instead is said first.
    """
    version = inspect(place)
    waiting = [step for step in steps() if step.version > version]
    done: list[str] = []
    if waiting:
        say(
            text(
                "PostgreSQL 数据库不会自动另存副本：升级不能退回，"
                "旧版本只能从您的 pg_dump 备份恢复。"
            )
        )
    for step in waiting:
        with in_transaction(place) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_NUMBER,))
            tx = Transaction("postgresql", connection)
            if version_of(tx) >= step.version:  # another program was faster
                continue
            with _refused_in_a_sentence():
                take_step(tx, step, applied_at)
        done.append(step.full_name)
        say(text("已执行：{step}", step=step.full_name))
    return done


def lock_schema(connection: Connection, place: PostgresqlPlace) -> None:
    """Let nobody else change the tables until the transaction ends; make the schema if need be."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_NUMBER,))
    if place.schema and not _has_schema(connection, place.schema):
        with _refused_in_a_sentence():
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(place.schema)))


@contextmanager
def making_tables(connection: Connection) -> Iterator[None]:
    """Make huimin's tables in this block, where there are none yet.

    Raises StorageProblem where another program's have a name of ours, or the server refuses.
    """
    strangers = _names_taken(connection)
    if strangers:
        raise StorageProblem(
            "PostgreSQL 数据库里已有别的程序的表，与惠民卡的同名（{tables}），未作改动；"
            "请换一个空数据库，或用 HUIMIN_DATABASE_SCHEMA 另设一个模式。",
            tables=few_of(strangers),
        )
    with _refused_in_a_sentence():
        yield


@contextmanager
def _refused_in_a_sentence() -> Iterator[None]:
    try:
        yield
    except _REFUSALS as error:
        raise StorageProblem(
            "PostgreSQL 不让建表或改表，未作改动：{reason}。", reason=first_line(error)
        ) from error


def is_empty(place: PostgresqlPlace) -> bool:
    """True when the database holds no table with a name of ours, whoever made it: `drop_tables`
    would take it away. Raises StorageProblem; changes nothing.
    """
    with in_transaction(place) as connection:
        return not _names_taken(connection)


def _names_taken(connection: Connection) -> list[str]:
    query = "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NOT NULL"
    names = [*_TABLE.findall(schema_text()), HALF_DONE_COPY]
    return [row["name"] for row in connection.execute(query, (names,)).fetchall()]


def drop_tables(place: PostgresqlPlace) -> None:
    """Take all of huimin's tables out of the database, with what is in them."""
    tables = ", ".join(_TABLE.findall(schema_text()))
    with in_transaction(place) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {tables}, {HALF_DONE_COPY} CASCADE")
        connection.execute("DROP FUNCTION IF EXISTS refuse_change()")


@contextmanager
def in_transaction(place: PostgresqlPlace, kind: str = "") -> Iterator[Connection]:
    """A connection in one transaction, in the place's schema.

    What is set is set for this transaction alone, because behind a pooler the next one in this
    session may be another program's. Raises StorageProblem when the server can't be reached, is
    lost on the way, or can't go on (no room on its disk).
    """
    try:
        connection = place.connect_plainly()
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise unreachable_problem(error) from error
    try:
        with connection.transaction():
            if kind:
                connection.execute(f"SET TRANSACTION {kind}")
            for setting in place.search_path:
                connection.execute(f"SET LOCAL {setting}")
            yield connection
    except psycopg.OperationalError as error:
        raise (unreachable_problem if is_lost(error) else refused_problem)(error) from error
    finally:
        connection.close()


@contextmanager
def looking(place: PostgresqlPlace) -> Iterator[Transaction]:
    """One snapshot of the database, of whatever version, in which nothing can be written.

    A standby will do. Raises StorageProblem when it can't be reached.
    """
    with in_transaction(place, "ISOLATION LEVEL REPEATABLE READ READ ONLY") as connection:
        yield Transaction("postgresql", connection)


def _has_schema(connection: Connection, schema: str) -> bool:
    query = "SELECT to_regnamespace(%s) IS NOT NULL AS is_there"
    row = connection.execute(query, (schema,)).fetchone()
    return bool(row and row["is_there"])


def has_table(connection: Connection, name: str) -> bool:
    """Whether there is a table of that name in the place's schema."""
    row = connection.execute("SELECT to_regclass(%s) AS oid", (name,)).fetchone()
    return row is not None and row["oid"] is not None


def _has_tables(connection: Connection) -> bool:
    return has_table(connection, "schema_migration")


def _setting(connection: Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s) AS value", (name,)).fetchone()
    return str(row["value"]) if row else ""
