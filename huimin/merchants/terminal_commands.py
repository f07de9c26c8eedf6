"""`huimin terminals …`: the outlets' terminals and their keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from huimin.command_line import (
    Answer,
    CommandProblem,
    acting,
    answers,
    format_option,
    language,
    pass_settings,
)
from huimin.core.catalogue import Text, text
from huimin.core.words import STATES
from huimin.instance import Instance
from huimin.merchants.device_commands import (
    devices_command,
    end_device_command,
    join_code_command,
)
from huimin.merchants.outlets import find_outlet
from huimin.merchants.terminals import (
    add_terminal,
    disable_terminal,
    find_terminal,
    list_terminals,
    renew_key,
)
from huimin.settings import Settings
from huimin.storage.engine import Row, Transaction

TERMINAL_STATES = ("active", "disabled")


@click.group()
def terminals() -> None:
    """收银终端：添加、查看、换密钥、停用、模拟；让设备加入，列出和停用设备。"""


for _command in (join_code_command, devices_command, end_device_command):
    terminals.add_command(_command)


@terminals.command("add")
@click.option("--outlet", required=True, help="示范点编号，或不重名的示范点名称。")
@click.option("--label", required=True, help="收银终端名称，例如 1 号收银台。")
@answers
def add_terminal_command(instance: Instance, outlet: str, label: str) -> Answer:
    """给示范点添加一台收银终端。密钥只显示这一次。"""

    def work(tx: Transaction) -> tuple[Row, str]:
        outlet_id = find_outlet(tx, outlet)["id"]
        return add_terminal(tx, outlet_id=outlet_id, label=label, **acting(instance))

    row, key = instance.engine.write(work)
    return _with_key(row, key, text("已添加收银终端 {code}（{label}）。", **row))


@terminals.command("list")
@click.option("--outlet", help="只列这个示范点的（编号或名称）。")
@click.option("--state", type=click.Choice(TERMINAL_STATES), help="只列这种状态的。")
@answers
def list_terminals_command(instance: Instance, outlet: str | None, state: str | None) -> Answer:
    """列出收银终端。"""

    def query(tx: Transaction) -> list[Row]:
        outlet_id = find_outlet(tx, outlet)["id"] if outlet else None
        return list_terminals(tx, outlet_id=outlet_id, state=state)

    rows = instance.engine.read(query)
    return Answer(rows, [*map(_line, rows), text("共 {count} 台收银终端。", count=len(rows))])


@terminals.command("rekey")
@click.argument("terminal")
@click.option("--reason", required=True, help="原因，记入审计记录。")
@answers
def rekey_terminal_command(instance: Instance, terminal: str, reason: str) -> Answer:
    """给一台收银终端（TERMINAL 为六位编号）换新密钥，旧密钥立即失效。新密钥只显示这一次。"""

    def work(tx: Transaction) -> tuple[Row, str]:
        return renew_key(tx, terminal_id=terminal, reason=reason, **acting(instance))

    row, key = instance.engine.write(work)
    message = text("已更换收银终端 {code}（{label}）的密钥，旧密钥从现在起无效。", **row)
    return _with_key(row, key, message)


@terminals.command("disable")
@click.argument("terminal")
@click.option("--reason", required=True, help="原因，记入审计记录。")
@answers
def disable_terminal_command(instance: Instance, terminal: str, reason: str) -> Answer:
    """立即停用一台收银终端（TERMINAL 为六位收银终端编号），不能再启用。"""

    def work(tx: Transaction) -> Row:
        terminal_id = find_terminal(tx, terminal)["id"]
        return disable_terminal(tx, terminal_id=terminal_id, reason=reason, **acting(instance))

    row = instance.engine.write(work)
    message = text("已停用收银终端 {code}（{label}），它的密钥从现在起无效。", **row)
    return Answer(_without_hash(row), [message])


@terminals.command("simulate")
@click.option("--server", help="服务器地址，例如 http://127.0.0.1:8000。")
@click.option(
    "--key", envvar="HUIMIN_TERMINAL_KEY", help="收银终端密钥；也可用 HUIMIN_TERMINAL_KEY。"
)
@click.option("--demo", is_flag=True, help="取演示县的地址、第一台收银终端和卡（demo.json）。")
@click.option(
    "--cards",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="卡码文件：一行一个，或一个 demo.json。",
)
@click.option(
    "--sales", type=click.IntRange(1, 20_000), default=200, show_default=True, help="多少位顾客。"
)
@click.option("--seed", type=int, default=1, show_default=True, help="随机种子；同种子同故障。")
@click.option(
    "--faults",
    default="all",
    show_default=True,
    help="哪些网络故障：all、none，或 lost,dropped,repeats,late,errors 中的几种。",
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 3600),
    default=300,
    show_default=True,
    help="最多模拟多少秒。",
)
@click.option(
    "--dishonest",
    is_flag=True,
    help="改为扮演不诚实的收银终端：编造断网交易，证明不该入账的一笔也没有入账。",
)
@click.option("--really", is_flag=True, help="确实要对别的机器模拟；做完后全部撤销。")
@format_option
@pass_settings
def simulate_command(settings: Settings, **options: Any) -> None:
    """扮演一台收银终端：网络时断时续，最后证明两边账目分毫不差；有差异时退出码为 1。

    会在那台服务器上记下真的交易，所以只对本机运行，除非写明 --really。
    """
    try:
        from huimin.simulation.command import simulate
    except ModuleNotFoundError as error:
        if error.name != "httpx":
            raise
        raise CommandProblem("请先安装 httpx：pip install 'huimin[client]'。") from error
    simulate(folder=settings.folder, language=settings.language, **options)


def _line(row: Row) -> str:
    state = STATES.say(row["state"], language())
    return f"{row['code']}  {state}  {row['outlet_name']}  {row['label']}"


def _with_key(row: Row, key: str, message: Text) -> Answer:
    once = text(
        "密钥只显示这一次，系统里只存它的摘要；请现在就填进收银系统。丢了就用 huimin "
        "terminals rekey 换一个。"
    )
    lines = (message, text("密钥：{key}", key=key), once)
    return Answer({**_without_hash(row), "key": key}, lines)


def _without_hash(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "key_hash"}
