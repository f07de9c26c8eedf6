"""`huimin terminals …`: the tills of the outlets, and the keys by which they are known."""

from __future__ import annotations

from typing import Any

import click

from huimin.console import actor, format_option, pass_house, print_json
from huimin.house import House
from huimin.merchants.outlets import find_outlet
from huimin.merchants.terminals import (
    add_terminal,
    disable_terminal,
    find_terminal,
    list_terminals,
)
from huimin.storage.engine import Transaction

Row = dict[str, Any]
TERMINAL_WORDS = {"active": "正常", "disabled": "已停用"}


@click.group()
def terminals() -> None:
    """收银终端：添加、查看、停用。"""


@terminals.command("add")
@click.option("--outlet", required=True, help="网点编号，或不重名的网点名称。")
@click.option("--label", required=True, help="终端名称，例如 1 号收银台。")
@format_option
@pass_house
def add_terminal_command(house: House, outlet: str, label: str, form: str) -> None:
    """给网点添加一台终端。密钥只显示这一次。"""

    def work(tx: Transaction) -> tuple[Row, str]:
        return add_terminal(
            tx,
            outlet_id=find_outlet(tx, outlet)["id"],
            label=label,
            now=house.clock(),
            actor=actor(),
        )

    row, key = house.engine.write(work)
    if form == "json":
        print_json({**_without_hash(row), "key": key})
        return
    click.echo(f"已添加终端 {row['code']}（{row['label']}）。")
    click.echo(f"密钥：{key}")
    click.echo("密钥只显示这一次，系统里只存它的摘要；请现在就填进收银系统。丢了就停用并另加一台。")


@terminals.command("list")
@click.option("--outlet", help="只列这个网点的（编号或名称）。")
@click.option("--state", type=click.Choice(list(TERMINAL_WORDS)), help="只列这种状态的。")
@format_option
@pass_house
def list_terminals_command(house: House, outlet: str | None, state: str | None, form: str) -> None:
    """列出终端。"""

    def work(tx: Transaction) -> list[Row]:
        outlet_id = find_outlet(tx, outlet)["id"] if outlet else None
        return list_terminals(tx, outlet_id=outlet_id, state=state)

    rows = house.engine.read(work)
    if form == "json":
        print_json(rows)
        return
    for row in rows:
        click.echo(
            f"{row['code']}  {TERMINAL_WORDS[row['state']]}  {row['outlet_name']}  {row['label']}"
        )
    click.echo(f"共 {len(rows)} 台终端。")


@terminals.command("disable")
@click.argument("terminal")
@click.option("--reason", required=True, help="原因，记入审计记录。")
@format_option
@pass_house
def disable_terminal_command(house: House, terminal: str, reason: str, form: str) -> None:
    """立即停用一台终端（TERMINAL 为六位终端编号），不能再启用。"""

    def work(tx: Transaction) -> Row:
        return disable_terminal(
            tx,
            terminal_id=find_terminal(tx, terminal)["id"],
            now=house.clock(),
            actor=actor(),
            reason=reason,
        )

    row = house.engine.write(work)
    if form == "json":
        print_json(_without_hash(row))
        return
    click.echo(f"已停用终端 {row['code']}（{row['label']}），它的密钥从现在起无效。")


def _without_hash(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "key_hash"}
