"""One consistent copy of the county's database, on its way to a file and back, on either engine.

SQLite's copy is a database file, PostgreSQL's a dump by pg_dump.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

from huimin.storage import sqlite_file
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.file_parts import parts_of
from huimin.storage.open_engine import DatabaseChoice, looking
from huimin.storage.sqlite_snapshot import snapshot_of

T = TypeVar("T")
Scratch = AbstractContextManager[Path]


@dataclass(frozen=True, slots=True)
class DatabaseCopy(Generic[T]):
    """A copy to be written, and what was read from the same snapshot; `parts` can be taken once."""

    content: T
    size_bytes: int
    parts: Iterable[bytes]


@contextmanager
def database_copy(
    settings: DatabaseChoice, work: Callable[[Transaction], T], scratch: Scratch
) -> Iterator[DatabaseCopy[T]]:
    """A copy of the database for the block, with what `work` reads from the same snapshot.

    SQLite's is proved by quick_check. The empty file `scratch` is made where the copy can't be read
    from the database itself. Raises StorageProblem.
    """
    if not settings.database_url and not sqlite_file.is_read_only(settings.database_path):
        with snapshot_of(settings.database_path) as snapshot:
            content = _proved(snapshot.connection, work)
            yield DatabaseCopy(content, snapshot.size_bytes, snapshot.parts())
        return
    copy = _dump_database if settings.database_url else _copy_read_only
    with scratch as path:
        content = copy(settings, path, work)
        with path.open("rb") as file:
            yield DatabaseCopy(content, path.stat().st_size, parts_of(file))


def _proved(connection: sqlite3.Connection, work: Callable[[Transaction], T]) -> T:
    damage = sqlite_file.quick_damage_in(connection)
    if damage:
        raise StorageProblem(
            "数据库有损坏（{first}），没有做成备份；请从以前的备份恢复。", first=damage[0]
        )
    return work(Transaction("sqlite", connection))


def _copy_read_only(settings: DatabaseChoice, target: Path, work: Callable[[Transaction], T]) -> T:
    with looking(settings) as tx, closing(sqlite3.connect(target)) as copy:
        content = _proved(tx.connection, work)
        try:
            tx.connection.backup(copy)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:  # where the copy goes
                raise OSError(errno.ENOSPC, str(error)) from error
            raise
    return content


def _dump_database(settings: DatabaseChoice, target: Path, work: Callable[[Transaction], T]) -> T:
    dump, url = _postgresql(), settings.database_url
    with looking(settings) as tx:
        content = work(tx)
        row = tx.connection.execute("SELECT pg_export_snapshot() AS name").fetchone()
        schema = settings.database_schema
        dump.dump_database(url, target, schema=schema, snapshot=row["name"])
    # Citus keeps the rows on servers that know no exported snapshot: pg_dump sees a later moment.
    if dump.has_citus(url):
        with looking(settings) as tx:
            if work(tx) != content:
                raise StorageProblem(
                    "备份时又有新的流水，而 Citus 不能让一份备份都取自同一时刻，没有做成备份；"
                    "请在没有人收银时再做。"
                )
    return content


def restore_dump(settings: DatabaseChoice, source: Path) -> None:
    """Bring a dump into an empty PostgreSQL database. Raises StorageProblem."""
    _postgresql().restore_database(settings.database_url, source, schema=settings.database_schema)


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """The address of an empty database on the same PostgreSQL server, gone after the block."""
    with _postgresql().scratch_database(url) as address:
        yield address


def _postgresql() -> ModuleType:
    from huimin.storage import postgresql_dump

    return postgresql_dump
