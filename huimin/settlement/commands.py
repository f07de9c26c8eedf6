"""`huimin settlement …`: list, show, prove and export the 结算单 of the merchants."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from huimin.command_line import (
    EXIT_FOUND,
    Answer,
    answers,
    echo,
    format_option,
    language,
    pass_instance,
    print_json,
    translated,
)
from huimin.core.catalogue import Text, text
from huimin.core.days import county_day
from huimin.core.money import yuan_text
from huimin.core.refusals import Refusal, field_problem
from huimin.core.words import SETTLEMENT_STATES
from huimin.instance import Instance
from huimin.reports.monthly import checked_month
from huimin.settlement.answer import close_due
from huimin.settlement.check import check_settlements
from huimin.settlement.find_settlements import (
    SettlementCriteria,
    lines_of,
    settlement_by_number,
    settlements_before,
    whole_settlement,
)
from huimin.settlement.paper import settlement_pdf
from huimin.settlement.wording import AMOUNTS, STATES, state_of, state_words
from huimin.settlement.workbook import settlement_xlsx
from huimin.storage.engine import Row, Transaction

ROWS_MAX = 100_000
FILES: dict[str, Callable[..., bytes]] = {"pdf": settlement_pdf, "xlsx": settlement_xlsx}
SUMS_SHOWN = (
    *("government_share_fen", "carried_in_fen", "due_fen", "carried_fen", "paid_fen"),
    "unpaid_fen",
)


@click.group()
def settlement() -> None:
    """结算单：列出、查看、核对、导出。"""


@settlement.command("list")
@click.option("--month", help="只列这个月，写作 2026-10。")
@click.option("--state", type=click.Choice(STATES), help="只列这个状态。")
@answers
def list_settlements(instance: Instance, month: str | None, state: str | None) -> Answer:
    """列出结算单，新生成的在前。"""
    criteria = SettlementCriteria(
        today=county_day(instance.clock()),
        month=checked_month(month) if month else None,
        state=state,
    )
    rows = instance.engine.read(lambda tx: settlements_before(tx, criteria, "", ROWS_MAX))
    lines = [
        text(
            "{number}  {state}  应付 {payable}  已付 {paid}  {merchant}",
            number=row["number"],
            state=SETTLEMENT_STATES.text(state_of(row)),
            payable=yuan_text(row["payable_fen"]),
            paid=yuan_text(row["paid_fen"]),
            merchant=row["merchant_name"],
        )
        for row in rows
    ]
    return Answer(rows, [*lines, text("共 {count} 份结算单。", count=len(rows))])


@settlement.command()
@click.argument("number", metavar="NUMBER")
@answers
def show(instance: Instance, number: str) -> Answer:
    """查看一份结算单：NUMBER 是编号，例如 JS202610-001。"""
    whole = instance.engine.read(lambda tx: _whole(tx, number))
    value = {name: whole[name] for name in whole if name != "disputed_lines"}
    return Answer(value, _described(whole))


def _described(whole: Mapping[str, Any]) -> Iterator[Text | str]:
    row = whole["settlement"]
    yield f"{row['number']}  {row['merchant_name']}  {state_words(row, language())}"
    for line in (*whole["lines"], *whole["adjustments"]):
        what = (
            text("{policy_name} 第 {policy_version} 版", **line)
            if line["kind"] == "policy"
            else text("其中调整 {adjusts_month}", **line)
        )
        yield text(
            "  {line_no}. {outlet_name}  {what}  笔数 {redemptions}  退货 {reversals}  "
            "优惠 {discount}  政府承担 {share}",
            **line,
            what=what,
            discount=yuan_text(line["discount_fen"]),
            share=yuan_text(line["government_share_fen"]),
        )
    for name in SUMS_SHOWN:
        yield f"{translated(AMOUNTS.text(name))} {yuan_text(row[name])}"
    yield text("内容指纹 {content_sha256}", content_sha256=row["content_sha256"])


@settlement.command()
@click.argument("month", metavar="MONTH")
@format_option
@pass_instance
def check(instance: Instance, month: str, form: str) -> None:
    """核对一个月（2026-10）的结算单与月报表、流水分文不差；有差异时退出码为 1。"""
    month = checked_month(month)
    findings = instance.engine.read(lambda tx: check_settlements(tx, month))
    if form == "json":
        print_json({"month": month, "findings": [translated(finding) for finding in findings]})
    else:
        for finding in findings:
            echo(finding, err=True)
        if not findings:
            echo("{month} 的结算单与月报表、流水一致，分文不差。", month=month)
    if findings:
        sys.exit(EXIT_FOUND)


@settlement.command("close-due")
@pass_instance
def close_due_command(instance: Instance) -> None:
    """把确认期限已过的结算单记为已确认；每天运行一次。"""
    rows = instance.engine.write(lambda tx: close_due(tx, now=instance.clock()))
    for row in rows:
        echo("{number}  期限 {confirm_by} 已过，视为确认。", **row)
    echo("共 {count} 份。", count=len(rows))


@settlement.command()
@click.argument("target", metavar="TARGET")
@click.option(
    "--format", "form", type=click.Choice(list(FILES)), default="pdf", help="文件格式，默认 pdf。"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="写入这个文件夹；默认当前文件夹。",
)
@pass_instance
def export(instance: Instance, target: str, form: str, out: Path) -> None:
    """导出文件并给出 SHA-256：TARGET 是编号（一份）或月份 2026-10（每个商户一份）。"""

    def work(tx: Transaction) -> list[tuple[Row, list[Row]]]:
        settlements = (
            [settlement_by_number(tx, target)]
            if target.upper().startswith("JS")
            else _of_month(tx, instance, checked_month(target))
        )
        return [(row, lines_of(tx, row)) for row in settlements]

    out.mkdir(parents=True, exist_ok=True)
    for row, lines in instance.engine.read(work):
        content = FILES[form](row, lines, instance.settings.county_name)
        path = out / f"{row['number']}.{form}"
        path.write_bytes(content)
        click.echo(f"{hashlib.sha256(content).hexdigest()}  {path}")


def _of_month(tx: Transaction, instance: Instance, month: str) -> list[Row]:
    criteria = SettlementCriteria(today=county_day(instance.clock()), month=month)
    rows = [
        row for row in settlements_before(tx, criteria, "", ROWS_MAX) if row["state"] != "voided"
    ]
    if not rows:
        raise field_problem("month", "{month} 还没有结算单。", month=month)
    return sorted(rows, key=lambda row: str(row["number"]))


def _whole(tx: Transaction, number: str) -> Mapping[str, Any]:
    try:
        settlement = settlement_by_number(tx, number)
    except Refusal:
        raise field_problem("number", "没有编号为 {number} 的结算单。", number=number) from None
    return whole_settlement(tx, settlement["id"], merchant_id=None)
