"""The write-ahead log is folded beside the writer, and shrinks after a reader that stayed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from huimin.settings import Settings
from huimin.storage.engine import Transaction
from huimin.storage.log_care import LONG_BYTES, PAGES_MAX
from huimin.storage.open_engine import care_for_log, create_database
from huimin.storage.sqlite_engine import CHECKPOINT_PAGES, SqliteEngine

INSERT = "INSERT INTO filler VALUES (zeroblob(1000000))"
COUNT = "SELECT COUNT(*) AS rows FROM filler"
PAGE_BYTES = 4096


@pytest.fixture
def path(folder: Path, environment: None) -> Path:
    settings = Settings.from_environment(folder, {})
    create_database(settings)
    with closing(sqlite3.connect(settings.database_path)) as database:
        database.execute("CREATE TABLE filler (content BLOB)")
    return settings.database_path


@pytest.fixture
def engine(path: Path) -> Iterator[SqliteEngine]:
    engine = SqliteEngine(path)
    yield engine
    engine.close()


@pytest.fixture
def care(engine: SqliteEngine) -> Callable[[], None]:
    care = care_for_log(engine)
    assert care is not None
    return care


def fill(tx: Transaction) -> None:
    for _ in range(5):
        tx.connection.execute(INSERT)


def rows_without_log(path: Path) -> int:
    """What the database's own file holds."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?immutable=1", uri=True)) as database:
        return int(database.execute(COUNT).fetchone()[0])


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def test_the_writer_leaves_the_log_to_its_care(
    path: Path, engine: SqliteEngine, care: Callable[[], None]
) -> None:
    for _ in range(5):
        engine.write(fill)
    assert log_of(path).stat().st_size > CHECKPOINT_PAGES * PAGE_BYTES
    assert rows_without_log(path) == 0
    care()
    assert rows_without_log(path) == 25


def test_what_a_reader_needs_stays_in_the_log(
    path: Path, engine: SqliteEngine, care: Callable[[], None]
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute(COUNT).fetchone() == (0,)
        engine.write(fill)
        care()
        assert reader.execute(COUNT).fetchone() == (0,)
        assert rows_without_log(path) == 0


def test_a_folded_log_begins_anew(
    path: Path, engine: SqliteEngine, care: Callable[[], None]
) -> None:
    while log_of(path).stat().st_size <= (PAGES_MAX + 1) * PAGE_BYTES:
        engine.write(fill)
    care()
    size = log_of(path).stat().st_size
    for _ in range(3):
        engine.write(fill)
    assert log_of(path).stat().st_size == size


def test_the_log_is_cut_once_nobody_reads_an_old_snapshot_and_nothing_is_written(
    path: Path, engine: SqliteEngine, care: Callable[[], None]
) -> None:
    log = log_of(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute(COUNT).fetchone()
        for _ in range(20):
            engine.write(fill)
        assert log.stat().st_size > 100 * 1_000_000
        care()
        care()
        assert log.stat().st_size > 100 * 1_000_000
        reader.execute("ROLLBACK")
    engine.write(fill)
    care()
    assert log.stat().st_size > 100 * 1_000_000
    care()
    assert log.stat().st_size == 0
    engine.write(fill)
    assert 0 < log.stat().st_size < LONG_BYTES
    assert engine.read(lambda tx: tx.connection.execute(COUNT).fetchone())["rows"] == 110
