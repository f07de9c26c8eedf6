"""`huimin staff`: accounts from the command line. Passwords are asked for or read from a pipe."""

from __future__ import annotations

import sys
from typing import Any

import click

from huimin.access.passwords import hash_password
from huimin.access.staff import add_staff_with_hash, disable_staff, list_staff, set_password
from huimin.command_line import (
    Answer,
    CommandProblem,
    acting,
    answers,
    ask,
    echo,
    pass_instance,
)
from huimin.core.catalogue import text
from huimin.core.permissions import ROLES
from huimin.instance import Instance

PIPE = text("请在命令行窗口里输入，或从标准输入给出一行，例如 < 口令文件。")


@click.group()
def staff() -> None:
    """工作人员账号。"""


@staff.command()
@click.argument("username")
@click.option("--name", required=True, help="姓名")
@click.option("--role", required=True, type=click.Choice(ROLES), help="岗位")
@click.option("--division", "division_code", help="登记员所属乡镇的区划代码")
@click.option("--merchant", "merchant_id", help="商户管理员所属商户的 id")
@click.option("--outlet", "outlet_id", help="收银员所属示范点的 id")
@pass_instance
def add(instance: Instance, **account: Any) -> None:
    """新增账号；密码从命令行输入，或由管道给出一行。"""
    account["password_hash"] = hash_password(_password())
    row = instance.engine.write(lambda tx: add_staff_with_hash(tx, **account, **acting(instance)))
    echo("已新增账号 {username}（{role}）。", **row)


@staff.command("list")
@answers
def list_accounts(instance: Instance) -> Answer:
    """列出账号。"""
    rows = instance.engine.read(list_staff)
    lines = [f"{row['username']}\t{row['name']}\t{row['role']}\t{row['state']}" for row in rows]
    return Answer({"staff": rows}, [*lines, text("共 {count} 个账号。", count=len(rows))])


@staff.command()
@click.argument("username")
@pass_instance
def disable(instance: Instance, username: str) -> None:
    """停用账号，并立即结束其登录。"""
    instance.engine.write(lambda tx: disable_staff(tx, username, **acting(instance)))
    echo("已停用账号 {username}。", username=username)


@staff.command()
@click.argument("username")
@pass_instance
def password(instance: Instance, username: str) -> None:
    """重设密码、解除锁定，并结束其登录。"""
    new = hash_password(_password())
    instance.engine.write(lambda tx: set_password(tx, username, new, **acting(instance)))
    echo("已重设 {username} 的密码。", username=username)


def _password() -> str:
    if sys.stdin.isatty():
        return ask("密码", remedy=PIPE, hidden=True, twice=True)
    typed = sys.stdin.readline()
    if not typed:
        raise CommandProblem("没有读到密码：{remedy}", remedy=PIPE)
    return typed.rstrip("\n")
