"""The write-ahead log shrinks after a reader that stayed while a hundred megabytes were written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from huimin.settings import Settings
from huimin.storage.engine import Transaction
from huimin.storage.open_engine import care_for_log, create_database
from huimin.storage.shorten_log import LONG_BYTES
from huimin.storage.sqlite_engine import SqliteEngine

INSERT = "INSERT INTO filler VALUES (zeroblob(1000000))"


@pytest.fixture
def path(folder: Path, environment: None) -> Path:
    settings = Settings.from_environment(folder, {})
    create_database(settings)
    with closing(sqlite3.connect(settings.database_path)) as database:
        database.execute("CREATE TABLE filler (content BLOB)")
    return settings.database_path


def fill(tx: Transaction) -> None:
    for _ in range(5):
        tx.connection.execute(INSERT)


def test_the_log_is_cut_once_nobody_reads_an_old_snapshot(path: Path) -> None:
    log = path.with_name(f"{path.name}-wal")
    engine = SqliteEngine(path)
    shorten = care_for_log(engine)
    assert shorten is not None
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT COUNT(*) FROM filler").fetchone()
            for _ in range(20):
                engine.write(fill)
            assert log.stat().st_size > 100 * 1_000_000
            assert not shorten()
            assert log.stat().st_size > 100 * 1_000_000
            reader.execute("ROLLBACK")
        # The writer leaves it to others, so that no till waits for it.
        engine.write(fill)
        assert log.stat().st_size > 100 * 1_000_000
        assert shorten()
        assert log.stat().st_size == 0
        engine.write(fill)
        assert 0 < log.stat().st_size < LONG_BYTES
        assert not shorten()
        count = "SELECT COUNT(*) AS rows FROM filler"
        assert engine.read(lambda tx: tx.connection.execute(count).fetchone())["rows"] == 110
    finally:
        engine.close()
