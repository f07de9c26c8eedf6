"""A backup beside writers, one that is killed, one without room: never half a file."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from huimin.backup import restore as restore_module
from huimin.backup.make import SCRATCH, make_backup, sweep_half_made
from huimin.backup.prove import counts_of
from huimin.backup.read_archive import unpack
from huimin.doctor.disk import log_bytes
from huimin.instance import Instance
from huimin.settings import Settings
from huimin.storage import sqlite_snapshot
from huimin.storage.engine import StorageProblem
from huimin.storage.open_engine import looking
from tests.backup.conftest import OpenAgain
from tests.backup.test_restore import fill, restore
from tests.making.sales import make_redemption
from tests.run_command import REPOSITORY

# Runs `huimin backup FILE` and kills itself as a power cut would: when the first part of the
# archive is sent to the disk, or (of a read-only county) when its copy is made.
KILLED = """
import os, signal, sys
from pathlib import Path
from huimin.backup import write_archive
from huimin.storage import snapshot
def kill(_file):
    os.kill(os.getpid(), signal.SIGKILL)
class Killing:
    fdatasync = staticmethod(kill)
    def __getattr__(self, name):
        return getattr(os, name)
if sys.argv[1] == "copy":
    snapshot.parts_of = kill
else:
    write_archive.PART_BYTES = 65536
    write_archive.os = Killing()
from huimin.cli import main
main(["--folder", sys.argv[2], "backup", sys.argv[3]])
"""


# Runs the command and is sent the signal when the first part of the archive goes to the disk, or
# the first member comes from it; the command then has all the time it needs to notice.
ENDED = """
import os, signal, sys
from huimin.backup import read_archive, write_archive
from huimin.storage import giving_way
signal.signal(signal.SIGINT, signal.default_int_handler)
number, came = int(sys.argv[1]), []
class Ending:
    def fdatasync(self, file):
        self.fsync(file)
    def fsync(self, file):
        if not came:
            came.append(number)
            os.kill(os.getpid(), number)
            stopped = giving_way._stopped.get()
            if stopped is not None:
                stopped.wait(60)
    def __getattr__(self, name):
        return getattr(os, name)
write_archive.PART_BYTES = 65536
write_archive.os = read_archive.os = Ending()
from huimin.cli import main
main(sys.argv[2:])
"""


def test_writers_go_on_and_what_is_sold_meanwhile_is_in_it_whole_or_not_at_all(
    sqlite_instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two parts of the copy a sale is written and committed."""
    card, key = fill(sqlite_instance)
    instance, sales = sqlite_instance, []
    monkeypatch.setattr(sqlite_snapshot, "PART_BYTES", 16 * 4096)

    class Selling:
        def __getattr__(self, name: str) -> object:
            return getattr(os, name)

        def pread(self, file: int, size: int, start: int) -> bytes:
            if size == 16 * 4096:
                sales.append(make_redemption(instance, card, key, amount_fen=1_000))
            return os.pread(file, size, start)

    monkeypatch.setattr(sqlite_snapshot, "os", Selling())
    pages = instance.settings.database_path.stat().st_size // 4096
    pages += log_bytes(instance.settings.database_path) // 4096
    made = make_backup(instance, tmp_path / "county.tar")
    # As many parts as the database had with its log, and no more.
    assert 3 <= len(sales) <= pages // 16 + 3
    assert made.manifest.counts["ledger"] == 3
    # It proves itself: rows, chains, sums, and that they are what the manifest counted.
    restore(instance, made.path, Settings.from_environment(tmp_path / "elsewhere", {}))


def test_a_database_on_another_disk_by_a_link_is_looked_at_and_backed_up_with_its_log(
    sqlite_instance: Instance, tmp_path: Path, open_again: OpenAgain
) -> None:
    card, key = fill(sqlite_instance)
    sqlite_instance.close()
    settings, disk = sqlite_instance.settings, tmp_path / "disk"
    disk.mkdir()
    os.rename(settings.database_path, disk / "county.db")
    (settings.folder / "huimin.db").symlink_to(disk / "county.db")
    instance = open_again(settings)
    make_redemption(instance, card, key, amount_fen=1_000)
    with looking(settings) as tx:
        assert counts_of(tx)["ledger"] == 4
    made = make_backup(instance, tmp_path / "county.tar")
    assert made.manifest.counts["ledger"] == 4
    restore(instance, made.path, Settings.from_environment(tmp_path / "elsewhere", {}))


@pytest.mark.parametrize("where", ["copy", "archive"])
def test_a_backup_that_is_killed_leaves_the_old_one_whole_and_no_half_one(
    where: str, sqlite_instance: Instance, backups: Path, tmp_path: Path
) -> None:
    fill(sqlite_instance)
    sqlite_instance.close()
    old = backups / "old.tar"
    make_backup(sqlite_instance, old)
    if where == "copy":
        sqlite_instance.settings.folder.chmod(0o555)
    new = backups / "new.tar"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, where, str(sqlite_instance.settings.folder), str(new)],
        cwd=REPOSITORY,
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not new.exists()
    target = tmp_path / "target"
    target.mkdir()
    assert unpack(old, target, None).counts["ledger"] == 3
    # What it left is hidden, for its owner alone, and gone after a day.
    left = [path for path in backups.iterdir() if path != old]
    assert left
    assert all(path.name.startswith(".") for path in left)
    assert all(path.stat().st_mode & 0o077 == 0 for path in left)
    sweep_half_made(backups, datetime.now(UTC))
    assert [path for path in backups.iterdir() if path != old] == left
    for path in left:
        os.rename(path, path.with_name(path.name.replace(".new.tar", ".huimin-0.tar")))
    sweep_half_made(backups, datetime.now(UTC) + timedelta(days=2))
    assert list(backups.iterdir()) == [old]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_ends_a_command_lets_it_clear_away_what_is_half_made(
    number: signal.Signals, sqlite_instance: Instance, backups: Path, tmp_path: Path
) -> None:
    """Ctrl-C, a shutdown, a console that has gone: no keys in clear, no backup nobody asked for."""
    fill(sqlite_instance)
    sqlite_instance.close()
    folder, old = sqlite_instance.settings.folder, backups / "old.tar"
    make_backup(sqlite_instance, old)
    new, place = tmp_path / "new", tmp_path / "place"
    place.mkdir()

    for command in (
        ["backup", str(backups / "new.tar")],
        ["backup", "rehearse", "--in", str(place), str(old)],
        ["--folder", str(new), "restore", str(old)],
    ):
        ended = subprocess.run(
            [sys.executable, "-c", ENDED, str(int(number)), *command],
            cwd=REPOSITORY,
            env={**os.environ, "HUIMIN_FOLDER": str(folder), "PYTHONIOENCODING": "utf-8"},
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert ended.returncode == (130 if number == signal.SIGINT else -number), ended.stderr
        assert ended.stderr.split() == ["已中止。"]
        assert list(backups.iterdir()) == [old]
        assert list(place.iterdir()) == []
        assert not new.exists()


def test_without_room_it_says_so_and_leaves_nothing(
    sqlite_instance: Instance, backups: Path
) -> None:
    fill(sqlite_instance)
    sqlite_instance.close()
    size = sqlite_instance.settings.database_path.stat().st_size

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))

    full = subprocess.run(
        [sys.executable, "-m", "huimin", "backup", str(backups / "county.tar")],
        cwd=REPOSITORY,
        env={**os.environ, "HUIMIN_FOLDER": str(sqlite_instance.settings.folder)},
        preexec_fn=little_room,
        check=False,
        capture_output=True,
        text=True,
    )
    assert full.returncode == 2, full.stderr
    assert len(full.stderr.strip().splitlines()) == 1, full.stderr
    assert "Traceback" not in full.stderr
    assert list(backups.iterdir()) == []
    assert list(sqlite_instance.settings.folder.glob(f"{SCRATCH}*")) == []


def test_a_disk_that_does_not_give_the_database_is_named_and_not_the_backup_s(
    sqlite_instance: Instance, backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite_instance)

    class FailingDisk:
        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        def pread(self, file: int, size: int, start: int) -> bytes:
            if size > 4096:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return os.pread(file, size, start)

    monkeypatch.setattr(sqlite_snapshot, "os", FailingDisk())
    with pytest.raises(StorageProblem, match="读不了数据库"):
        make_backup(sqlite_instance, backups / "county.tar")
    assert list(backups.iterdir()) == []


def test_a_restore_without_room_leaves_nothing(
    sqlite_instance: Instance, backups: Path, tmp_path: Path
) -> None:
    fill(sqlite_instance)
    file = make_backup(sqlite_instance, backups / "county.tar").path

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    new = tmp_path / "new"
    full = subprocess.run(
        [sys.executable, "-m", "huimin", "--folder", str(new), "restore", str(file)],
        cwd=REPOSITORY,
        preexec_fn=little_room,
        check=False,
        capture_output=True,
        text=True,
    )
    assert full.returncode == 2, full.stderr
    assert "恢复没有成功，未作任何改动" in full.stderr
    assert "Traceback" not in full.stderr
    assert not new.exists()


@pytest.mark.parametrize("can_go_back", [True, False])
def test_a_disk_that_fails_while_the_files_take_their_places_leaves_nothing_or_says_what(
    sqlite_instance: Instance,
    backups: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run_cli: Any,
    can_go_back: bool,
) -> None:
    fill(sqlite_instance)
    file = make_backup(sqlite_instance, backups / "county.tar").path
    new, moves = tmp_path / "new", []

    class FailingDisk:
        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        def rename(self, source: Path, target: Path) -> None:
            moves.append(target.name)
            if len(moves) == 3 or (len(moves) > 3 and not can_go_back):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            os.rename(source, target)

    new.mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(restore_module, "os", FailingDisk())
        failed = run_cli(["restore", file], new)
    assert failed.returncode == 2 and len(failed.stderr.strip().splitlines()) == 1, failed.stderr
    left = sorted(path.name for path in new.iterdir())
    if can_go_back:
        assert "未作任何改动" in failed.stderr and left == []
        assert run_cli(["restore", file], new).returncode == 0
        assert (new / "huimin.db").exists()
    else:
        assert left == sorted(moves[:2]) and "huimin.db" not in left
        assert all(name in failed.stderr for name in left)


def test_it_does_not_go_into_the_county_s_own_folder_nor_over_a_file(
    sqlite_instance: Instance, backups: Path
) -> None:
    fill(sqlite_instance)
    with pytest.raises(StorageProblem, match="别处"):
        make_backup(sqlite_instance, sqlite_instance.settings.folder / "backups" / "x.tar")
    there = backups / "x.tar"
    there.write_bytes(b"mine")
    with pytest.raises(StorageProblem, match="已存在"):
        make_backup(sqlite_instance, there)
    assert there.read_bytes() == b"mine"
    with pytest.raises(StorageProblem, match="写不了"):
        make_backup(sqlite_instance, backups / "missing" / "x.tar")
