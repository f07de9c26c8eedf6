"""pg_dump and pg_restore: the right ones are found, the wrong ones are named, one schema goes."""

from __future__ import annotations

import itertools
import os
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from huimin.access.after_restore import Ended
from huimin.backup import make as make_module
from huimin.backup.age_file import Lock
from huimin.backup.make import make_backup
from huimin.backup.read_archive import read_first
from huimin.open_instance import create_instance, instance_over, open_instance
from huimin.settings import Settings
from huimin.storage import postgresql_dump
from huimin.storage.engine import StorageProblem
from huimin.storage.open_engine import open_engine
from huimin.storage.snapshot import database_copy
from tests.backup.test_restore import fill, restore
from tests.conftest import FixedClock
from tests.postgresql_server import PostgresqlServer


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> str:
    return postgresql_server.fresh()


def test_an_encrypted_one_of_a_folder_that_cannot_be_written(
    environment: None, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dump in clear goes neither there, which it can't, nor where the backup goes."""
    settings = Settings.from_environment(tmp_path / "county", {"HUIMIN_DATABASE_URL": url})
    create_instance(settings)
    places, make = [], tempfile.mkstemp

    class ReadOnly:
        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        def access(self, path: Path, mode: int) -> bool:
            return path != settings.folder and os.access(path, mode)

    def recorded(**options: Any) -> tuple[int, str]:
        places.append(options["dir"])
        return make(**options)

    monkeypatch.setattr(make_module, "os", ReadOnly())
    monkeypatch.setattr(tempfile, "mkstemp", recorded)
    opened = open_instance(settings)
    make_backup(opened, tmp_path / "county.tar.age", lock=Lock(passphrase="口令"))
    opened.close()
    assert places == [Path(tempfile.gettempdir())]


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
        # One that is killed, and a disk that fills up under it.
        full = "echo 'pg_dump: error: could not write to output file: No space left on device' >&2"
        for does, said in (("kill -9 $$", "信号 9"), (f"{full}; exit 1", "磁盘已满")):
            version = 'echo "pg_dump (PostgreSQL) 99"'
            old.write_text(f'#!/bin/sh\n[ "$1" = --version ] && {version} && exit\n{does}\n')
            with pytest.raises(StorageProblem, match=said):
                make_backup(instance, tmp_path / "two.tar")
        assert not (tmp_path / "two.tar").exists()
    finally:
        instance.close()
        postgresql_server.drop(target)
        postgresql_server.drop(url)


def test_on_citus_a_backup_that_is_not_of_one_moment_is_not_made(
    environment: None, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its servers know no exported snapshot: what was sold meanwhile may be in the dump, or not."""
    settings = Settings.from_environment(tmp_path / "county", {"HUIMIN_DATABASE_URL": url})
    create_instance(settings)
    monkeypatch.setattr(postgresql_dump, "has_citus", lambda _url: True)
    with database_copy(settings, lambda _tx: 7, nullcontext(tmp_path / "quiet")) as copy:
        assert copy.content == 7
    rows, there = itertools.count(), nullcontext(tmp_path / "busy")
    with (
        pytest.raises(StorageProblem, match="Citus"),
        database_copy(settings, lambda _tx: next(rows), there),
    ):
        pytest.fail("it was made")
