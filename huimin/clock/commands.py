"""`huimin clock`: whether the machine's clock can be right, and what to do after it was wrong."""

from __future__ import annotations

from datetime import timedelta

import click

from huimin.clock.check import impossible
from huimin.clock.elapsed import kernel_synchronised
from huimin.clock.newest import MARGIN, accept_clock, newest_instant
from huimin.clock.program import built_at
from huimin.command_line import (
    Answer,
    CommandProblem,
    acting,
    answers,
    confirm,
    echo,
    pass_instance,
)
from huimin.core.catalogue import text
from huimin.core.days import county_minute, instant_text
from huimin.instance import Instance
from huimin.storage.database_clock import database_now


@click.group()
def clock() -> None:
    """时钟：这台机器的时钟对不对；时钟错过以后怎么办。"""


@clock.command()
@answers
def show(instance: Instance) -> Answer:
    """列出时钟、最后一笔记录的时间、程序发布的日子、有没有对时服务。"""
    newest = instance.engine.read(newest_instant)
    there = instance.engine.read(database_now)
    synchronised = kernel_synchronised()
    value = {
        "clock": instant_text(instance.clock()),
        "newest_row": None if newest is None else instant_text(newest),
        "program_built": instant_text(built_at()),
        "database_clock": None if there is None else instant_text(there),
        "synchronised": synchronised,
    }
    minutes = {
        name: county_minute(at) if isinstance(at, str) else "—" for name, at in value.items()
    }
    service = text("有对时服务。") if synchronised else text("没有对时服务（chrony、timesyncd）。")
    return Answer(
        value,
        [
            text("时钟 {clock}，最后一笔记录 {newest_row}，数据库 {database_clock}。", **minutes),
            service,
        ],
    )


@clock.command()
@click.option("--reason", required=True, help="时钟怎么错的，记入审计记录。")
@click.option("--yes", is_flag=True, help="不再询问。")
@pass_instance
def accept(instance: Instance, reason: str, yes: bool) -> None:
    """时钟曾经太快、现在已经校准：写明比现在还晚的记录是那时写的，然后恢复办理。

    那些记录不改不删；之后从正确的时间接着记。请先确认现在的时钟是对的。
    """
    by = acting(instance)
    newest, now = instance.engine.read(newest_instant), by["now"]
    there = instance.engine.read(database_now)
    skew = timedelta() if there is None else now - there
    why = impossible(now, built=built_at(), skew=skew)
    if why is not None:
        raise CommandProblem("现在的时钟{why}，不会是对的；请先对时，再声明。", why=why)
    if newest is None or newest <= now + MARGIN:
        raise CommandProblem("没有比现在还晚的记录，不用声明。")
    echo(
        "现在是 {now}，最后一笔记录是 {newest}。",
        now=county_minute(instant_text(now)),
        newest=county_minute(instant_text(newest)),
    )
    if not yes:
        confirm("现在的时钟确实是对的吗？")
    # The clock is right now, which is what the check can't know.
    instance.engine.before_write = lambda: None
    first, last = instance.engine.write(lambda tx: accept_clock(tx, reason=reason, **by))
    echo(
        "已声明：{first} 到 {last} 的记录是时钟错时写的。请重启服务。",
        first=county_minute(instant_text(first)),
        last=county_minute(instant_text(last)),
    )
