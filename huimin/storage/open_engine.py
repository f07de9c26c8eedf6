"""From the settings to a database: open it, create it, migrate it, check it, on either engine.

The PostgreSQL driver is imported only when HUIMIN_DATABASE_URL asks for it: SQLite needs no extra.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from huimin.core.catalogue import Text
from huimin.storage import sqlite_file
from huimin.storage.engine import Engine, ReadOnly, StorageProblem, Transaction
from huimin.storage.migrate import newest_version, proven_version
from huimin.storage.read_only import ReadOnlyEngine
from huimin.storage.sqlite_engine import SqliteEngine, problem_of


class DatabaseChoice(Protocol):
    """What this room needs of the settings."""

    @property
    def database_url(self) -> str | None: ...

    @property
    def database_path(self) -> Path: ...

    @property
    def database_schema(self) -> str | None: ...

    @property
    def database_connections(self) -> int: ...

    @property
    def database_statement_seconds(self) -> int: ...

    @property
    def database_prepared(self) -> bool: ...

    @property
    def read_only(self) -> bool: ...


def open_engine(settings: DatabaseChoice) -> Engine:
    """The engine over the database that the settings name.

    Raises StorageProblem when it is missing, damaged, of another version or of none, or read-only
    without HUIMIN_READ_ONLY.
    """
    engine = _open_engine(settings)
    return ReadOnlyEngine(engine) if settings.read_only else engine


def _open_engine(settings: DatabaseChoice) -> Engine:
    if settings.database_url:
        database, place = _chosen(settings)
        database.require_newest(place, writable=not settings.read_only)
        return open_unproven(settings)
    path = settings.database_path
    sqlite_file.require_newest(path)
    try:
        return SqliteEngine(path)
    except sqlite3.DatabaseError as error:
        raise problem_of(path, error) or error from error


def open_for_command(settings: DatabaseChoice) -> Engine:
    """As `open_engine`; where the SQLite file or its folder can't be written, one that only reads.

    Raises StorageProblem.
    """
    path = settings.database_path
    if settings.database_url or not _is_unwritable(path):
        return open_engine(settings)
    from huimin.storage.looking_engine import LookingEngine

    sqlite_file.require_newest(path, writable=False)
    return LookingEngine(path)


def _is_unwritable(path: Path) -> bool:
    return path.exists() and sqlite_file.is_read_only(path)


def is_read_only(settings: DatabaseChoice) -> bool:
    """Whether the SQLite file or its folder can't be written, so that no server can serve it."""
    return not settings.database_url and _is_unwritable(settings.database_path)


def open_unproven(settings: DatabaseChoice) -> Engine:
    """The engine over a PostgreSQL database whose tables were proved by somebody else."""
    from huimin.storage.postgresql_engine import PostgresqlEngine

    return PostgresqlEngine(_chosen(settings)[1])


def create_database(settings: DatabaseChoice) -> None:
    """Create the database with the newest schema. Raises StorageProblem where there is one."""
    _require_writable(settings)
    database, address = _chosen(settings)
    database.create(address, _now())


def migrate_database(
    settings: DatabaseChoice, say: Callable[[Text], None] = lambda line: None
) -> list[str]:
    """Bring the database up to date; returns the steps that were run. Raises StorageProblem.

    `say` is given a line for the operator when a copy was made and after each step.
    """
    _require_writable(settings)
    database, address = _chosen(settings)
    done: list[str] = database.migrate(address, _now(), say)
    return done


def check_database(settings: DatabaseChoice) -> list[str]:
    """What is wrong inside a database that can be opened; empty when it is sound.

    Raises StorageProblem when it can't be opened at all. Changes nothing.
    """
    database, address = _chosen(settings)
    if settings.database_url:
        database.require_newest(address, writable=not settings.read_only)
    else:
        database.require_newest(address, writable=False)
    return sqlite_damage(settings)


def looking(settings: DatabaseChoice) -> AbstractContextManager[Transaction]:
    """A read-only look at the database, of whatever version, that leaves no trace in it.

    For what must not open it as a program does that serves: a file that can't be written will do.
    Raises StorageProblem when it can't be read.
    """
    database, address = _chosen(settings)
    look: AbstractContextManager[Transaction] = database.looking(address)
    return look


def version_behind(tx: Transaction, settings: DatabaseChoice) -> int:
    """How many steps the database is behind the program; 0 when its tables are today's.

    Raises StorageProblem when its tables, triggers and unique indexes are of no known version.
    """
    place = "PostgreSQL" if settings.database_url else str(settings.database_path)
    return newest_version() - proven_version(tx, place)


def sqlite_damage(settings: DatabaseChoice) -> list[str]:
    """What is damaged in the SQLite file; a PostgreSQL server keeps its own pages sound."""
    return [] if settings.database_url else sqlite_file.damage_in(settings.database_path)


def value_in_main_file(settings: DatabaseChoice, query: str) -> int | None:
    """What a query for one number answers where SQLite's write-ahead log is left out of account.

    None on PostgreSQL, and where the main file can't be read alone.
    """
    if settings.database_url:
        return None
    return sqlite_file.value_without_log(settings.database_path, query)


def has_unfit_pooler(settings: DatabaseChoice) -> bool:
    """Whether HUIMIN_DATABASE_PREPARED had better be 0. Raises StorageProblem."""
    if not settings.database_url:
        return False
    database, place = _chosen(settings)
    unfit: bool = database.has_unfit_pooler(place)
    return unfit


def care_for_log(engine: Engine) -> Callable[[], None] | None:
    """Take over the care for SQLite's write-ahead log: call the answer every second.

    None for PostgreSQL, whose server looks after its own.
    """
    if not isinstance(engine, SqliteEngine):
        return None
    from huimin.storage.log_care import LogCare

    engine.leave_log()
    return LogCare(engine.path)


def holds_no_tables(settings: DatabaseChoice) -> bool:
    """True when the PostgreSQL database holds no table that is named as one of huimin's.

    Raises StorageProblem.
    """
    database, place = _chosen(settings)
    empty: bool = database.is_empty(place)
    return empty


def drop_tables(settings: DatabaseChoice) -> None:
    """Take all of huimin's tables out of the PostgreSQL database, with what is in them.

    For what was broken off while it filled a new database: a SQLite file is made beside its place.
    """
    database, place = _chosen(settings)
    database.drop_tables(place)


def copy_database(
    settings: DatabaseChoice,
    url: str,
    prove: Callable[[Transaction, Transaction], None],
    *,
    again: bool = False,
) -> Iterator[Any]:
    """Copy the SQLite county into the PostgreSQL database at `url`, in the schema of the settings.

    The tables are given as they arrive (copy_to_postgresql.py). Raises StorageProblem.
    """
    place = _place_at(url, settings)
    from huimin.storage.copy_to_postgresql import copy_county

    return copy_county(settings.database_path, place, prove, again=again)


def _require_writable(settings: DatabaseChoice) -> None:
    if settings.read_only:
        raise ReadOnly


def _chosen(settings: DatabaseChoice) -> tuple[Any, Any]:
    """The module that knows this kind of database, and where that module finds it."""
    if settings.database_url:
        return _postgresql(), _place_at(settings.database_url, settings)
    return sqlite_file, settings.database_path


def _place_at(url: str, settings: DatabaseChoice) -> Any:
    return _postgresql().PostgresqlPlace(
        url,
        schema=settings.database_schema,
        connections=settings.database_connections,
        statement_seconds=settings.database_statement_seconds,
        prepared=settings.database_prepared,
    )


def _postgresql() -> ModuleType:
    try:
        from huimin.storage import postgresql_database
    except ImportError as error:
        raise StorageProblem(
            "使用 PostgreSQL 需要另装驱动：pip install 'huimin[postgresql]'。"
        ) from error
    return postgresql_database


def _now() -> str:
    # When a step was run is a fact about this machine, not about the county's business.
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
