"""Reads share SQLite's connections: the last one given back is taken, and no two have the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from huimin.settings import Settings
from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.sqlite_engine import SqliteEngine

SECONDS_MAX = 60


@pytest.fixture
def engine(make_settings: Any) -> Iterator[SqliteEngine]:
    settings: Settings = make_settings("sqlite", "bare")
    opened = SqliteEngine(Path(settings.database_path))
    yield opened
    opened.close()


def connection_of(tx: Transaction) -> Any:
    return tx.connection


def together(engine: SqliteEngine, count: int) -> list[Any]:
    """The connections of reads that are all under way at the same time, in order of their end."""
    all_there, ended = threading.Barrier(count), [threading.Event() for _ in range(count)]
    ended[0].set()

    def read(place: int) -> Any:
        def work(tx: Transaction) -> Any:
            all_there.wait(SECONDS_MAX)
            assert ended[place].wait(SECONDS_MAX)
            return tx.connection

        connection = engine.read(work)
        if place + 1 < count:
            ended[place + 1].set()
        return connection

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(read, range(count)))


def test_reads_at_the_same_time_have_different_connections(engine: SqliteEngine) -> None:
    connections = together(engine, 4)
    assert len({id(each) for each in connections}) == 4


def test_a_read_takes_the_connection_that_was_given_back_last(engine: SqliteEngine) -> None:
    *_, last = together(engine, 3)
    for _ in range(3):  # and gives it back last, so that the next read takes it again
        assert engine.read(connection_of) is last
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(engine.read, connection_of).result() is last, "in any thread"


def test_close_waits_for_a_read_that_is_under_way(engine: SqliteEngine) -> None:
    reading, goes_on, order = threading.Event(), threading.Event(), []

    def work(tx: Transaction) -> None:
        reading.set()
        assert goes_on.wait(SECONDS_MAX)
        # The connection is still open.
        order.append(tx.connection.execute("SELECT 1 AS one").fetchone()["one"])

    def close() -> None:
        engine.close()
        order.append("closed")

    reader = threading.Thread(target=engine.read, args=(work,))
    closer = threading.Thread(target=close)
    reader.start()
    assert reading.wait(SECONDS_MAX)
    closer.start()
    while True:  # until the engine takes no more work: it is closing
        try:
            engine.read(connection_of)
        except StorageProblem:
            break
    assert order == []
    goes_on.set()
    reader.join()
    closer.join()
    assert order == [1, "closed"]
