"""`huimin ledger`: verify the chains, check or rebuild the roll-ups, print a day's digest."""

from __future__ import annotations

import sys
from typing import Any

import click

from huimin.command_line import echo, pass_instance, print_json, translated
from huimin.core.catalogue import sentence
from huimin.core.days import parse_day
from huimin.core.refusals import field_problem
from huimin.instance import Instance
from huimin.ledger.prove import verify_chains
from huimin.ledger.read import digest_of_day
from huimin.ledger.rollups import check_rollups, rebuild_rollups

EXIT_FOUND = 1
form_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="输出格式"
)


@click.group()
def ledger() -> None:
    """流水：证明、核对、摘要。"""


@ledger.command()
@form_option
@pass_instance
def verify(instance: Instance, form: str) -> None:
    """逐个收银终端证明流水的哈希链；有问题时退出码为 1。"""
    findings = instance.engine.read(verify_chains)
    _report(
        [_as_dict(finding) for finding in findings],
        form,
        sentence("流水完整：每个收银终端的链都衔接。"),
    )


@ledger.command()
@click.option("--check", is_flag=True, help="只核对，不改动")
@form_option
@pass_instance
def rebuild(instance: Instance, check: bool, form: str) -> None:
    """由流水重算汇总和额度；--check 只核对，有差异时退出码为 1。"""
    if check:
        differences = instance.engine.read(check_rollups)
        _report(
            [_as_dict(difference) for difference in differences], form, sentence("汇总与流水一致。")
        )
        return
    changed = [_as_dict(difference) for difference in instance.engine.write(rebuild_rollups)]
    if form == "json":
        print_json({"rebuilt": changed})
        return
    for row in changed:
        click.echo(row["sentence"])
    echo("已按流水重算，改正 {count} 处。", count=len(changed))


@ledger.command()
@click.argument("day")
@pass_instance
def digest(instance: Instance, day: str) -> None:
    """打印某日（如 2026-10-31）日终全部链头合成的摘要（SHA-256）。"""
    try:
        county_day = parse_day(day)
    except ValueError:
        raise field_problem("DAY", "日期请写成 2026-10-31。") from None
    click.echo(instance.engine.read(lambda tx: digest_of_day(tx, county_day)))


def _as_dict(problem: Any) -> dict[str, Any]:
    values = {name: getattr(problem, name) for name in problem.__dataclass_fields__}
    return {**values, "sentence": translated(problem.text)}


def _report(problems: list[dict[str, Any]], form: str, all_well: str) -> None:
    if form == "json":
        print_json({"ok": not problems, "findings": problems})
    elif not problems:
        echo(all_well)
    for row in problems if form == "text" else ():
        click.echo(row["sentence"])
    if problems:
        sys.exit(EXIT_FOUND)
