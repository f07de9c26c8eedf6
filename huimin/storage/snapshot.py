"""One consistent copy of the county's database as a file, and back, on either engine.

SQLite's copy is a database file, PostgreSQL's a dump by pg_dump.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from huimin.storage import sqlite_file
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.open_engine import DatabaseChoice, looking
from huimin.storage.sqlite_engine import connect
from huimin.storage.sqlite_snapshot import copy_snapshot

T = TypeVar("T")


def copy_database(settings: DatabaseChoice, target: Path, work: Callable[[Transaction], T]) -> T:
    """Copy the database into the empty file; returns what `work` reads from the same snapshot.

    SQLite's copy is proved by quick_check. Raises StorageProblem.
    """
    if settings.database_url:
        with looking(settings) as tx:
            row = tx.connection.execute("SELECT pg_export_snapshot() AS name").fetchone()
            _postgresql().dump_database(
                settings.database_url,
                target,
                schema=settings.database_schema,
                snapshot=row["name"],
            )
            return work(tx)
    copy_snapshot(settings.database_path, target)
    damage = sqlite_file.quick_damage_in(target)
    if damage:
        raise StorageProblem(
            "数据库有损坏（{first}），没有做成备份；请从以前的备份恢复。", first=damage[0]
        )
    with closing(connect(target, query="mode=ro&immutable=1")) as connection:
        connection.execute("BEGIN")
        return work(Transaction("sqlite", connection))


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
