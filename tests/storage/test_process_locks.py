"""What a process does with the database's file takes none of its own connections' locks away.

A server that stops folds the log and deletes it unless somebody else has the database open. A
process whose locks were gone would write on into a deleted log: what it wrote is lost.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from huimin.storage import sqlite_file
from huimin.storage.old_content import cut_log, still_holds
from huimin.storage.sqlite_engine import SqliteEngine
from huimin.storage.sqlite_snapshot import snapshot_of

# Leaving the log's mode asks for the same lock as the last connection that is closed.
OTHER_PROCESS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0)
connection.execute("PRAGMA journal_mode = DELETE")
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[SqliteEngine]:
    path = tmp_path / "huimin.db"
    sqlite_file.create(path, "2026-11-29T00:00:00Z")
    with closing(SqliteEngine(path)) as engine:
        engine.read(lambda tx: tx.connection.execute("SELECT * FROM division").fetchall())
        yield engine


def test_looking_at_the_file_leaves_the_locks(engine: SqliteEngine) -> None:
    sqlite_file.inspect(engine.path)
    require_locked(engine.path)


def test_reading_the_file_whole_leaves_the_locks(engine: SqliteEngine) -> None:
    with snapshot_of(engine.path) as snapshot:
        content = b"".join(snapshot.parts())
        require_locked(engine.path)
    assert len(content) == snapshot.size_bytes
    require_locked(engine.path)


def test_searching_the_file_for_erased_content_leaves_the_locks(engine: SqliteEngine) -> None:
    engine.write(lambda tx: tx.connection.execute("CREATE TABLE kept (word TEXT)"))
    engine.write(lambda tx: tx.connection.execute("INSERT INTO kept VALUES ('in the log')"))
    assert still_holds(engine, ("in the log",))
    assert cut_log(engine)
    assert still_holds(engine, ("in the log",))
    require_locked(engine.path)


def require_locked(path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "database is locked" in answer.stderr
