"""pg_dump and pg_restore: the right ones are found, the wrong ones are named, one schema goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from huimin.access.after_restore import Ended
from huimin.backup.make import make_backup
from huimin.backup.read_archive import read_first
from huimin.open_instance import create_instance, instance_over
from huimin.settings import Settings
from huimin.storage.engine import StorageProblem
from huimin.storage.open_engine import open_engine
from tests.backup.test_restore import fill, restore
from tests.conftest import FixedClock
from tests.postgresql_server import PostgresqlServer


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> str:
    return postgresql_server.fresh()


def test_one_schema_goes_and_comes_back_beside_another(
    environment: None,
    url: str,
    postgresql_server: PostgresqlServer,
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def of(name: str, address: str, schema: str) -> Settings:
        variables = {"HUIMIN_DATABASE_URL": address, "HUIMIN_DATABASE_SCHEMA": schema}
        return Settings.from_environment(tmp_path / name, variables)

    first, second = of("first", url, "county_one"), of("second", url, "county_two")
    for settings in (first, second):
        create_instance(settings)
    file = tmp_path / "one.tar"
    instance = instance_over(first, open_engine(first), clock)
    try:
        fill(instance)
        make_backup(instance, file)
        assert read_first(file, None).engine == "postgresql"
        # Back into the same server, another database; the other county's schema is not in it.
        target = postgresql_server.fresh()
        with pytest.raises(StorageProblem, match="HUIMIN_DATABASE_SCHEMA"):
            restore(instance, file, of("wrong", target, "county_two"))
        # Another program's table of the same name is not ours to take away.
        shared = postgresql_server.fresh()
        with psycopg.connect(shared, autocommit=True) as connection:
            connection.execute("CREATE SCHEMA county_one")
            connection.execute("CREATE TABLE county_one.card AS SELECT 1 AS number")
            with pytest.raises(StorageProblem, match="没有恢复"):
                restore(instance, file, of("shared", shared, "county_one"))
            assert connection.execute("SELECT number FROM county_one.card").fetchall() == [(1,)]
        restored = restore(instance, file, of("new", target, "county_one"))
        assert (restored.findings, restored.epoch) == ([], 2)
        assert isinstance(restored.ended, Ended)
        with pytest.raises(StorageProblem, match="已有惠民卡的表"):
            restore(instance, file, of("again", target, "county_one"))
        with pytest.raises(StorageProblem, match="PostgreSQL"):
            restore(instance, file, replace(first, folder=tmp_path / "x", database_url=None))

        # A program of an older server, or none, is said in one sentence.
        programs = tmp_path / "bin"
        programs.mkdir()
        monkeypatch.setenv("PATH", str(programs))
        monkeypatch.setattr("huimin.storage.postgresql_dump._DEBIAN", str(tmp_path / "{major}"))
        with pytest.raises(StorageProblem, match="没有找到 pg_dump"):
            make_backup(instance, tmp_path / "two.tar")
        old = programs / "pg_dump"
        old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
        old.chmod(0o755)
        with pytest.raises(StorageProblem, match="9 版，比数据库"):
            make_backup(instance, tmp_path / "two.tar")
        assert not (tmp_path / "two.tar").exists()
    finally:
        instance.close()
        postgresql_server.drop(target)
        postgresql_server.drop(url)
