"""`huimin init | migrate | check | run` on databases that can't be used: one sentence, code 2, and
nothing touched, neither the file nor what lies beside it.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from huimin.settings import Settings
from huimin.storage.open_engine import create_database
from tests.storage.older_databases import VERSION_1, make_older

RunCli = Callable[..., "subprocess.CompletedProcess[str]"]
Snapshot = dict[str, tuple[int, bytes]]

# Commands of this room, and one of another room that opens the instance.
COMMANDS = (["check"], ["migrate"], ["run", "--port", "0"], ["keys", "list"])


@pytest.fixture
def made(folder: Path, make_settings: Callable[[str, str], Settings]) -> Path:
    """The file of a sound database."""
    path = make_settings("sqlite", "bare").database_path
    path.chmod(0o600)
    return path


def snapshot(folder: Path) -> Snapshot:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def refused(answer: subprocess.CompletedProcess[str], chinese: str, english: str) -> None:
    assert answer.returncode == 2, answer
    assert answer.stdout == ""
    sentence = answer.stderr.strip()
    assert "\n" not in sentence, sentence
    assert chinese in sentence and english in sentence


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_missing_database(run_cli: RunCli, folder: Path, command: list[str]) -> None:
    refused(run_cli(command, folder), "huimin init", "There is no database")
    assert not folder.exists()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_newer_database(run_cli: RunCli, made: Path, command: list[str]) -> None:
    with contextlib.closing(sqlite3.connect(made)) as connection, connection:
        connection.execute("INSERT INTO schema_migration VALUES (99, 'future', '2030', '')")
    before = snapshot(made.parent)
    refused(run_cli(command, made.parent), "升级 huimin", "newer than this program")
    assert snapshot(made.parent) == before


GARBAGE = {
    "random": bytes(range(256)) * 64,
    "empty": b"",
    "short": b"SQLite format 3\0",
    "header only": b"SQLite format 3\0" + b"\xff" * 8_000,
}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("kind", GARBAGE)
def test_a_corrupt_database(run_cli: RunCli, folder: Path, command: list[str], kind: str) -> None:
    folder.mkdir()
    (folder / "huimin.db").write_bytes(GARBAGE[kind])
    before = snapshot(folder)
    refused(run_cli(command, folder), "已损坏", "damaged")
    assert snapshot(folder) == before


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_read_only_database(run_cli: RunCli, made: Path, command: list[str], what: str) -> None:
    (made if what == "file" else made.parent).chmod(0o444 if what == "file" else 0o555)
    before = snapshot(made.parent)
    try:
        # A county without keys: to open it would make them.
        answer = run_cli(command, made.parent)
        if command == ["check"]:
            assert (answer.returncode, "只读" in answer.stderr) == (0, True), answer
        else:
            refused(answer, "只读", "read-only")
        assert snapshot(made.parent) == before
    finally:
        made.parent.chmod(0o700)


READS = (
    ["check"],
    ["ledger", "verify"],
    ["ledger", "rebuild", "--check"],
    ["month", "list"],
    ["keys", "list"],
)


@pytest.mark.parametrize("command", READS, ids=" ".join)
def test_what_changes_nothing_works_where_nothing_can_be_changed(
    run_cli: RunCli, made: Path, command: list[str]
) -> None:
    assert run_cli(["keys", "list"], made.parent).returncode == 0  # the keys are there now
    made.parent.chmod(0o555)
    before = snapshot(made.parent)
    try:
        answer = run_cli(command, made.parent)
        assert answer.returncode == 0, answer
        written = run_cli(["keys", "rotate-personal", "--yes"], made.parent)
        refused(written, "只读", "read-only")
        assert snapshot(made.parent) == before
    finally:
        made.parent.chmod(0o700)


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become another user")
def test_another_user_is_told_of_the_permission_and_not_to_restore(made: Path) -> None:
    """Whoever reads "damaged" restores a backup over a sound county."""
    made.parent.chmod(0o755)
    made.chmod(0o600)
    for parent in made.parent.parents[:-2]:
        parent.chmod(parent.stat().st_mode | 0o011)
    answer = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(made.parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2, answer.stderr
    assert "没有权限" in answer.stderr and "permission denied" in answer.stderr
    assert "备份" not in answer.stderr and "Errno" not in answer.stderr


AS_NOBODY = """
import os, sys
from huimin.cli import main
os.setgid(65534)
os.setuid(65534)
main(["--folder", sys.argv[1], "check"])
"""


def test_a_log_that_cannot_be_read_is_not_passed_over(run_cli: RunCli, made: Path) -> None:
    """Without its log the file is an earlier state; on a read-only disk no index can be made."""
    assert run_cli(["keys", "list"], made.parent).returncode == 0
    made.with_name("huimin.db-wal").write_bytes(b"\0" * 32)
    made.parent.chmod(0o555)
    try:
        refused(run_cli(["ledger", "verify"], made.parent), "huimin.db-wal", "together with it")
        refused(run_cli(["check"], made.parent), "huimin.db-wal", "together with it")
    finally:
        made.parent.chmod(0o700)


def test_a_database_of_another_program(run_cli: RunCli, folder: Path) -> None:
    folder.mkdir()
    with contextlib.closing(sqlite3.connect(folder / "huimin.db")) as connection, connection:
        connection.execute("CREATE TABLE song (name TEXT)")
    before = snapshot(folder)
    refused(run_cli(["check"], folder), "不是惠民卡数据库", "not a huimin database")
    assert snapshot(folder) == before


def test_init_leaves_a_database_that_is_there_alone(run_cli: RunCli, made: Path) -> None:
    before = snapshot(made.parent)
    refused(run_cli(["init"], made.parent), "已存在", "already exists")
    assert snapshot(made.parent) == before


def test_init_where_nothing_can_be_made(run_cli: RunCli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    refused(run_cli(["init"], tmp_path / "file" / "data"), "不能在", "cannot be created")


def test_init_then_check_then_migrate(run_cli: RunCli, folder: Path) -> None:
    for command, words in (("init", "已建好"), ("check", "完好"), ("migrate", "当前版本")):
        answer = run_cli([command], folder)
        assert (answer.returncode, answer.stderr) == (0, ""), answer
        assert words in answer.stdout
    # Locks are empty files, by which processes agree on who writes.
    assert [path.name for path in folder.iterdir() if path.suffix != ".lock"] == ["huimin.db"]
    assert (folder / "huimin.db").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    with contextlib.closing(sqlite3.connect(folder / "huimin.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_check_finds_a_damaged_page(run_cli: RunCli, made: Path) -> None:
    with made.open("r+b") as file:
        file.seek(4096 * 20)
        file.write(b"\xa5" * 4096)
    before = snapshot(made.parent)
    refused(run_cli(["check"], made.parent), "损坏", "damaged")
    assert snapshot(made.parent) == before


def test_check_finds_a_broken_reference(run_cli: RunCli, made: Path) -> None:
    with contextlib.closing(sqlite3.connect(made)) as connection, connection:
        connection.execute(
            "INSERT INTO division (code, name, level, parent_code)"
            " VALUES ('512022001000', '某镇', 'town', '512022000000')"
        )
    before = snapshot(made.parent)
    answer = run_cli(["check"], made.parent)
    refused(answer, "1 处损坏", "division rowid 1")
    assert "division rowid 1" in answer.stderr
    assert snapshot(made.parent) == before


@pytest.mark.parametrize("database", ["missing", "newer", "changed", "read only"])
def test_the_same_on_postgresql(
    run_cli: RunCli, postgresql_server: Any, folder: Path, database: str
) -> None:
    url = postgresql_server.fresh()
    try:
        if database != "missing":
            create_database(Settings.from_environment(folder, {"HUIMIN_DATABASE_URL": url}))
        if database == "newer":
            change(url, "INSERT INTO schema_migration VALUES (99, 'future', '2030', '')")
        if database == "changed":
            change(url, "ALTER TABLE card ADD COLUMN colour TEXT")
        if database == "read only":
            name = url.partition("?")[0].rpartition("/")[2]
            change(url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        words = {
            "missing": ("huimin init", "no huimin tables"),
            "newer": ("升级 huimin", "newer than this program"),
            "changed": ("不属于任何已发布的版本（1 处不同：card）", "match no released version"),
            "read only": ("只读", "read-only"),
        }[database]
        for command in COMMANDS:
            refused(run_cli(command, folder, HUIMIN_DATABASE_URL=url), *words)
        assert not folder.exists()
    finally:
        postgresql_server.drop(url)


def change(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def test_check_on_a_sound_postgresql_database(
    run_cli: RunCli, make_settings: Callable[[str, str], Settings]
) -> None:
    settings = make_settings("postgresql", "bare")
    answer = run_cli(["check"], settings.folder, HUIMIN_DATABASE_URL=str(settings.database_url))
    assert (answer.returncode, answer.stderr) == (0, "")


@contextlib.contextmanager
def server(folder: Path, **variables: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`huimin run` on a free port; yields the address it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "huimin", "--folder", str(folder), "run", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, process.stderr and process.stderr.read()
        yield found[0], process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGINT])
def test_run_serves_prints_its_address_and_closes_the_database(
    environment: None, made: Path, ended_by: signal.Signals
) -> None:
    with server(made.parent) as (address, process):
        for _ in range(5):
            with urllib.request.urlopen(f"{address}/healthz", timeout=60) as answer:
                assert answer.status == 200
        process.send_signal(ended_by)
        assert process.wait(60) == 0
    # The log was folded into the file: every connection had been closed.
    assert sorted(path.name for path in made.parent.glob("huimin.db*")) == ["huimin.db"]


def test_run_says_that_its_port_is_taken(environment: None, run_cli: RunCli, made: Path) -> None:
    with server(made.parent) as (address, _):
        port = address.rpartition(":")[2]
        refused(run_cli(["run", "--port", port], made.parent), "换一个端口", "--port")


def test_a_county_is_not_upgraded_under_the_server_that_has_its_port(
    environment: None, run_cli: RunCli, folder: Path
) -> None:
    settings = Settings.from_environment(folder, {})
    make_older(settings, VERSION_1.read_text(encoding="utf-8"))
    before = snapshot(settings.folder)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        refused(run_cli(["run", "--port", port], settings.folder), "换一个端口", "--port")
    assert snapshot(settings.folder) == before


def test_a_table_of_versions_that_is_not_ours_is_one_sentence(
    environment: None, run_cli: RunCli, folder: Path
) -> None:
    folder.mkdir()
    with contextlib.closing(sqlite3.connect(folder / "huimin.db")) as database:
        database.execute("CREATE TABLE schema_migration (version TEXT)")
        database.execute("INSERT INTO schema_migration VALUES ('abc')")
        database.commit()
    for command in (["check"], ["migrate"], ["run", "--port", "0"]):
        refused(run_cli(command, folder), "表结构", "schema_migration")


@pytest.mark.parametrize(
    ("args", "variables", "words"),
    [
        (["nonsense"], {}, "nonsense"),
        (["run", "--port", "99999"], {}, "99999"),
        (["check"], {"HUIMIN_PORT": "many"}, "HUIMIN_PORT"),
        (["check"], {"HUIMIN_DATABASE_URL": "mysql://somewhere"}, "postgresql://"),
        (["check"], {"HUIMIN_DATABASE_URL": "postgresql://127.0.0.1:9/x"}, "HUIMIN_DATABASE_URL"),
        (["settings"], {"HUIMIN_CARD_YEARS": "-1"}, "HUIMIN_CARD_YEARS"),
    ],
)
def test_wrong_use_is_one_sentence_too(
    run_cli: RunCli, folder: Path, args: list[str], variables: dict[str, str], words: str
) -> None:
    answer = run_cli(args, folder, **variables)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert words in answer.stderr and "\n" not in answer.stderr.strip()
    assert not folder.exists()
