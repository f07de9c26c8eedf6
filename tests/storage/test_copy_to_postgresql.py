"""A county moves from SQLite to PostgreSQL: whole, proved, after a kill too, and nowhere else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from huimin.moving.prove_copy import prove_copy
from huimin.settings import Settings
from huimin.storage import copy_to_postgresql
from huimin.storage.engine import StorageProblem
from huimin.storage.open_engine import (
    check_database,
    copy_database,
    migrate_database,
    open_engine,
)
from tests.conftest import RunCli
from tests.storage.every_table import fill_empty_tables, tables
from tests.storage.older_databases import over_driver
from tests.storage.test_county_v1 import fill_county

Places = tuple[Settings, Settings]


@pytest.fixture
def places(folder: Path, environment: None, postgresql_server: Any) -> Iterator[Places]:
    """A county with rows in every table, and the place that it is to move to."""
    url = postgresql_server.fresh()
    source = Settings.from_environment(folder, {"HUIMIN_DATABASE_SCHEMA": "lezhi"})
    fill_county(source)
    migrate_database(source)
    over_driver(source, fill_empty_tables)
    variables = {"HUIMIN_DATABASE_URL": url, "HUIMIN_DATABASE_SCHEMA": "lezhi"}
    yield source, Settings.from_environment(folder, variables)
    postgresql_server.drop(url)


def copying(source: Settings, target: Settings, *, again: bool = False) -> Iterator[Any]:
    assert target.database_url is not None
    into = replace(source, database_schema=target.database_schema)
    return copy_database(into, target.database_url, prove_copy, again=again)


def killed(copy: Iterator[Any], after: int) -> None:
    """Take so many tables, and no more."""
    for _ in range(after):
        next(copy)
    copy.close()  # type: ignore[attr-defined]


def rows_in(settings: Settings) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    engine = open_engine(settings)

    def of(table: str) -> list[str]:
        query = f"SELECT * FROM {table}"
        rows = engine.read(lambda tx: tx.connection.execute(query).fetchall())
        return sorted(str(sorted(row.items())) for row in rows)

    try:
        return {table: of(table) for table in tables() if table != "schema_migration"}
    finally:
        engine.close()


def test_a_county_moves_whole_also_after_a_kill(places: Places, run_cli: RunCli) -> None:
    source, target = places
    killed(copying(source, target), 5)
    with pytest.raises(StorageProblem, match="database copy"):  # nobody serves half a county
        check_database(target)

    server = open_engine(source)  # nobody may sell meanwhile
    with pytest.raises(StorageProblem, match="stop the server"):
        next(copying(source, target))
    server.close()

    done = list(copying(source, target))
    assert [table.before for table in done] == [True] * 5 + [False] * (len(done) - 5)
    assert check_database(target) == []
    assert rows_in(target) == rows_in(source)
    with pytest.raises(StorageProblem, match="empty database"):
        next(copying(source, target))


def test_a_half_done_copy_of_another_state_is_dropped_only_when_told(places: Places) -> None:
    source, target = places
    killed(copying(source, target), 5)
    with closing(sqlite3.connect(source.database_path)) as connection, connection:
        connection.execute("UPDATE division SET name = '新县' WHERE level = 'county'")
    with pytest.raises(StorageProblem, match="--again"):
        next(copying(source, target))
    # What somebody changes in the target meanwhile is seen before it is served.
    copy = copying(source, target, again=True)
    while next(copy).name != "rollup_month":
        pass
    copy.close()  # type: ignore[attr-defined]
    with psycopg.connect(str(target.database_url), autocommit=True) as server:
        server.execute("UPDATE lezhi.rollup_month SET redemptions = redemptions + 1")
    with pytest.raises(StorageProblem, match="differ"):
        list(copying(source, target))


def test_a_server_that_is_lost_in_the_middle_of_a_table_is_said_and_the_copy_goes_on_later(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = places
    compare, compared = copy_to_postgresql._compare, []

    def without_server(*args: Any) -> int:
        compared.append(args[0].name)
        if len(compared) == 5:
            with psycopg.connect(target.database_url or "", autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        return compare(*args)

    monkeypatch.setattr(copy_to_postgresql, "_compare", without_server)
    with pytest.raises(StorageProblem, match="连接不上 PostgreSQL"):
        list(copying(source, target))
    again = list(copying(source, target))
    assert [table.before for table in again[:5]] == [True] * 4 + [False]
    assert rows_in(source) == rows_in(target)


def test_the_command_says_what_it_did_and_what_comes_next(places: Places, run_cli: RunCli) -> None:
    source, target = places
    variables = {"HUIMIN_DATABASE_SCHEMA": "lezhi"}
    answer = run_cli(["database", "copy", "--to", target.database_url], source.folder, **variables)
    assert answer.returncode == 0, answer.stderr
    assert "已复制 ledger：" in answer.stdout
    assert "HUIMIN_DATABASE_URL" in answer.stdout
    variables["HUIMIN_DATABASE_URL"] = str(target.database_url)
    assert run_cli(["check"], source.folder, **variables).returncode == 0
    answer = run_cli(["database", "copy", "--to", target.database_url], source.folder, **variables)
    assert (answer.returncode, answer.stdout) == (2, "")
