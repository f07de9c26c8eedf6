"""`huimin units`: the units for systemd, printed or written to a folder."""

from __future__ import annotations

from pathlib import Path

import click

from huimin.command_line import CommandProblem, echo, pass_settings
from huimin.serving.units import Place, secrets_set, this_command, this_user, units
from huimin.settings import Settings
from huimin.storage.new_file import write_whole


@click.command("units")
@click.argument("to", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--user", help="服务用哪个用户运行；默认是现在的用户。")
@click.option(
    "--backups",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/var/backups/huimin"),
    show_default=True,
    help="备份放在哪个文件夹。",
)
@pass_settings
def print_units(settings: Settings, to: Path | None, user: str | None, backups: Path) -> None:
    """给 systemd 的单元：服务和各个定时任务，写明真实的路径、用户和设置。

    不给 TO 就打印出来；给了文件夹就写进去，例如 /etc/systemd/system。密码之类的设置不写进单元，
    请放进 /etc/huimin.env（权限 600）。
    """
    place = Place(
        settings.folder.resolve(), backups.absolute(), user or this_user(), this_command()
    )
    written = units(settings, place)
    if to is None:
        click.echo("\n".join(written.values()), nl=False)
    else:
        if not to.is_dir():
            raise CommandProblem("没有文件夹 {folder}。", folder=to)
        for name, text in written.items():
            write_whole(to / name, text.encode(), for_all=True)
            click.echo(str(to / name))
    if place.user == "root":
        echo("注意：服务会用 root 运行；请另建一个用户，用 --user 写明。", err=True)
    secrets = secrets_set(settings)
    if secrets:
        echo("请把 {names} 写进 /etc/huimin.env（权限 600）。", names=tuple(secrets), err=True)
