"""A SQLite county is copied before it is upgraded: whole, private, and only when there is need."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from huimin.core.catalogue import Text
from huimin.keys.key_ring import KeyRing
from huimin.keys.personal_data import PersonalData
from huimin.settings import Settings
from huimin.storage.engine import StorageProblem
from huimin.storage.migrate import Step, steps
from huimin.storage.open_engine import check_database, migrate_database
from huimin.storage.sqlite_copy import copy_beside
from huimin.storage.sqlite_engine import connect
from huimin.storage.sqlite_file import inspect
from tests.storage.older_databases import AT, VERSION_1, make_older, over_driver
from tests.storage.rows import insert_all

RunCli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def older(folder: Path) -> Settings:
    """A SQLite county of version 1 with some rows."""
    settings = Settings.from_environment(folder, {})
    make_older(settings, VERSION_1.read_text(encoding="utf-8"))
    over_driver(settings, insert_all)
    return settings


@pytest.fixture
def older_with_keys(older: Settings) -> Settings:
    """The same with its keys, without which a county that has cards is not served."""
    KeyRing.open(older.folder)
    PersonalData.open(older.folder)
    return older


def copies(settings: Settings) -> list[Path]:
    return sorted(settings.folder.glob("huimin-v*.db"))


def content(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in settings.folder.iterdir()}


def dump(path: Path) -> list[str]:
    with closing(connect(path)) as connection:
        connection.row_factory = None
        return list(connection.iterdump())


def test_it_is_the_county_of_before_and_for_its_owner_alone(
    run_cli: RunCli, older: Settings
) -> None:
    before = dump(older.database_path)
    answer = run_cli(["migrate"], older.folder)
    assert (answer.returncode, answer.stderr) == (0, "")
    (copy,) = copies(older)
    lines = answer.stdout.splitlines()
    assert lines[0] == f"升级前的数据库已另存：{copy}"
    assert lines[1:-1] == [f"已执行：{step.full_name}" for step in steps()]
    assert lines[-1] == "数据库已是当前版本。"
    assert copy.name.startswith("huimin-v1-20") and copy.name.endswith("Z.db")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert dump(copy) == before
    assert inspect(copy) == 1  # it could be put back, and migrated again
    assert check_database(older) == []
    assert sorted(path.name for path in older.folder.iterdir()) == [copy.name, "huimin.db"]


def test_huimin_run_makes_it_too_and_a_current_county_has_none(
    run_cli: RunCli, older_with_keys: Settings
) -> None:
    assert _start(older_with_keys.folder)[0].startswith("升级前的数据库已另存：")
    assert len(copies(older_with_keys)) == 1
    assert len(_start(older_with_keys.folder)) == 1  # its address alone
    assert run_cli(["migrate"], older_with_keys.folder).stdout == "数据库已是当前版本。\n"
    assert len(copies(older_with_keys)) == 1


def _start(folder: Path) -> list[str]:
    """What `huimin run` prints until it serves; then it is told to stop."""
    command = [sys.executable, "-m", "huimin", "--folder", str(folder), "run", "--port", "0"]
    variables = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=variables) as run:
        assert run.stdout is not None
        printed = []
        for line in run.stdout:
            printed.append(line)
            if "http://" in line:
                break
        run.terminate()
    return printed


def test_an_older_demo_is_upgraded_when_it_is_used_again(
    run_cli: RunCli, older_with_keys: Settings
) -> None:
    older = older_with_keys
    manifest = {
        "base_url": "http://127.0.0.1:8000",
        "staff": [],
        "terminals": [{"outlet": "示范点", "key": "k"}],
        "cards": [{"number": "1", "token": "2", "holder": "黄*平"}],
    }
    (older.folder / "demo.json").write_text(json.dumps(manifest))
    answer = run_cli(["demo", "--folder", older.folder, "--no-serve"])
    assert (answer.returncode, len(copies(older))) == (0, 1)
    assert "升级前的数据库已另存" in answer.stderr and "接着用已有的演示县" in answer.stdout
    assert check_database(older) == []


def test_it_has_what_was_committed_and_stands_in_the_log_alone(older: Settings) -> None:
    with closing(connect(older.database_path)) as server:
        server.execute("PRAGMA wal_autocheckpoint = 0")
        server.execute("UPDATE division SET name = '最新的名字'")
        before = dump(older.database_path)
        assert "最新的名字" not in older.database_path.read_text(errors="replace")
        migrate_database(older)
    (copy,) = copies(older)
    assert dump(copy) == before


def test_it_takes_no_file_s_place(older: Settings) -> None:
    copy = copy_beside(older.database_path, 1, AT)
    copy.write_text("of somebody else")
    with pytest.raises(StorageProblem, match="nothing was changed"):
        copy_beside(older.database_path, 1, AT)
    assert copy.read_text() == "of somebody else"
    assert not list(older.folder.glob(".*"))


def test_without_room_for_it_nothing_is_changed(environment: None, older: Settings) -> None:
    before = content(older)
    kilobytes = older.database_path.stat().st_size // 2048
    # A file may not grow beyond half of the county: what a full disk does, on any machine.
    command = f"ulimit -f {kilobytes}; exec {shlex.quote(sys.executable)} -m huimin --folder "
    answer = subprocess.run(
        ["bash", "-c", f"{command} {shlex.quote(str(older.folder))} migrate"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "\n" not in answer.stderr.strip() and "未作任何改动" in answer.stderr, answer.stderr
    assert content(older) == before


@pytest.mark.parametrize("mistake", ["INSERT INTO nowhere VALUES (1)", "DELETE FROM holder"])
def test_when_nothing_was_changed_after_all_it_goes_again(
    older: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    # A server that is started again and again by its supervisor must not fill the disk.
    path = tmp_path / "0002_mistaken.sql"
    path.write_text(f"{mistake};\n")
    monkeypatch.setattr("huimin.storage.sqlite_file.steps", lambda: [Step(2, "mistaken", path)])
    before = dump(older.database_path)
    said: list[Text] = []
    with pytest.raises(Exception):  # noqa: B017 - whatever goes wrong
        migrate_database(older, said.append)
    assert (said, copies(older)) == ([], [])
    assert dump(older.database_path) == before


def test_on_postgresql_it_is_said_what_to_do_instead(
    postgresql_server: Any, folder: Path, run_cli: RunCli
) -> None:
    url = postgresql_server.fresh()
    settings = Settings.from_environment(folder, {"HUIMIN_DATABASE_URL": url})
    make_older(settings, VERSION_1.read_text(encoding="utf-8"))
    answer = run_cli(["migrate"], folder, HUIMIN_DATABASE_URL=url)
    assert "pg_dump" in answer.stdout.splitlines()[0]
    assert run_cli(["migrate"], folder, HUIMIN_DATABASE_URL=url).stdout == "数据库已是当前版本。\n"
    postgresql_server.drop(url)
