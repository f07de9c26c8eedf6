"""SQLite's one writer: what waits is committed together, and fails apart or all at once."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from huimin.settings import Settings
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.open_engine import open_engine
from huimin.storage.sqlite_engine import GROUP_MAX, Job, SqliteEngine
from tests.conftest import REPOSITORY

Work = Callable[[Transaction], Any]
WAIT_SECONDS_MAX = 60


@pytest.fixture
def engine(make_settings: Callable[[str, str], Settings]) -> Iterator[SqliteEngine]:
    """SQLite alone: PostgreSQL commits each write by itself."""
    opened = open_engine(make_settings("sqlite", "bare"))
    assert isinstance(opened, SqliteEngine)
    yield opened
    opened.close()


def add(code: int) -> Work:
    def work(tx: Transaction) -> int:
        tx.connection.execute(
            "INSERT INTO division (code, name, level) VALUES (:code, '某县', 'county')",
            {"code": f"{code:012d}"},
        )
        return code

    return work


def codes(engine: SqliteEngine) -> list[int]:
    rows = engine.read(lambda tx: tx.connection.execute("SELECT code FROM division").fetchall())
    return sorted(int(row["code"]) for row in rows)


def together(engine: SqliteEngine, works: list[Work]) -> tuple[list[Any], list[str]]:
    """Each work's result or error, and what the writer said, when all of them waited at once."""
    answers: list[Any] = [None] * len(works)
    said: list[str] = []
    held, go_on = threading.Event(), threading.Event()

    def ask(place: int) -> None:
        try:
            answers[place] = engine.write(works[place])
        except Exception as error:
            answers[place] = error

    def hold_the_writer(tx: Transaction) -> None:
        held.set()
        assert go_on.wait(WAIT_SECONDS_MAX)
        tx.connection.set_trace_callback(said.append)

    holding = threading.Thread(target=engine.write, args=(hold_the_writer,))
    holding.start()
    assert held.wait(WAIT_SECONDS_MAX)
    asking = [threading.Thread(target=ask, args=(place,)) for place in range(len(works))]
    for thread in asking:
        thread.start()
    while engine._jobs.qsize() < len(works):
        holding.join(0.001)
    go_on.set()
    for thread in [holding, *asking]:
        thread.join(WAIT_SECONDS_MAX)
    return answers, said


def commits(said: list[str]) -> int:
    # The first is that of the use case which held the writer.
    return said.count("COMMIT") - 1


def test_what_waits_together_is_committed_once(engine: SqliteEngine) -> None:
    answers, said = together(engine, [add(n) for n in range(1, 41)])
    assert answers == list(range(1, 41))
    assert commits(said) == 1


def test_a_group_has_a_limit(engine: SqliteEngine) -> None:
    count = GROUP_MAX + 10
    answers, said = together(engine, [add(n) for n in range(1, count + 1)])
    assert answers == list(range(1, count + 1))
    assert commits(said) == 2


def test_one_of_a_group_fails_alone(engine: SqliteEngine) -> None:
    def fails(tx: Transaction) -> None:
        add(500)(tx)
        raise ValueError("this one")

    answers, said = together(engine, [add(1), fails, add(2), add(1), add(3)])
    # Two of them add division 1: whichever came second is refused by the database.
    refused = [answer for answer in answers if isinstance(answer, sqlite3.IntegrityError)]
    assert len(refused) == 1
    assert isinstance(answers[1], ValueError)
    assert codes(engine) == [1, 2, 3]
    assert commits(said) == 1


def test_when_the_commit_fails_all_fail_and_nothing_stays(engine: SqliteEngine) -> None:
    def breaks_the_commit(tx: Transaction) -> None:
        tx.connection.execute("PRAGMA defer_foreign_keys = ON")
        tx.connection.execute(
            "INSERT INTO division (code, name, level, parent_code)"
            " VALUES ('000000000900', '某镇', 'town', '000000000901')"
        )

    answers, _ = together(engine, [add(1), breaks_the_commit, add(2)])
    assert all(isinstance(answer, sqlite3.IntegrityError) for answer in answers)
    assert codes(engine) == []
    assert engine.write(add(7)) == 7
    assert codes(engine) == [7]


def test_a_full_disk_fails_the_group_with_one_sentence(engine: SqliteEngine) -> None:
    def fills(tx: Transaction) -> None:
        pages = tx.connection.execute("PRAGMA page_count").fetchone()["page_count"]
        tx.connection.execute(f"PRAGMA max_page_count = {pages}")
        for number in range(10_000):
            add(1_000 + number)(tx)

    answers, _ = together(engine, [add(1), fills, add(2)])
    assert isinstance(answers[1], StorageProblem)
    # SQLite may or may not have rolled all of them back; what was answered is what is there.
    kept = [answer for answer in answers if isinstance(answer, int)]
    assert codes(engine) == sorted(kept)


def test_the_shipped_program_opens_the_file_as_the_rules_of_data_ask(engine: SqliteEngine) -> None:
    # In a process of its own, because this one does not wait for the disk (tests/conftest.py).
    asks = """
import json, pathlib, sys
from huimin.storage.sqlite_engine import SqliteEngine
def pragmas(tx):
    names = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
    rows = [tx.connection.execute(f"PRAGMA {name}").fetchone() for name in names]
    return {key: value for row in rows for key, value in row.items()}
engine = SqliteEngine(pathlib.Path(sys.argv[1]))
print(json.dumps([engine.read(pragmas), engine.write(pragmas)]))
engine.close()
"""
    command = [sys.executable, "-c", asks, str(engine.path)]
    told = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    assert json.loads(told.stdout) == [wanted, wanted]


def test_another_process_that_writes_is_waited_for(engine: SqliteEngine) -> None:
    other = sqlite3.connect(engine.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: other.execute("COMMIT")).start()
    assert engine.write(add(1)) == 1
    other.close()


def test_the_files_are_for_their_owner_alone_and_the_log_goes_with_the_engine(
    engine: SqliteEngine,
) -> None:
    engine.write(add(1))
    codes(engine)
    files = sorted(engine.path.parent.glob("huimin.db*"))
    assert [file.name for file in files] == ["huimin.db", "huimin.db-shm", "huimin.db-wal"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    engine.close()
    assert [file.name for file in engine.path.parent.glob("huimin.db*")] == ["huimin.db"]


KILLED = """
import sys
from huimin.settings import Settings
from huimin.storage.open_engine import open_engine
engine = open_engine(Settings.from_environment(sys.argv[1]))
number = 0
while True:
    number += 1
    engine.write(lambda tx: tx.connection.execute(
        "INSERT INTO division (code, name, level) VALUES (?, '某县', 'county')",
        (f"{number:012d}",)))
    print(number, flush=True)
"""


def test_what_was_answered_outlives_a_killed_process(
    make_settings: Callable[[str, str], Settings], tmp_path: Path
) -> None:
    settings = make_settings("sqlite", "bare")
    command = [sys.executable, "-c", KILLED, str(settings.folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    answered = [int(process.stdout.readline()) for _ in range(30)]
    process.send_signal(signal.SIGKILL)
    answered += [int(line) for line in process.stdout if line.strip()]
    process.wait(WAIT_SECONDS_MAX)
    opened = open_engine(settings)
    assert isinstance(opened, SqliteEngine)
    assert set(answered) <= set(codes(opened))
    opened.close()


def test_what_is_left_for_later_is_written_once_and_before_anybody_reads_it(
    engine: SqliteEngine,
) -> None:
    """Of jobs in one group: two add up, one fails and leaves nothing, one reads, one adds again."""
    written: list[list[int]] = []

    def write_all(tx: Transaction, values: list[int]) -> None:
        written.append(values)
        for value in values:
            add(value)(tx)

    def leaves(value: int) -> Work:
        def work(tx: Transaction) -> None:
            assert tx.later is not None
            tx.later.append((write_all, value))
            if value < 0:
                raise ValueError(value)

        return work

    def reads(tx: Transaction) -> list[int]:
        assert tx.later is None, "who may not leave sums reads none that are left"
        rows = tx.connection.execute("SELECT code FROM division").fetchall()
        return sorted(int(row["code"]) for row in rows)

    jobs = [Job(leaves(value), adds_up=True) for value in (1, -1, 2)]
    jobs += [Job(reads), Job(leaves(3), adds_up=True), Job(leaves(4), adds_up=True)]
    holding, go_on = threading.Event(), threading.Event()

    def hold(_tx: Transaction) -> None:
        holding.set()
        assert go_on.wait(60)

    first = threading.Thread(target=engine.write, args=(hold,))
    first.start()
    assert holding.wait(60)
    for job in jobs:
        engine._jobs.put(job)
    go_on.set()
    first.join(60)
    for job in jobs:
        assert job.wait(60)
    assert written == [[1, 2], [3, 4]]
    assert [type(job.error) for job in jobs] == [type(None), ValueError, *[type(None)] * 4]
    assert jobs[3].result == [1, 2]
    assert codes(engine) == [1, 2, 3, 4]
