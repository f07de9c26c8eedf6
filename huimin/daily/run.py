"""Run the daily tasks: each in its own try, each run on record, all of them whatever one does."""

from __future__ import annotations

from collections.abc import Sequence

from huimin.daily.tasks import TASKS, Task
from huimin.instance import Instance
from huimin.jobs.timer_runs import Outcome, note_run

WHAT = "day"


def run_day(instance: Instance, tasks: Sequence[Task] = TASKS) -> list[tuple[Task, Outcome]]:
    """Do every task and write down each run, and the run as a whole as "day"."""
    began, whole = instance.clock(), Outcome()
    outcomes = []
    for task in tasks:
        outcome = _run_task(instance, task)
        whole.add(outcome)
        outcomes.append((task, outcome))
    note_run(
        instance.engine,
        WHAT,
        whole,
        started_at=began,
        ended_at=instance.clock(),
        language=instance.settings.language,
    )
    return outcomes


def _run_task(instance: Instance, task: Task) -> Outcome:
    began, outcome = instance.clock(), Outcome()
    outcome.try_part(task.words, lambda: outcome.add(task.work(instance)))

    def note() -> None:
        note_run(
            instance.engine,
            f"{WHAT}.{task.name}",
            outcome,
            started_at=began,
            ended_at=instance.clock(),
            language=instance.settings.language,
        )

    outcome.try_part(task.words, note)
    return outcome
