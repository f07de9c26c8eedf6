"""`huimin province`: a county hands a closed month in; the province verifies and adds up."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from huimin.command_line import EXIT_FOUND, CommandProblem, echo, language, pass_instance, write_out
from huimin.core.signed_note import Verifier
from huimin.divisions.load import county_code
from huimin.fleet.counties import read_counties
from huimin.instance import Instance
from huimin.province.adding_up import ProvinceMonth, added_up
from huimin.province.month_file import (
    FILE_BYTES_MAX,
    HandedIn,
    MonthFileProblem,
    month_file,
    month_file_name,
    read_month_file,
    signer_name,
)
from huimin.province.province_page import not_added_lines, province_page
from huimin.province.province_xlsx import province_xlsx
from huimin.reports.closed_month import closed_month, frozen_report
from huimin.reports.monthly import checked_month
from huimin.reports.report_table import table_text
from huimin.storage.engine import Transaction

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
OUT = click.Path(path_type=Path, dir_okay=False)
BINARY = ("xlsx",)


@click.group()
def province() -> None:
    """省、市汇总：县里上报已结账的月份，省、市核对签名后汇总。"""


@province.command()
@pass_instance
def key(instance: Instance) -> None:
    """县里：打印本县的验证密钥，交给省、市写进清单（keys）。"""
    code = instance.engine.read(county_code)
    ring = instance.key_ring
    public = ring.public_keys()[ring.active_key_id]
    click.echo(Verifier(signer_name(code), public).text)


@province.command("hand-in")
@click.argument("month", metavar="MONTH")
@click.option("--out", type=OUT, help="写入这个文件；不写则在当前文件夹里按县代码和月份取名。")
@pass_instance
def hand_in(instance: Instance, month: str, out: Path | None) -> None:
    """县里：把已结账的月份（写作 2026-10）写成上报文件，用本县的签发密钥签名。"""
    month = checked_month(month)

    def query(tx: Transaction) -> tuple[str, Any, str | None]:
        return county_code(tx), closed_month(tx, month), frozen_report(tx, month)

    code, closed, frozen = instance.engine.read(query)
    if closed is None or frozen is None:
        raise CommandProblem("{month} 还没有结账，结账以后才能上报。", month=month)
    ring = instance.key_ring
    content = month_file(code, closed, frozen, ring.private_key(ring.active_key_id))
    write_out(out or Path(month_file_name(code, closed)), content)


@province.command()
@click.argument("month", metavar="MONTH")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option(
    "--counties",
    metavar="FILE.toml",
    required=True,
    type=FILE,
    help="各县的清单：代码、名称、验证密钥（keys）；同 huimin fleet 的清单。",
)
@click.option("--name", metavar="NAME", required=True, help="省、市的名称，写在标题里。")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "xlsx", "html", "json"]),
    help="输出格式；不填则按 --out 的扩展名，再默认 table。",
)
@click.option("--out", type=OUT, help="写入这个文件；不填则写到屏幕或管道。")
def report(
    month: str,
    files: tuple[Path, ...],
    counties: Path,
    name: str,
    form: str | None,
    out: Path | None,
) -> None:
    """核对各县的上报文件并汇总一个月（写作 2026-10）。

    有县缺报、有文件不能汇总时退出码为 1；一个县也不能汇总时不写报表，退出码为 2。
    """
    month = checked_month(month)
    listed = read_counties(counties)
    keys = {county.code: county.keys for county in listed}
    read = [(file.name, _read(file, keys)) for file in files]
    summed = added_up(month, read, [(county.code, county.name) for county in listed])
    if not summed.counties:
        for line in not_added_lines(summed, language()):
            click.echo(line, err=True)
        raise CommandProblem("没有一个县能汇总，没有写报表；原因见上。")
    form = form or _form_of(out)
    if form in BINARY and out is None and sys.stdout.isatty():
        raise CommandProblem("{form} 是二进制文件，请用 --out 写明文件名。", form=form)
    content = FORMS[form](summed, name)
    if out is None:
        click.echo(content, nl=False)
    else:
        write_out(out, content)
    for note in summed.notes:
        echo(note, err=True)
    for line in not_added_lines(summed, language()):
        click.echo(line, err=True)
    sys.exit(0 if summed.whole else EXIT_FOUND)


def _read(file: Path, keys: Mapping[str, tuple[Verifier, ...]]) -> HandedIn | MonthFileProblem:
    try:
        with file.open("rb") as opened:
            return read_month_file(opened.read(FILE_BYTES_MAX + 1), keys)
    except MonthFileProblem as problem:
        return problem


def _json(province: ProvinceMonth, name: str) -> bytes:
    value = {
        "name": name,
        **province.report.as_dict(),
        "counties": [
            {
                **row.as_dict(),
                "version": county.version,
                "report_sha256": county.sha256,
                "closed_at": county.closed_at,
            }
            for row, county in zip(province.rows, province.counties, strict=True)
        ],
        "chains": [row.as_dict() for row in province.chains],
        "missing": [{"code": code, "name": called} for code, called in province.missing],
        "left_out": [
            {"file": each.file, "code": each.code, "reason": each.kind}
            for each in province.left_out
        ],
    }
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


FORMS: Mapping[str, Callable[[ProvinceMonth, str], bytes]] = {
    "table": lambda summed, name: table_text(summed.report, name).encode(),
    "xlsx": province_xlsx,
    "html": province_page,
    "json": _json,
}


def _form_of(out: Path | None) -> str:
    ending = "" if out is None else out.suffix.lower().removeprefix(".")
    return ending if ending in FORMS else "table"
