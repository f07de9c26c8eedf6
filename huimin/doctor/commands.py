"""`huimin doctor`: every proof in one command, with the remedy of what is not well."""

from __future__ import annotations

import sys
from typing import Any

import click

from huimin.command_line import echo, pass_settings, print_json, translated
from huimin.core.catalogue import Words
from huimin.doctor.checks import Result, run_checks
from huimin.doctor.finding import ATTENTION, BROKEN, SKIPPED, WELL, Scene
from huimin.open_instance import system_clock
from huimin.settings import Settings

STATES = Words("doctor_state", {WELL: "正常", SKIPPED: "未查", ATTENTION: "注意", BROKEN: "有问题"})
EXIT_CODES = {WELL: 0, ATTENTION: 1, BROKEN: 2}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="输出 JSON，给监控程序用。")
@pass_settings
def doctor(settings: Settings, as_json: bool) -> None:
    """体检：把只读的证明全做一遍，逐项写明补救办法，什么也不改。

    服务运行时、文件夹只读时都能用。退出码：全部正常 0，有要注意的 1，有问题 2。
    """
    results = []
    for result in run_checks(Scene(settings, system_clock())):
        results.append(result)
        if not as_json:
            _tell(result)
    states = {result.state for result in results}
    worst = next(state for state in (BROKEN, ATTENTION, WELL) if state in states or state == WELL)
    if as_json:
        print_json({"state": worst, "checks": [_as_dict(result) for result in results]})
    elif worst == WELL:
        echo("全部正常。")
    sys.exit(EXIT_CODES[worst])


def _tell(result: Result) -> None:
    echo("{state}  {check}", state=STATES.text(result.state), check=result.check.words)
    for finding in result.findings:
        click.echo(f"    {translated(finding.words)}")
        click.echo(f"    → {translated(finding.remedy)}")


def _as_dict(result: Result) -> dict[str, Any]:
    return {
        "check": result.check.name,
        "title": translated(result.check.words),
        "state": result.state,
        "findings": [
            {
                "state": finding.state,
                "sentence": translated(finding.words),
                "remedy": translated(finding.remedy),
            }
            for finding in result.findings
        ],
    }
