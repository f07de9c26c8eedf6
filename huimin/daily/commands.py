"""`huimin day`: what is done once a day, for a timer."""

from __future__ import annotations

import sys

import click

from huimin.clock.timers import require_right_clock
from huimin.command_line import (
    EXIT_FOUND,
    echo,
    format_option,
    pass_instance,
    print_json,
    translated,
)
from huimin.daily.run import run_day
from huimin.daily.tasks import TASKS
from huimin.instance import Instance


@click.group()
def day() -> None:
    """每天办理的事，给定时任务用。"""


@day.command()
@click.option(
    "--only",
    "names",
    multiple=True,
    type=click.Choice([task.name for task in TASKS]),
    help="只办这一件；可以写几次。",
)
@format_option
@pass_instance
def run(instance: Instance, names: tuple[str, ...], form: str) -> None:
    """办理每天的事，一件失败不影响别的；重复运行不会办两次；有要人处理的，退出码为 1。"""
    tasks = [task for task in TASKS if not names or task.name in names]
    require_right_clock(instance, tuple(task.words for task in tasks))
    outcomes = run_day(instance, tasks)
    if form == "json":
        print_json(
            [
                {
                    "task": task.name,
                    "outcome": outcome.word,
                    "done": [translated(one) for one in outcome.done],
                    "problems": [translated(one) for one in outcome.problems],
                }
                for task, outcome in outcomes
            ]
        )
    else:
        for _, outcome in outcomes:
            for done in outcome.done:
                echo(done)
            for problem in outcome.problems:
                echo(problem, err=True)
        if not any(outcome.done or outcome.problems for _, outcome in outcomes):
            echo("没有要办的事。")
    if any(outcome.problems for _, outcome in outcomes):
        sys.exit(EXIT_FOUND)
