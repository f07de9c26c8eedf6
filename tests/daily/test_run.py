"""`huimin day run`: one task that fails stops no other, and every run is on record."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from huimin.core.catalogue import text
from huimin.daily.run import run_day
from huimin.daily.tasks import Task
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
