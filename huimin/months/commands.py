"""`huimin month`: the month's end for a timer, how months stand, the files of closed ones."""

from __future__ import annotations

import sys
from typing import Any

import click

from huimin.clock.timers import require_right_clock
from huimin.command_line import (
    EXIT_FOUND,
    Answer,
    answers,
    echo,
    format_option,
    pass_instance,
    print_json,
    translated,
)
from huimin.core.catalogue import Words, text
from huimin.core.refusals import field_problem
from huimin.core.words import CLOSING_STATES
from huimin.instance import Instance
from huimin.months import queries
from huimin.months.closes import months_listed
from huimin.months.files import FileCheck, check_files, restore_files
from huimin.months.run import run_month_end
from huimin.notices.attempt_words import tell_attempt
from huimin.reports.monthly import checked_month
from huimin.storage.engine import Row, Transaction

KEPT_WORDS = Words(
    "month_file", {"same": "文件夹里的相同", "missing": "文件夹里没有", "differs": "文件夹里的不同"}
)


@click.group()
def month() -> None:
    """月度结账：定时办理、各月状态、文件核对。"""


@month.command()
@pass_instance
def run(instance: Instance) -> None:
    """月底自动办理，给定时任务用：核对、生成文件、到期确认、发通知；有问题时退出码为 1。"""
    require_right_clock(instance, (text("月底的核对、文件、确认和通知"),))
    month_end = run_month_end(instance.engine, instance.settings, clock=instance.clock)
    for done in month_end.done:
        echo(done)
    for attempt in month_end.attempts:
        tell_attempt(attempt)
    for problem in month_end.problems:
        echo(problem, err=True)
    if month_end.problems:
        sys.exit(EXIT_FOUND)
    if not month_end.done and not month_end.attempts:
        echo("没有要办的事。")


@month.command("list")
@answers
def list_months(instance: Instance) -> Answer:
    """各月结账到了哪一步。"""
    rows = instance.engine.read(lambda tx: months_listed(tx, instance.clock()))
    return Answer(
        [{name: row[name] for name in ("month", "state", "version")} for row in rows],
        [_line(row) for row in rows],
    )


@month.command()
@click.argument("month", metavar="MONTH")
@click.option("--check", is_flag=True, help="只核对：重新生成并比对 SHA-256，不写文件。")
@format_option
@pass_instance
def files(instance: Instance, month: str, check: bool, form: str) -> None:
    """已结账月份的文件：补写丢失的；--check 只核对，有不符时退出码为 1。"""
    month = checked_month(month)
    folder = instance.settings.folder

    def query(tx: Transaction) -> list[FileCheck]:
        versions = [
            row["version"] for row in queries.approved_versions(tx) if row["month"] == month
        ]
        if not versions:
            raise field_problem("month", "{month} 还没有结账，结了账才有文件。", month=month)
        if not check:
            for version in versions:
                restore_files(tx, folder, month, version)
        return [one for version in versions for one in check_files(tx, folder, month, version)]

    checks = instance.engine.read(query)
    if form == "json":
        print_json([_as_dict(one) for one in checks])
    else:
        for one in checks:
            remade = text("重新生成的字节相同") if one.remade_same else text("重新生成的字节不同")
            echo(
                "{month} 第 {version} 版  {form:<5}{sha256}  {remade}，{kept}",
                **{**_as_dict(one), "remade": remade, "kept": KEPT_WORDS.text(one.in_folder)},
            )
    if not all(one.good for one in checks):
        sys.exit(EXIT_FOUND)


def _as_dict(one: FileCheck) -> dict[str, Any]:
    names = ("month", "version", "form", "sha256", "remade_same")
    return {**{name: getattr(one, name) for name in names}, "kept": one.in_folder}


def _line(row: Row) -> str:
    version = "" if row["version"] is None else f"  {translated('第 {version} 版', **row)}"
    return f"{row['month']}  {translated(CLOSING_STATES.text(row['state']))}{version}"
