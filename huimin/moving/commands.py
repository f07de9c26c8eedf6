"""`huimin database copy`: a SQLite county into PostgreSQL."""

from __future__ import annotations

import click

from huimin.command_line import CommandProblem, echo, pass_settings
from huimin.moving.prove_copy import prove_copy
from huimin.settings import Settings, SettingsProblem, variable
from huimin.storage.open_engine import copy_database


@click.group()
def database() -> None:
    """数据库：从 SQLite 搬到 PostgreSQL。"""


@database.command()
@click.option(
    "--to",
    "url",
    required=True,
    metavar="URL",
    help="目标 PostgreSQL 地址；口令请放在 PGPASSWORD 或 ~/.pgpass 里。",
)
@click.option("--again", is_flag=True, help="丢弃目标里另一份没有复制完的，从头复制。")
@pass_settings
def copy(settings: Settings, url: str, again: bool) -> None:
    """把文件夹里的 SQLite 县复制到空的 PostgreSQL 数据库，证明两边一致；中断后再运行即可续上。"""
    if settings.database_url:
        raise CommandProblem(
            "{variable} 已经指向 PostgreSQL；请先取消它，这里复制的是文件夹里的 SQLite 县。",
            variable=variable("database_url"),
        )
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingsProblem("--to", "请写 postgresql:// 开头的地址；用 SQLite 时不要设置它。")
    rows = 0
    for table in copy_database(settings, url, prove_copy, again=again):
        rows += table.rows
        if not table.before:
            echo("已复制 {table}：{count} 行。", table=table.name, count=table.rows)
    echo("全县已复制，两边的行数、合计、流水链和汇总一致：共 {count} 行。", count=rows)
    echo(
        "以后请带 {variable} 运行，密钥等文件仍在文件夹 {folder} 里；"
        "请把 {path} 改名收好，以免有人再用它开服务。",
        variable=variable("database_url"),
        folder=settings.folder,
        path=settings.database_path,
    )
