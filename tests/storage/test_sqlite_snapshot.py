"""A snapshot of a database that is written to meanwhile is the database after one of its commits.

Every commit here writes its number into every row, so a page of another commit would be seen.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from huimin.storage import sqlite_snapshot
from huimin.storage.engine import StorageProblem
from huimin.storage.sqlite_snapshot import snapshot_of

ROWS, PAGE_BYTES, PART_BYTES = 40, 512, 2048
# Before the copy and between any two of its parts: commits, and folding the log in either way.
COMMIT, MANY, FOLD, CUT = "commit", "commit and grow", "fold", "cut"
ACTIONS = st.lists(st.sampled_from((COMMIT, MANY, FOLD, CUT)), max_size=3)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "county.db", isolation_level=None)
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("CREATE TABLE usual (commit_no INTEGER, filler TEXT)")
    with closing(connection):
        yield connection


def act(connection: sqlite3.Connection, actions: list[str]) -> None:
    for action in actions:
        if action == FOLD:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        elif action == CUT:
            with suppress(sqlite3.OperationalError):  # somebody reads
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.execute("BEGIN")
            connection.execute("UPDATE usual SET commit_no = commit_no + 1")
            if action == MANY:
                connection.execute("INSERT INTO usual SELECT commit_no, filler FROM usual LIMIT 20")
            connection.execute("COMMIT")


def commit_no(connection: sqlite3.Connection) -> int:
    ((number,),) = connection.execute("SELECT DISTINCT commit_no FROM usual").fetchall()
    return int(number)


class Between:
    """`os`, but before and after each read of a file something else happens."""

    def __init__(self, happens: Callable[[], None]) -> None:
        self._happens = happens

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def pread(self, file: int, size: int, start: int) -> bytes:
        self._happens()
        part = os.pread(file, size, start)
        self._happens()
        return part


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=ACTIONS, between=st.lists(ACTIONS, max_size=120))
# A commit between the two looks at the log's index.
@example(before=[COMMIT], between=[[], [COMMIT]])
# The reader needs nothing of the log, which begins anew while its frames are listed, or read.
@example(before=[MANY, MANY, FOLD], between=[[]] * 40 + [[COMMIT]] * 6)
@example(before=[MANY, MANY, FOLD], between=[[]] * 120 + [[COMMIT]] * 20)
@example(before=[MANY, FOLD], between=[[]] * 6 + [[COMMIT, FOLD]] * 60)
def test_it_is_one_of_the_commits(
    database: sqlite3.Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: list[str],
    between: list[list[str]],
) -> None:
    database.execute("PRAGMA busy_timeout = 0")
    database.execute("DELETE FROM usual")
    database.executemany("INSERT INTO usual VALUES (1, ?)", [("x" * 100,)] * ROWS)
    act(database, before)
    first, coming = commit_no(database), iter(between)
    copy = tmp_path / "copy.db"
    with monkeypatch.context() as patched:
        patched.setattr(sqlite_snapshot, "PART_BYTES", PART_BYTES)
        patched.setattr(sqlite_snapshot, "os", Between(lambda: act(database, next(coming, []))))
        with snapshot_of(tmp_path / "county.db") as snapshot:
            copy.write_bytes(b"".join(snapshot.parts()))
            seen = snapshot.connection.execute("SELECT DISTINCT commit_no FROM usual").fetchall()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert seen == [{"commit_no": commit_no(connection)}]
        assert first <= commit_no(connection) <= commit_no(database)


def test_a_file_that_was_cut_is_named(database: sqlite3.Connection, tmp_path: Path) -> None:
    path = tmp_path / "county.db"
    database.executemany("INSERT INTO usual VALUES (1, ?)", [("x" * 100,)] * ROWS)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with snapshot_of(path) as snapshot:
        os.truncate(path, snapshot.size_bytes - PAGE_BYTES)
        with pytest.raises(StorageProblem, match="已损坏"):
            list(snapshot.parts())
