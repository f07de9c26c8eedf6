"""The `huimin` command: its own sub-commands, and each room's, imported only when called.

Lazy imports keep `huimin --help` and every command from loading the whole program.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from huimin import __version__
from huimin.command_language import in_language
from huimin.command_line import (
    CommandProblem,
    OneSentenceGroup,
    Root,
    echo,
    pass_settings,
    utf8_text,
)
from huimin.core.catalogue import say, sentence
from huimin.divisions.load import read_divisions
from huimin.open_instance import create_instance, open_for_command, open_instance
from huimin.serving import logs
from huimin.settings import Settings, secret_key_of, variable
from huimin.storage.open_engine import (
    check_database,
    has_unfit_pooler,
    is_read_only,
    looking,
    migrate_database,
)

# Sub-command → where it is, and its line in `huimin --help`.
ROOM_COMMANDS: dict[str, tuple[str, str]] = {
    "holders": ("huimin.holders.commands:holders", sentence("持卡人：名册导入、登记、查询。")),
    "cards": (
        "huimin.cards.commands:cards",
        sentence("惠民卡：发卡、补卡、暂停、挂失、恢复、注销、打印。"),
    ),
    "keys": ("huimin.cards.commands:keys", sentence("密钥：卡码签发密钥，更换个人信息密钥。")),
    "merchants": ("huimin.merchants.commands:merchants", sentence("商户：登记、查询。")),
    "outlets": ("huimin.merchants.commands:outlets", sentence("惠民示范点：登记、暂停、恢复。")),
    "terminals": (
        "huimin.merchants.terminal_commands:terminals",
        sentence("收银终端：登记、停用、模拟。"),
    ),
    "policies": ("huimin.policies.commands:policies", sentence("优惠政策：草稿、试算、发布。")),
    "staff": ("huimin.access.commands:staff", sentence("工作人员：添加、停用、改密码。")),
    "ledger": ("huimin.anchors.commands:ledger", sentence("流水：验证、存证、重算汇总。")),
    "receipts": (
        "huimin.checkout.receipts.commands:receipts",
        sentence("小票：在网络打印机上打印。"),
    ),
    "report": ("huimin.reports.commands:report", sentence("月报表。")),
    "settlement": (
        "huimin.settlement.commands:settlement",
        sentence("结算单：列出、查看、核对、导出。"),
    ),
    "notices": ("huimin.notices.commands:notices", sentence("通知：发送到期的，查看发送记录。")),
    "messages": (
        "huimin.messages.commands:messages",
        sentence("短信等告知持卡人：试发，发送到期的，查看记录。"),
    ),
    "report-mail": (
        "huimin.report_mail.commands:report_mail",
        "月报表寄送：寄到期的，列出寄过的。",
    ),
    "database": (
        "huimin.moving.commands:database",
        sentence("数据库：从 SQLite 搬到 PostgreSQL。"),
    ),
    "units": (
        "huimin.serving.commands:print_units",
        sentence("给 systemd 的单元：服务、定时任务。"),
    ),
    "doctor": ("huimin.doctor.commands:doctor", sentence("体检：只读的证明全做一遍，不改动。")),
    "day": ("huimin.daily.commands:day", sentence("每天办理的事：给定时任务用。")),
    "month": ("huimin.months.commands:month", sentence("月度结账：定时核对、各月状态、文件。")),
    "divisions": (
        "huimin.division_changes.commands:divisions",
        sentence("行政区划：变更（撤并、更名、划转），装入经纬度。"),
    ),
    "fleet": (
        "huimin.fleet.commands:fleet",
        sentence("多个县一起管：按清单（TOML）逐县检查、升级、备份。"),
    ),
    "province": (
        "huimin.province.commands:province",
        sentence("省、市汇总：县里上报已结账的月份，省、市核对签名后汇总。"),
    ),
    "clock": ("huimin.clock.commands:clock", sentence("时钟：对不对，错过以后怎么办。")),
    "privacy": (
        "huimin.privacy.commands:privacy",
        sentence("个人信息：导出一个人的全部资料，按法律删除。"),
    ),
    "backup": ("huimin.backup.commands:backup", sentence("备份全县数据，收银不停；恢复演练。")),
    "restore": (
        "huimin.backup.commands:restore",
        sentence("把备份恢复到空文件夹，开始新的数据纪元。"),
    ),
    "demo": ("huimin.demo.command:demo", sentence("建一个演示县并开始服务。")),
}

# Aliases that are not listed.
ALSO = {"terminal": "terminals"}
# Sub-commands that a room above gives to the group of a room below.
FROM_ABOVE = {"keys": ("huimin.privacy.key_commands:rotate_personal_command",)}


class LazyRooms(OneSentenceGroup):
    """The root group, which imports a room's command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *ROOM_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        cmd_name = ALSO.get(cmd_name, cmd_name)
        if cmd_name not in ROOM_COMMANDS:
            return super().get_command(ctx, cmd_name)
        command = _imported(ROOM_COMMANDS[cmd_name][0])
        if isinstance(command, click.Group):
            for place in FROM_ABOVE.get(cmd_name, ()):
                command.add_command(_imported(place))
        return in_language(command, self.language)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            if name in ROOM_COMMANDS:
                rows.append((name, say(ROOM_COMMANDS[name][1], self.language)))
            elif (own := super().get_command(ctx, name)) is not None:
                rows.append((name, own.get_short_help_str(80)))
        with formatter.section(say("命令", self.language)):
            formatter.write_dl(rows)


def _imported(place: str) -> click.Command:
    """The command at "module:attribute"."""
    module_name, _, attribute = place.partition(":")
    command: click.Command = getattr(importlib.import_module(module_name), attribute)
    return command


@click.group(cls=LazyRooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="huimin", help="显示版本。")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="数据文件夹；默认取 HUIMIN_FOLDER，再默认 ./huimin-data。",
)
@click.pass_context
def main(context: click.Context, folder: Path | None) -> None:
    """惠民卡：县级惠民卡收银与结算服务。"""
    logs.configure_commands()
    context.obj = Root(folder, open_for_command)


@main.command()
@pass_settings
@click.option(
    "--divisions",
    "table",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="别的县：行政区划表（CSV，四列 code,name,level,parent_code）；不写则装入乐至县的。",
)
def init(settings: Settings, table: Path | None) -> None:
    """建新数据库，装入全县行政区划。"""
    divisions = None if table is None else read_divisions(utf8_text(table))
    create_instance(settings, divisions)
    echo("数据库已建好：{place}", place=_place(settings))


@main.command()
@pass_settings
def migrate(settings: Settings) -> None:
    """把旧版本的数据库升级到当前版本；SQLite 数据库先在旁边另存副本。"""
    migrate_database(settings, say=echo)
    _find_second_phones(settings)
    echo("数据库已是当前版本。")


@main.command()
@pass_settings
def check(settings: Settings) -> None:
    """检查数据库：能否打开、版本、表结构、内部结构、外键；密钥文件能不能用。"""
    damage = check_database(settings)
    if damage:
        raise CommandProblem(
            "数据库 {place} 有 {count} 处损坏（{first}），请从备份恢复。",
            place=_place(settings),
            count=len(damage),
            first="；".join(damage[:3]),
        )
    _require_keys(settings)
    if is_read_only(settings):
        echo("注意：数据库或它的文件夹是只读的，能检查，不能办理业务。", err=True)
    echo("数据库完好：{place}", place=_place(settings))
    if has_unfit_pooler(settings):
        echo(
            "注意：和 PostgreSQL 之间有连接池；如果是事务池（pgbouncer 的 transaction），"
            "请设 {variable}=0，否则预备语句会到别的会话里去。",
            variable=variable("database_prepared"),
            err=True,
        )
    from huimin.serving.serve import note_open_listening

    note_open_listening(settings)


def _require_keys(settings: Settings) -> None:
    """Raise CommandProblem when a key file is missing, can't be read, or is another county's."""
    from huimin.doctor.keys import keys_problem

    with looking(settings) as tx:
        problem = keys_problem(tx, settings.folder, secret=not settings.secret_key)
    if problem is not None:
        raise CommandProblem(problem.source, **problem.params)


@main.command("settings")
@pass_settings
def list_settings(settings: Settings) -> None:
    """列出所有设置、当前值和含义（密钥打码）。"""
    rows = settings.listed()
    width = max(len(name) for name, _, _ in rows)
    for name, value, meaning in rows:
        click.echo(f"{name:<{width}}  {value or '—'}  # {meaning}")


@main.command()
@click.option("--host", help="监听地址；默认取 HUIMIN_HOST。")
@click.option("--port", type=click.IntRange(0, 65535), help="监听端口；默认取 HUIMIN_PORT。")
@pass_settings
def run(settings: Settings, host: str | None, port: int | None) -> None:
    """升级数据库（如需要）并开始服务。"""
    from huimin.serving.serve import require_free, serve

    settings = settings.listening_at(host, port)
    # Where another server has the port, the county is that one's: nothing may be upgraded under it.
    if settings.port:
        require_free(settings.host, settings.port)
    if not settings.read_only:
        migrate_database(settings, say=echo)
        _find_second_phones(settings)
    # What keeps the server from starting is said here, in one sentence, and not by a worker.
    open_instance(settings).close()
    secret_key_of(settings)
    serve(settings)


def _find_second_phones(settings: Settings) -> None:
    """What the migrations can't do, because it needs the county's keys; may be repeated."""
    from huimin.holders.second_phones import find_second_phones

    count = find_second_phones(settings)
    if count:
        echo("{count} 个第二电话现在也能查到了。", count=count)


def _place(settings: Settings) -> str:
    return "PostgreSQL" if settings.database_url else str(settings.database_path)


if __name__ == "__main__":
    main()
