"""`huimin terminals simulate`: play a till over a bad network; exit code 1 when it differs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from huimin.client import HuiminError
from huimin.core.catalogue import say
from huimin.core.refusals import field_problem
from huimin.simulation.dishonest import lie
from huimin.simulation.dishonest_report import dishonest_lines, dishonest_values
from huimin.simulation.faults import FAULTS
from huimin.simulation.play import Plan, play
from huimin.simulation.report import report_lines, report_values
from huimin.simulation.targets import (
    cards_of_demo,
    check_target,
    is_this_machine,
    read_cards,
    read_demo,
)

EXIT_DIFFERENT = 1
DEMO_FILE = "demo.json"


def simulate(*, form: str, language: str, dishonest: bool, **options: Any) -> None:
    """Play, tell, and exit with 1 when till and server differ, or when a `dishonest` till had
    something entered that it should not. `options` are those of `_plan`.
    """
    plan = _plan(**options)
    if dishonest:
        _lie(plan, _other_key(**options), form, language)
        return
    on_terminal = sys.stderr.isatty()

    def show_progress(done: int) -> None:
        if on_terminal and done % 20 == 0:
            progress = say("已模拟 {done} / {sales}", language, done=done, sales=plan.sales)
            click.echo(f"\r{progress}", nl=False, err=True)

    try:
        outcome = play(plan, progress=show_progress)
    except HuiminError as error:
        raise click.ClickException(say("模拟没有做完：{error}", language, error=error)) from error
    if on_terminal:
        click.echo("\r", nl=False, err=True)
    if form == "json":
        click.echo(json.dumps(report_values(outcome), ensure_ascii=False, indent=2))
    else:
        for line in report_lines(outcome, language):
            click.echo(line)
    if not outcome.comparison.agrees:
        sys.exit(EXIT_DIFFERENT)


def _lie(plan: Plan, other_key: str | None, form: str, language: str) -> None:
    try:
        caught = lie(plan, other_key=other_key)
    except HuiminError as error:
        raise click.ClickException(say("模拟没有做完：{error}", language, error=error)) from error
    if form == "json":
        click.echo(json.dumps(dishonest_values(caught), ensure_ascii=False, indent=2))
    else:
        for line in dishonest_lines(caught, language):
            click.echo(line)
    if not caught.holds:
        sys.exit(EXIT_DIFFERENT)


def _other_key(*, folder: Path, demo: bool, key: str | None, **_options: Any) -> str | None:
    """Another terminal of the demo county, whose pack is stolen."""
    if not demo:
        return None
    keys = [str(one["key"]) for one in read_demo(folder / DEMO_FILE)["terminals"]]
    return next((one for one in keys if one != (key or keys[0])), None)


def _plan(
    *,
    folder: Path,
    server: str | None,
    key: str | None,
    demo: bool,
    cards: Path | None,
    sales: int,
    seed: int,
    faults: str,
    seconds: int,
    really: bool,
) -> Plan:
    texts = [] if cards is None else read_cards(cards)
    if demo:
        county = read_demo(folder / DEMO_FILE)
        server = server or str(county["base_url"])
        key = key or str(county["terminals"][0]["key"])
        texts = texts or cards_of_demo(county)
    if not server or not key:
        raise field_problem("--server、--key", "请写明服务器和收银终端密钥，或用 --demo。")
    if not texts:
        raise field_problem("--cards", "请用 --cards 给出卡码文件。")
    check_target(server, sales, really=really)
    return Plan(
        server=server,
        key=key,
        cards=texts,
        sales=sales,
        seed=seed,
        faults=_faults(faults),
        seconds_max=float(seconds),
        undo=not is_this_machine(server),
    )


def _faults(text: str) -> list[str]:
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    if wanted == ["none"]:
        return []
    if wanted == ["all"]:
        return list(FAULTS)
    unknown = [name for name in wanted if name not in FAULTS]
    if unknown:
        known = "、".join(("all", "none", *FAULTS))
        raise field_problem("--faults", "可用：{known}。", known=known)
    return wanted
