"""Processes that write to one file: whoever has just written lets the next one write."""

from __future__ import annotations

import contextlib
import fcntl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from huimin.settings import Settings
from huimin.storage import sqlite_engine
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.open_engine import open_engine
from huimin.storage.sqlite_engine import SqliteEngine
from huimin.storage.write_turn import WriteTurn

SECONDS_MAX = 60


@pytest.fixture
def engines(make_settings: Callable[[str, str], Settings]) -> Iterator[list[SqliteEngine]]:
    """Two engines over one file, as two processes have them."""
    settings = make_settings("sqlite", "bare")
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(2):
            engine = open_engine(settings)
            assert isinstance(engine, SqliteEngine)
            opened.append(stack.enter_context(contextlib.closing(engine)))
        yield opened


def add(code: int) -> Callable[[Transaction], Any]:
    return lambda tx: tx.connection.execute(
        "INSERT INTO division (code, name, level) VALUES (?, '某县', 'county')", (f"{code:012d}",)
    )


def in_order(engine: SqliteEngine) -> list[int]:
    rows = engine.read(
        lambda tx: tx.connection.execute("SELECT code FROM division ORDER BY rowid").fetchall()
    )
    return [int(row["code"]) for row in rows]


def is_locked(path: Path) -> bool:
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


def test_a_writer_does_not_write_twice_while_another_waits(engines: list[SqliteEngine]) -> None:
    one, other = engines
    entered, go_on = threading.Event(), threading.Event()

    def held(tx: Transaction) -> None:
        entered.set()
        assert go_on.wait(SECONDS_MAX)
        add(1)(tx)

    works = [(one, held), (other, add(2)), (one, add(3))]
    threads = [threading.Thread(target=engine.write, args=(work,)) for engine, work in works]
    threads[0].start()
    assert entered.wait(SECONDS_MAX)
    threads[1].start()
    while not is_locked(one.path.with_suffix(".next.lock")):
        pass  # until the other one stands next in line
    threads[2].start()
    go_on.set()
    for thread in threads:
        thread.join(SECONDS_MAX)
    assert in_order(one) == [1, 2, 3]


def test_a_process_that_stands_still_with_the_turn_holds_nobody_for_ever(
    engines: list[SqliteEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = engines
    monkeypatch.setattr(sqlite_engine, "BUSY_TIMEOUT_MS", 50)
    with one.path.with_suffix(".writer.lock").open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for engine in engines:
            with pytest.raises(StorageProblem, match="占用"):
                engine.write(add(1))
        one.close()  # does not wait for it either
    other.write(add(2))
    assert in_order(other) == [2], "what was given up is never written"


def test_a_turn_that_was_closed_is_closed_again_and_holds_nobody(tmp_path: Path) -> None:
    turn = WriteTurn(tmp_path / "county.db")
    turn.close()
    turn.close()
    with turn.taken():
        assert turn.waited_seconds == 0
