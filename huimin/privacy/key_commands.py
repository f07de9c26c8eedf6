"""`huimin keys rotate-personal`: new keys for numbers, phones and papers, beside running tills."""

from __future__ import annotations

import click

from huimin.command_line import EXIT_FOUND, acting, echo, language, pass_instance
from huimin.core.catalogue import say, text
from huimin.instance import Instance
from huimin.keys.personal_data import FILE_NAME
from huimin.privacy.rotate import rotate_personal


@click.command("rotate-personal")
@click.option("--yes", is_flag=True, help="不再询问。")
@pass_instance
def rotate_personal_command(instance: Instance, yes: bool) -> None:
    """更换个人信息密钥：号码、电话、材料等用新密钥重新加密，查找用的校验值也换新。

    收银照常进行；随时可以中断，再运行一次就接着做。全部核对过之后旧密钥才删除。
    """
    secrets, folder = instance.personal_data, instance.settings.folder
    if secrets.rotating:
        echo("接着做上次没有做完的更换。")
    elif not yes:
        click.confirm(
            say(
                "更换以后，以前的备份只能用备份里自己的 {file} 打开。现在更换吗？",
                language(),
                file=FILE_NAME,
            ),
            abort=True,
        )
    done = rotate_personal(
        instance.engine,
        secrets,
        folder,
        progress=lambda name, count: click.echo(f"{name} {count}", err=True),
        **acting(instance),
    )
    unreadable = sum(done.unreadable.values())
    if unreadable:
        echo(
            "{count} 处内容用现有的密钥都解不开，保持原样：{places}。",
            err=True,
            count=unreadable,
            places=", ".join(f"{name} {n}" for name, n in done.unreadable.items() if n),
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
