"""Doctor finds what is wrong, names the remedy, and changes nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from huimin.anchors.make import make_anchor_now
from huimin.doctor.checks import CHECKS, run_checks
from huimin.doctor.finding import Scene
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome, note_run
from huimin.open_instance import open_instance
from huimin.settings import Settings
from tests.anchors.ledger_days import open_shop
from tests.conftest import FixedClock
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.served import running

RunCli = Callable[..., "subprocess.CompletedProcess[str]"]
# Nothing of these was ever done in a new county.
NOT_YET = {"address", "backup", "timers"}


@pytest.fixture
def county(instance: Instance) -> Settings:
    """A closed county with a card, on each engine."""
    make_card(instance, make_holder(instance))
    instance.settings.folder.chmod(0o700)
    if not instance.settings.database_url:
        instance.settings.database_path.chmod(0o600)
    instance.close()
    return instance.settings


def states(settings: Settings, clock: FixedClock) -> dict[str, str]:
    return {one.check.name: one.state for one in run_checks(Scene(settings, clock()))}


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file of the folder: its content and when it was changed."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.stat().st_mtime_ns,
        )
        for path in [folder, *sorted(folder.rglob("*"))]
    }


def test_a_sound_county_lacks_only_what_was_never_done(
    county: Settings, clock: FixedClock, engine_name: str
) -> None:
    before = snapshot(county.folder)
    found = states(county, clock)
    assert list(found) == [check.name for check in CHECKS]
    assert {name for name, state in found.items() if state != "well"} == NOT_YET
    assert snapshot(county.folder) == before


def all_done(instance: Instance, now: datetime) -> None:
    """All that timers do was done just now."""
    for what in ("day", "month", "backup", "backup.rehearse"):
        note_run(instance.engine, what, Outcome(), started_at=now, ended_at=now)


def test_timers_that_came_through_are_well(
    instance: Instance, clock: FixedClock, engine_name: str
) -> None:
    all_done(instance, clock())
    make_anchor_now(instance)
    found = states(instance.settings, clock)
    assert {found[name] for name in ("backup", "anchor", "timers")} == {"well"}
    clock.now += timedelta(hours=37)
    found = states(instance.settings, clock)
    assert {found[name] for name in ("backup", "anchor", "timers")} == {"attention"}


def test_an_anchor_that_disagrees_is_broken_and_one_that_is_missing_is_asked_for(
    instance: Instance, clock: FixedClock, tmp_path: Path
) -> None:
    shop = open_shop(instance)
    shop.sell(0)
    assert states(instance.settings, clock)["anchor"] == "attention"
    note = make_anchor_now(instance).note
    assert states(instance.settings, clock)["anchor"] == "well"
    away = replace(instance.settings, anchor_folder=str(tmp_path / "outside"))
    assert states(away, clock)["anchor"] == "attention"
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "huimin-anchor-2026-10-30.txt").write_text(note.replace("till ", "x"))
    assert states(away, clock)["anchor"] == "broken"


def test_a_clock_behind_its_own_rows_is_broken(
    instance: Instance, clock: FixedClock, engine_name: str
) -> None:
    note_run(instance.engine, "day", Outcome(), started_at=clock(), ended_at=clock())
    clock.now -= timedelta(minutes=4)
    assert states(instance.settings, clock)["clock"] == "well"
    clock.now -= timedelta(minutes=2)
    assert states(instance.settings, clock)["clock"] == "broken"


DAMAGES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a key file of another county": (
        "keys",
        lambda folder: (folder / "personal_keys.json").write_text(other_keys(folder)),
    ),
    "a key file that is empty": ("keys", lambda folder: (folder / "card_keys.json").write_text("")),
    "a key file that is lost": ("keys", lambda folder: (folder / "card_keys.json").unlink()),
    "a key that others read": (
        "folder",
        lambda folder: (folder / "card_keys.json").chmod(0o644),
    ),
    "a trigger less": (
        "schema",
        lambda folder: change(folder, "DROP TRIGGER ledger_refuses_update"),
    ),
    "a file that is none": (
        "schema",
        lambda folder: (folder / "huimin.db").write_bytes(b"x" * 9000),
    ),
    "no file": ("schema", lambda folder: (folder / "huimin.db").unlink()),
    "a sum that is wrong": (
        "sums",
        lambda folder: change(
            folder,
            "INSERT INTO usage (holder_id, policy_code, period, used_fen)"
            " SELECT id, 'standard', '2026-10', 1 FROM holder",
        ),
    ),
}


def other_keys(folder: Path) -> str:
    kept = json.loads((folder / "personal_keys.json").read_text())
    return json.dumps({**kept, "hash_key": kept["keys"]["1"]})


def change(folder: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / "huimin.db")) as database:
        database.execute(statement)
        database.commit()


@pytest.fixture
def sqlite_county(sqlite_instance: Instance) -> Path:
    make_card(sqlite_instance, make_holder(sqlite_instance))
    sqlite_instance.close()
    folder = sqlite_instance.settings.folder
    folder.chmod(0o700)
    (folder / "huimin.db").chmod(0o600)
    return folder


@pytest.mark.parametrize("what", DAMAGES)
def test_what_is_wrong_is_found_with_its_remedy_and_left_alone(
    sqlite_county: Path, run_cli: RunCli, what: str
) -> None:
    check, damage = DAMAGES[what]
    damage(sqlite_county)
    before = snapshot(sqlite_county)
    said = run_cli(["doctor", "--json"], sqlite_county)
    checks = {one["check"]: one for one in json.loads(said.stdout)["checks"]}
    assert checks[check]["state"] == ("attention" if check == "folder" else "broken")
    assert all(finding["remedy"] for finding in checks[check]["findings"])
    assert said.returncode == (1 if check == "folder" else 2)
    assert "Traceback" not in said.stderr
    assert snapshot(sqlite_county) == before
    # What the tables say is worth nothing once they are not those of the program.
    assert (checks["chains"]["state"] == "skipped") == (check == "schema")


def test_the_exit_code_is_0_when_all_is_well(sqlite_county: Path, run_cli: RunCli) -> None:
    opened = open_instance(Settings.from_environment(sqlite_county, {}))
    now = opened.clock()
    all_done(opened, now)
    opened.close()
    safe = {"HUIMIN_BASE_URL": "https://card.example.cn", "HUIMIN_LANGUAGE": "en"}
    said = run_cli(["doctor"], sqlite_county, **safe)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines()[-1] == "All is well."
    said = run_cli(["doctor"], sqlite_county, HUIMIN_LANGUAGE="en")
    assert said.returncode == 1 and "is not HTTPS" in said.stdout


def test_it_looks_beside_a_running_server_and_at_what_can_not_be_written(
    sqlite_county: Path, run_cli: RunCli
) -> None:
    with running(sqlite_county):
        said = json.loads(run_cli(["doctor", "--json"], sqlite_county).stdout)
        found = {one["check"]: one["state"] for one in said["checks"]}
        assert {name for name, state in found.items() if state != "well"} == NOT_YET
    for path in sqlite_county.rglob("*"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    sqlite_county.chmod(0o500)
    said = json.loads(run_cli(["doctor", "--json"], sqlite_county).stdout)
    found = {one["check"]: one["state"] for one in said["checks"]}
    sqlite_county.chmod(0o700)
    assert {name for name, state in found.items() if state != "well"} == NOT_YET
