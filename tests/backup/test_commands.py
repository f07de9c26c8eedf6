"""The commands as an operator and a timer run them: what they say, record and exit with."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huimin.backup.keep import name_at
from huimin.backup.newest import (
    check_newest_backup,
    newest_backup_at,
    newest_rehearsal_at,
)
from huimin.core.days import CLOCK_SLACK
from huimin.daily.run import run_day
from huimin.instance import Instance
from huimin.ledger.epochs import current_epoch
from tests.backup.test_age_file import IDENTITY, RECIPIENT
from tests.backup.test_restore import fill
from tests.run_command import Answer, in_a_process, in_this_process


@pytest.fixture
def county(sqlite_instance: Instance) -> Instance:
    fill(sqlite_instance)
    return sqlite_instance


def huimin(county: Instance, *args: object) -> Answer:
    variables = {"HUIMIN_FOLDER": str(county.settings.folder)}
    return in_this_process([str(arg) for arg in args], variables)


def test_one_file_goes_out_and_a_county_comes_back(
    county: Instance, backups: Path, tmp_path: Path
) -> None:
    file, new = backups / "county.tar", tmp_path / "new"
    made = huimin(county, "backup", file)
    assert (made.returncode, made.stderr) == (0, "")
    assert "流水 3 行，持卡人 1 人，已核对" in made.stdout
    again = huimin(county, "backup", file)
    assert again.returncode == 2
    assert "已存在" in again.stderr

    back = huimin(county, "--folder", new, "restore", file)
    assert back.returncode == 0, back.stderr
    assert "数据纪元 2" in back.stdout
    assert huimin(county, "--folder", new, "ledger", "verify").returncode == 0
    assert huimin(county, "--folder", new, "check").returncode == 0
    assert huimin(county, "--folder", new, "restore", file).returncode == 2

    content = bytearray(file.read_bytes())
    content[9_000] ^= 1
    file.write_bytes(content)
    other = tmp_path / "other"
    damaged = huimin(county, "--folder", other, "restore", file)
    assert (damaged.returncode, "已损坏" in damaged.stderr) == (2, True)
    assert not other.exists()


def test_a_timer_s_folder_keeps_what_the_rule_keeps(county: Instance, backups: Path) -> None:
    mark, now = county.key_ring.county_mark, datetime.now(UTC)
    for days in range(1, 40):
        old = name_at(mark, now - timedelta(days=days), packed=False, encrypted=False)
        (backups / old).write_bytes(b"old")
    foreign = name_at("00000000", now - timedelta(400), packed=False, encrypted=False)
    for name in (foreign, "letters.docx"):
        (backups / name).write_bytes(b"")
    made = huimin(county, "backup", backups, "--keep", "7d", "--format", "json")
    assert made.returncode == 0, made.stderr
    answer = json.loads(made.stdout)
    assert len(answer["removed"]) == 33
    left = {path.name for path in backups.iterdir()}
    assert {Path(answer["path"]).name, foreign, "letters.docx"} <= left
    assert len(left) == 9
    for wrong in (("--keep", "x"), ("--recipient", "age1x")):
        assert huimin(county, "backup", backups, *wrong).returncode == 2
    assert huimin(county, "backup", backups / "x.tar", "--keep", "7d").returncode == 2
    assert {path.name for path in backups.iterdir()} == left


def test_a_name_of_no_day_or_of_a_clock_that_was_ahead_harms_no_backup(
    county: Instance, backups: Path
) -> None:
    mark, ahead = county.key_ring.county_mark, datetime.now(UTC) + timedelta(days=20_000)
    for name in (
        f"huimin-{mark}-20261399T993000Z.tar",
        name_at(mark, ahead, packed=False, encrypted=False),
    ):
        (backups / name).write_bytes(b"")
    made = huimin(county, "backup", backups, "--keep", "1d", "--format", "json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["removed"] == []
    assert Path(json.loads(made.stdout)["path"]).exists()
    assert huimin(county, "backup", "rehearse", backups).returncode == 0


def test_a_folder_that_is_not_there_does_not_become_a_file(county: Instance, backups: Path) -> None:
    refused = huimin(county, "backup", f"{backups}/not-mounted/")
    assert (refused.returncode, "不存在" in refused.stderr) == (2, True)
    assert not (backups / "not-mounted").exists()


def test_encrypted_to_a_key_that_the_server_has_not(
    county: Instance, backups: Path, tmp_path: Path
) -> None:
    file, identity = backups / "county.tar.age", tmp_path / "key.txt"
    assert huimin(county, "backup", "--recipient", RECIPIENT, file).returncode == 0
    assert "持卡人".encode() not in file.read_bytes()
    assert b"huimin.db" not in file.read_bytes()
    identity.write_text(f"# created: today\n{IDENTITY}\n")
    wrong = tmp_path / "passphrase"
    wrong.write_text("guess\n")
    refused = huimin(county, "backup", "rehearse", "--passphrase-file", wrong, file)
    assert (refused.returncode, "打不开" in refused.stderr) == (2, True)
    good = huimin(county, "backup", "rehearse", "--identity", identity, file)
    assert good.returncode == 0, good.stderr
    assert "演练成功" in good.stdout


def test_a_folder_that_can_t_be_written_is_backed_up_elsewhere_without_a_trace(
    county: Instance, backups: Path, tmp_path: Path
) -> None:
    """As on a disk that is mounted read-only; for root, who may write all the same, too."""
    county.close()
    folder, identity = county.settings.folder, tmp_path / "key.txt"
    identity.write_text(IDENTITY)
    for path in folder.rglob("*"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    folder.chmod(0o500)
    changed = folder.stat().st_mtime_ns
    made = [
        huimin(county, "backup", backups / "county.tar"),
        huimin(county, "backup", "--recipient", RECIPIENT, backups / "county.tar.age"),
    ]
    traceless = folder.stat().st_mtime_ns == changed
    folder.chmod(0o700)
    for answer in made:
        assert answer.returncode == 0, answer.stderr
        assert "这次运行没有记下来" in answer.stderr
    assert traceless
    for name, options in (("county.tar", ()), ("county.tar.age", ("--identity", identity))):
        new = tmp_path / f"new-{name}"
        back = huimin(county, "--folder", new, "restore", backups / name, *options)
        assert back.returncode == 0, back.stderr


def test_runs_are_on_record_and_an_old_backup_is_a_task_for_somebody(
    county: Instance, backups: Path, clock: object
) -> None:
    engine = county.engine
    assert engine.read(lambda tx: newest_backup_at(tx, county.clock())) is None
    assert "还没有备份" in check_newest_backup(county).problems[0].say()
    before = datetime.now(UTC)
    county.clock.now = before + timedelta(minutes=1)  # type: ignore[attr-defined]
    assert huimin(county, "backup", backups).returncode == 0
    made_at = engine.read(lambda tx: newest_backup_at(tx, county.clock()))
    assert made_at is not None
    assert made_at >= before - timedelta(seconds=1)
    assert huimin(county, "backup", "rehearse", backups).returncode == 0
    assert engine.read(lambda tx: newest_rehearsal_at(tx, county.clock())) is not None
    assert check_newest_backup(county).problems == []

    # A failure does not count as a backup, and the day's run says so when it lasts.
    assert huimin(county, "backup", backups / "missing" / "x.tar").returncode == 2
    assert engine.read(lambda tx: newest_backup_at(tx, county.clock())) == made_at
    county.clock.now = made_at + timedelta(hours=27)  # type: ignore[attr-defined]
    (outcome,) = [outcome for task, outcome in run_day(county) if task.name == "backup"]
    assert "超过 26 小时" in outcome.problems[0].say()


def test_a_rehearsal_of_a_damaged_backup_fails_and_is_on_record(
    county: Instance, backups: Path
) -> None:
    assert huimin(county, "backup", backups).returncode == 0
    (file,) = backups.iterdir()
    with file.open("r+b") as opened:
        opened.seek(20_000)
        opened.write(os.urandom(100))
    failed = huimin(county, "backup", "rehearse", backups)
    assert (failed.returncode, "已损坏" in failed.stderr) == (2, True)
    assert county.engine.read(lambda tx: newest_rehearsal_at(tx, county.clock())) is None
    empty = backups / "empty"
    empty.mkdir()
    assert huimin(county, "backup", "rehearse", empty).returncode == 2


def test_a_database_that_went_back_by_other_means_begins_an_epoch(county: Instance) -> None:
    """A point-in-time recovery or a snapshot of the disk: no file of ours was restored."""
    for typed in ("yesterday", "2026-10-31T01:30Z"):
        refused = huimin(county, "backup", "begin-epoch", typed, "--yes")
        assert (refused.returncode, "2026-10-31T01:30" in refused.stderr) == (2, True)
    assert huimin(county, "backup", "begin-epoch", "2999-01-01T00:00", "--yes").returncode == 2
    assert huimin(county, "backup", "begin-epoch", "2026-10-31T01:30").returncode != 0
    assert county.engine.read(current_epoch) == 1
    began = huimin(county, "backup", "begin-epoch", "2026-10-31T01:30", "--yes")
    assert (began.returncode, "数据纪元 2" in began.stdout) == (0, True)
    assert county.engine.read(current_epoch) == 2
    assert huimin(county, "ledger", "verify").returncode == 0


@pytest.mark.parametrize("command", ["restore", "rehearse", "make"])
def test_without_a_terminal_it_says_which_option_gives_the_passphrase(
    county: Instance, backups: Path, tmp_path: Path, command: str
) -> None:
    file, secret = backups / "county.tar.age", tmp_path / "passphrase"
    secret.write_text("a long passphrase\n")
    assert huimin(county, "backup", file, "--passphrase-file", secret).returncode == 0
    asked = {
        "restore": ("--folder", tmp_path / "new", "restore", file),
        "rehearse": ("backup", "rehearse", file),
        "make": ("backup", backups / "other.tar.age", "--passphrase"),
    }[command]
    done = in_a_process([*map(str, asked)], {"HUIMIN_FOLDER": str(county.settings.folder)})
    assert done.returncode == 2 and "--passphrase-file" in done.stderr, done
    assert "没有人可以回答" in done.stderr and "Warning" not in done.stderr
    secret.write_bytes(b"\xff\xfe\n")
    wrong = huimin(county, "backup", "rehearse", file, "--passphrase-file", secret)
    assert wrong.returncode == 2 and "不是 UTF-8" in wrong.stderr


def test_a_standby_makes_a_whole_backup_and_says_that_it_is_not_on_record(
    county: Instance, backups: Path
) -> None:
    file, folder = backups / "county.tar", county.settings.folder
    variables = {"HUIMIN_FOLDER": str(folder), "HUIMIN_READ_ONLY": "1"}
    made = in_this_process(["backup", str(file)], variables)
    assert made.returncode == 0, made.stderr
    assert "已核对" in made.stdout and "没有记下来" in made.stderr
    assert huimin(county, "backup", "rehearse", file).returncode == 0


def test_a_backup_while_the_clock_is_wrong_is_made_and_says_that_it_is_not_on_record(
    county: Instance, backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just then one may be wanted: before the clock's rows are accepted, for instance."""
    monkeypatch.setattr("huimin.clock.check.SLACK", CLOCK_SLACK)
    monkeypatch.setattr(
        "huimin.open_instance.built_at", lambda: datetime.now(UTC) + timedelta(days=1)
    )
    file = backups / "county.tar"
    made = huimin(county, "backup", file)
    rehearsed = huimin(county, "backup", "rehearse", file)
    for answer, word in ((made, "已核对"), (rehearsed, "演练成功")):
        assert answer.returncode == 1
        assert word in answer.stdout
        assert "校准时钟" in answer.stderr and "没有记下来" in answer.stderr
        assert "同一个键" not in answer.stderr
    monkeypatch.undo()
    assert huimin(county, "backup", "rehearse", file).returncode == 0
