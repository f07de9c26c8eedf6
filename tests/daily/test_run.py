"""`huimin day run`: one task that fails stops no other, and every run is on record."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huimin import open_instance
from huimin.clock import check as clock_check
from huimin.core.catalogue import text
from huimin.core.days import CLOCK_SLACK
from huimin.daily.run import run_day
from huimin.daily.tasks import TASKS, Task
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome, newest_good_run, newest_run
from tests.conftest import FixedClock
from tests.run_command import in_this_process


def test_one_that_fails_stops_no_other_and_each_run_is_on_record(
    instance: Instance, clock: FixedClock
) -> None:
    def breaks(_: Instance) -> Outcome:
        raise ZeroDivisionError

    def finds(_: Instance) -> Outcome:
        return Outcome(done=[text("办了一件")], problems=[text("有一件要看")])

    tasks = [
        Task("breaks", text("坏的"), breaks),
        Task("well", text("好的"), lambda _: Outcome()),
        Task("finds", text("要看的"), finds),
    ]
    run_day(instance, tasks[1:2])
    clock.advance(hours=24)
    outcomes = run_day(instance, tasks)
    assert [outcome.word for _, outcome in outcomes] == ["failed", "well", "attention"]
    read = instance.engine.read
    whole = read(lambda tx: newest_run(tx, "day", instance.clock()))
    assert whole is not None and whole["outcome"] == "failed"
    assert whole["detail"].splitlines() == [
        "坏的：程序错误（ZeroDivisionError），详见日志。",
        "有一件要看",
        "办了一件",
    ]
    good = read(lambda tx: newest_good_run(tx, "day", instance.clock()))
    assert good is not None and good["ended_at"] < whole["started_at"]
    assert read(lambda tx: newest_run(tx, "day.breaks", instance.clock()))["outcome"] == "failed"  # type: ignore[index]
    assert read(lambda tx: newest_run(tx, "day.never", instance.clock())) is None


def test_the_command_runs_every_task_and_says_by_its_exit_code_whether_somebody_must_look(
    tmp_path: Path,
) -> None:
    variables = {"HUIMIN_FOLDER": str(tmp_path / "county")}
    assert in_this_process(["init"], variables).returncode == 0
    first = in_this_process(["day", "run", "--only", "notices"], variables)
    assert (first.returncode, first.stdout) == (0, "没有要办的事。\n")
    database = sqlite3.connect(tmp_path / "county" / "huimin.db")
    runs = database.execute("SELECT what, outcome FROM timer_run ORDER BY id").fetchall()
    assert runs == [("day.notices", "well"), ("day", "well")]
    database.close()
    unknown = in_this_process(["day", "run", "--only", "nothing"], variables)
    assert unknown.returncode == 2


@pytest.mark.parametrize("command", [("day", "run"), ("month", "run")], ids=" ".join)
def test_a_wrong_clock_is_said_once_with_what_was_left_out(
    tmp_path: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {"HUIMIN_FOLDER": str(tmp_path / "county")}
    assert in_this_process(["init"], variables).returncode == 0
    monkeypatch.setattr(clock_check, "SLACK", CLOCK_SLACK)
    # As if the program had been built long after what the clock says.
    monkeypatch.setattr(open_instance, "built_at", lambda: datetime(2096, 1, 1, tzinfo=UTC))
    wrong = in_this_process([*command], variables)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.count("\n") == 1 and "比这个程序发布的日子还早" in wrong.stderr
    left_out = [task.words.say() for task in TASKS] if command[0] == "day" else ["月底"]
    assert all(name in wrong.stderr for name in left_out)


def test_what_is_logged_stands_out_of_the_answers_way(tmp_path: Path) -> None:
    """A program reads what a command answers from standard output."""
    script = (
        "import sys, structlog\nfrom huimin.cli import main\n"
        "try:\n    main(['settings'])\nexcept SystemExit:\n    pass\n"
        "structlog.get_logger().error('something is wrong')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert "something is wrong" in done.stderr and "something is wrong" not in done.stdout
