"""`huimin keys rotate-personal`: new keys for numbers, phones and papers, beside running tills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import click

from huimin.command_line import (
    EXIT_FOUND,
    CommandProblem,
    acting,
    confirm,
    echo,
    pass_instance,
)
from huimin.core.catalogue import Text, Words, text
from huimin.core.days import county_minute, parse_instant
from huimin.instance import Instance
from huimin.keys.personal_data import FILE_NAME
from huimin.privacy import queries
from huimin.privacy.rotate import FILES, rotate_personal
from huimin.storage.engine import Row
from huimin.storage.places import Places

WHAT = "personal keys rotate"
# A second run within a day is somebody who does not know of the first.
RECENT = timedelta(days=1)
# What is encrypted, as whoever runs the command calls it.
SEALED = Words(
    "sealed",
    {
        "holder": "持卡人的号码和电话",
        "family_member": "家庭成员的号码",
        "holder_draft": "登记草稿",
        "staff": "两步验证密钥",
        "merchant_payee": "商户收款账户",
        "holder_request": "本人提出的请求",
        "reach_contact": "走访记录",
        "rating_content": "评价里的话",
        "complaint_words": "投诉里的话",
        "message": "短信等告知",
        FILES: "材料和照片等文件",
    },
)


@click.command("rotate-personal")
@click.option("--yes", is_flag=True, help="不再询问。")
@click.option("--again", is_flag=True, help="刚换过也再换一次。")
@pass_instance
def rotate_personal_command(instance: Instance, yes: bool, again: bool) -> None:
    """更换个人信息密钥：号码、电话、材料等用新密钥重新加密，查找用的校验值也换新。

    收银照常进行；随时可以中断，再运行一次就接着做。全部核对过之后旧密钥才删除。
    """
    with _alone(instance):
        _rotate(instance, yes=yes, again=again)


@contextmanager
def _alone(instance: Instance) -> Iterator[None]:
    places = instance.part(Places)
    place = places.take(WHAT)
    if place is None:
        raise CommandProblem(
            "另一个命令行窗口里正在更换个人信息密钥，请等它做完；这里什么也没有做。"
        )
    try:
        yield
    finally:
        places.give_back(place)


def _rotate(instance: Instance, *, yes: bool, again: bool) -> None:
    secrets, folder = instance.personal_data, instance.settings.folder
    last = instance.engine.read(queries.newest_rotation)
    if secrets.rotating:
        echo("接着做上次没有做完的更换。")
    elif _is_recent(last, instance.clock()) and not again:
        raise CommandProblem(
            "{at} 刚换过个人信息密钥，已全部做完，不用再换；确实要再换一次，请加 --again。",
            at=county_minute(last["at"]),
        )
    elif not yes:
        confirm(
            text("更换以后，以前的备份只能用备份里自己的 {file} 打开。现在更换吗？", file=FILE_NAME)
        )
    done = rotate_personal(
        instance.engine,
        secrets,
        folder,
        progress=_tell,
        **acting(instance),
    )
    unreadable = sum(done.unreadable.values())
    if unreadable:
        echo(
            "{count} 处内容用现有的密钥都解不开，保持原样：{places}。",
            err=True,
            count=unreadable,
            places=tuple(_counted(name, n) for name, n in done.unreadable.items() if n),
        )
    if not done.finished:
        if done.busy:
            why = text("{busy} 个文件属于正在进行的名册工作", busy=done.busy)
        else:
            why = text("核对时还有用旧密钥写的内容")
        echo("还没有做完：{why}。两把密钥都留着；请稍后再运行一次。", why=why, err=True)
        raise click.exceptions.Exit(EXIT_FOUND)
    echo(
        "已全部改用新密钥 {key_id}（重新加密 {count} 处），并核对无误；旧密钥已删除。"
        "请马上备份 {file}。",
        key_id=done.key_id,
        count=sum(done.resealed.values()),
        file=FILE_NAME,
    )


def _is_recent(last: Row | None, now: datetime) -> bool:
    return last is not None and abs(now - parse_instant(last["at"])) < RECENT


def _tell(name: str, count: int) -> None:
    echo(_counted(name, count), err=True)


def _counted(name: str, count: int) -> Text:
    return text("{what} {count} 处", what=SEALED.text(name), count=count)
