"""`huimin fleet`: check, upgrade and back up many counties from one list."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from huimin.command_line import echo, format_option, print_json, translated
from huimin.core.catalogue import Words
from huimin.fleet.counties import FleetCounty, read_counties
from huimin.fleet.run_each import CommandWords, CountyRun, run_each

AT_ONCE = 2
OUTCOMES = Words("fleet_outcome", {"0": "正常", "1": "有问题", "2": "没有办成"})
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def fleet() -> None:
    """多个县一起管：按清单（TOML）逐县检查、升级、备份。"""


def of_each(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments that every command for a list of counties has."""
    for option in (
        format_option,
        click.option(
            "--jobs",
            "at_once",
            type=click.IntRange(1, 32),
            default=AT_ONCE,
            show_default=True,
            help="同时办几个县。",
        ),
        click.argument("file", metavar="FILE.toml", type=FILE),
    ):
        command = option(command)
    return command


@fleet.command()
@of_each
def check(file: Path, at_once: int, form: str) -> None:
    """逐县运行 huimin check；有问题时退出码不为 0。"""
    _run_all(file, lambda county: ["check"], at_once, form)


@fleet.command()
@of_each
def doctor(file: Path, at_once: int, form: str) -> None:
    """逐县运行 huimin doctor；有问题时退出码不为 0。"""
    _run_all(file, lambda county: ["doctor"], at_once, form)


@fleet.command()
@of_each
def migrate(file: Path, at_once: int, form: str) -> None:
    """逐县把数据库升级到当前版本；一个县不成，不影响别的县。"""
    _run_all(file, lambda county: ["migrate"], at_once, form)


@fleet.command()
@click.option(
    "--out",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="备份放在这个文件夹里，每县一个子文件夹，名为县代码。",
)
@click.option("--keep", metavar="7d4w12m", help="保留多少份，同 huimin backup --keep。")
@of_each
def backup(file: Path, out: Path, keep: str | None, at_once: int, form: str) -> None:
    """逐县备份；一个县不成，不影响别的县。"""

    def words(county: FleetCounty) -> list[str]:
        place = out.resolve() / county.code
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        return ["backup", f"{place}/", *([] if keep is None else ["--keep", keep])]

    _run_all(file, words, at_once, form)


def _run_all(file: Path, words: CommandWords, at_once: int, form: str) -> None:
    """Run, tell of each county as soon as it is done, and exit with the worst code."""
    runs = []
    for run in run_each(read_counties(file), words, at_once=at_once):
        runs.append(run)
        if form == "text":
            _tell(run)
    if form == "json":
        print_json([_as_dict(run) for run in runs])
    else:
        good = sum(run.exit_code == 0 for run in runs)
        echo("{count} 个县，{good} 个正常。", count=len(runs), good=good)
    sys.exit(max(run.exit_code for run in runs))


def _tell(run: CountyRun) -> None:
    outcome = translated(OUTCOMES.text(str(min(run.exit_code, 2))))
    click.echo(f"{run.county.code} {run.county.name}  {outcome}")
    for line in run.lines:
        click.echo(f"    {line}")


def _as_dict(run: CountyRun) -> dict[str, Any]:
    county = {"code": run.county.code, "name": run.county.name}
    return {**county, "exit_code": run.exit_code, "lines": list(run.lines)}
