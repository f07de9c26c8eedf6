"""`huimin report MONTH`: the county's report of a month or of any days, to read or to print."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from huimin.command_line import CommandProblem, echo, pass_instance, translated, write_out
from huimin.core.days import county_day
from huimin.core.period import Period, checked_period
from huimin.core.period_words import month_words
from huimin.instance import Instance
from huimin.reports.as_signed import export_closed
from huimin.reports.closed_month import ClosedMonth, report_in_force
from huimin.reports.exports import EXPORTS, checked_annexes, export_report
from huimin.reports.monthly import MonthlyReport
from huimin.reports.template.fill import filled_template
from huimin.reports.template.templates import content_of, official_template

BINARY = ("xlsx", "pdf")


@click.command()
@click.argument("month", metavar="MONTH")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(EXPORTS)),
    help="输出格式；不填则按 --out 的扩展名，再默认 table。",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写入这个文件；不填则写到屏幕或管道。",
)
@click.option("--official", is_flag=True, help="按县里启用的官方报表模板生成 .xlsx。")
@click.option(
    "--annexes",
    metavar="GROUPINGS",
    default="",
    help="PDF 后面附上的明细表：all，或 outlet,village 等，用逗号隔开；只用于 PDF。",
)
@pass_instance
def report(
    instance: Instance,
    month: str,
    form: str | None,
    out: Path | None,
    official: bool,
    annexes: str,
) -> None:
    """月报表：MONTH 写作 2026-10；任意一段日期写作 2026-10-05..2026-10-18。

    分示范点、类别、镇街、保障类别等，与上月（上期）和去年同期对比。
    """
    period = checked_period(month)
    form = form or ("xlsx" if official else _form_of(out))
    if official and form != "xlsx":
        raise click.UsageError(
            translated("官方报表模板只有 .xlsx，--official 不能与其他格式一起用。")
        )
    wanted = checked_annexes(annexes.split(","))
    if wanted and form != "pdf":
        raise click.UsageError(translated("附表只用于 PDF，--annexes 不能与其他格式一起用。"))
    if form in BINARY and out is None and sys.stdout.isatty():
        raise CommandProblem("{form} 是二进制文件，请用 --out 写明文件名。", form=form)
    today = county_day(instance.clock())
    monthly, closed = instance.engine.read(lambda tx: report_in_force(tx, period, today=today))
    county_name = closed.county_name if closed else instance.settings.county_name
    if official:
        content = _in_official_template(instance, period, monthly, county_name)
    elif closed and not wanted:
        content = instance.engine.read(lambda tx: export_closed(tx, closed, form))
    else:
        content = export_report(monthly, form, county_name, annexes=wanted)
    _say_what_it_is(period, closed, today)
    if out is None:
        click.echo(content, nl=False)
    else:
        write_out(out, content)


def _say_what_it_is(period: Period, closed: ClosedMonth | None, today: date) -> None:
    """On standard error: who signed the month, and that a period still runs."""
    if closed:
        echo(
            "本月已结账：第 {version} 版，填报人 {prepared_by}，审核人 {reviewed_by}，负责人 "
            "{approved_by}。",
            version=closed.version,
            prepared_by=closed.signers[0],
            reviewed_by=closed.signers[1],
            approved_by=closed.signers[2],
            err=True,
        )
    if period.first <= today <= period.last:
        echo(
            "本月还没有结束，数字到现在为止。"
            if period.month
            else "这段日期还没有结束，数字到现在为止。",
            err=True,
        )


def _in_official_template(
    instance: Instance, period: Period, monthly: MonthlyReport, county_name: str
) -> bytes:
    row = instance.engine.read(lambda tx: official_template(tx, period))
    if row is None:
        raise CommandProblem(
            "{month}没有官方报表模板：请在“官方报表模板”页上传并启用，或去掉 --official；"
            "已结账的月份只用结账时启用的那一份。",
            month=month_words(period.text),
        )
    return filled_template(content_of(instance.settings.folder, row), monthly, county_name)


def _form_of(out: Path | None) -> str:
    ending = "" if out is None else out.suffix.lower().removeprefix(".")
    return next((form for form, export in EXPORTS.items() if export.ending == ending), "table")
