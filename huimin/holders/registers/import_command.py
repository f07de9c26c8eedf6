"""`huimin holders import`: check a register, import valid rows, return the others for correction.

The whole file is checked before the first row is written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from huimin.command_line import acting, echo, pass_instance, translated
from huimin.core.days import county_day, instant_text
from huimin.core.words import ELIGIBILITIES
from huimin.holders.registers.answer import register_json, register_sentences
from huimin.holders.registers.check_file import check_file
from huimin.holders.registers.gains import Change
from huimin.holders.registers.import_register import import_register
from huimin.holders.registers.problem import file_problem
from huimin.holders.registers.refused_workbook import write_refused_workbook
from huimin.holders.registers.result import AcceptedRow
from huimin.holders.registers.sheets_apart import registers_for_commands
from huimin.holders.registers.supplement import checked_supplement
from huimin.instance import Instance

FILE_NAME_MAX = 120
REFUSED_FOLDER = "refused"


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="只检查、不写入。")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="输出格式；json 含完整姓名和号码，请妥善保管。",
)
@click.option(
    "--refused",
    "refused_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="需修改的行写到这个 .xlsx；导入时默认写到数据文件夹的 refused 下。",
)
@click.option(
    "--eligibility",
    "kinds",
    type=click.Choice(list(ELIGIBILITIES)),
    multiple=True,
    help="名册没有保障类别列时，所有人的保障类别；可以写几次。",
)
@click.option("--town", help="名册没有乡镇（街道）列时，所有人的乡镇（街道）。")
@click.option("--village", help="名册没有村（社区）列时，所有人的村（社区）。")
@click.option(
    "--starts-on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="名册没有认定日期列时，所有人的认定日期。",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=LETTER",
    help="指明某一列是什么，例如 --column name=C --column id_number=D；可以写几次。",
)
@click.option(
    "--register-date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="名册的日期；写了它，名册可以改动在这一天以前由人更正过的住址和电话。",
)
@pass_instance
def import_command(
    instance: Instance,
    file: Path,
    dry_run: bool,
    form: str,
    refused_path: Path | None,
    columns: tuple[str, ...],
    starts_on: datetime | None,
    register_date: datetime | None,
    **supplement_words: Any,
) -> None:
    """导入名册（.xlsx、.xls 或 .csv）；反复导入不会重复登记，有问题的行写进待修改的工作簿。"""
    if refused_path is not None and refused_path.resolve() == file.resolve():
        raise file_problem("--refused 不能就是名册本身，请换一个文件名。")
    by, engine, personal_data = acting(instance), instance.engine, instance.personal_data
    now, file_name = by["now"], file.name[-FILE_NAME_MAX:]
    supplement = checked_supplement(
        starts_on=starts_on.date() if starts_on else None,
        register_date=register_date.date() if register_date else None,
        columns=dict(_choice(choice) for choice in columns),
        today=county_day(now),
        **supplement_words,
    )
    with _bar(translated("读取名册")) as progress:
        about = (file, file_name, county_day(now), progress, supplement)
        check = engine.read(
            lambda tx: check_file(tx, personal_data, *about, opened=registers_for_commands)
        )
    changes: list[tuple[AcceptedRow, list[Change]]] = []
    with _bar(translated("试运行") if dry_run else translated("写入")) as progress:
        counts = import_register(
            engine,
            personal_data,
            check,
            dry_run=dry_run,
            progress=progress,
            register_date=supplement.register_date,
            tell=lambda row, gains: changes.append((row, gains.changes)),
            **by,
        )
    if refused_path is None and not dry_run:
        stamp = instant_text(now)[:19].replace(":", "")
        refused_path = (
            instance.settings.folder / REFUSED_FOLDER / f"{file.stem}-待修改-{stamp}.xlsx"
        )
    refused_file = None
    if refused_path is not None and write_refused_workbook(refused_path, check, now=now):
        refused_file = str(refused_path)
    if form == "json":
        pieces = register_json(check, counts, changes, dry_run=dry_run, refused_file=refused_file)
        sys.stdout.writelines(pieces)
        return
    for line in register_sentences(
        check, counts, changes, dry_run=dry_run, refused_file=refused_file
    ):
        echo(line)


def _choice(choice: str) -> tuple[str, str]:
    name, _, letters = choice.partition("=")
    return name.strip(), letters


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, because standard output is for JSON."""
    with click.progressbar(length=1, label=label, file=sys.stderr, show_pos=True) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = max(total, done, 1)
            bar.update(done - bar.pos)

        yield progress
        bar.update((bar.length or 1) - bar.pos)
