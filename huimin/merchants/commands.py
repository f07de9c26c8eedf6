"""`huimin merchants …` and `huimin outlets …`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from huimin.command_line import (
    Answer,
    acting,
    answers,
)
from huimin.core.catalogue import Text, sentence, text
from huimin.core.words import OUTLET_KINDS
from huimin.instance import Instance
from huimin.merchants.merchants import (
    add_merchant,
    end_merchant,
    find_merchant,
    list_merchants,
    resume_merchant,
    suspend_merchant,
)
from huimin.merchants.outlets import (
    add_outlet,
    end_outlet,
    find_outlet,
    list_outlets,
    resume_outlet,
    suspend_outlet,
)
from huimin.merchants.states import STATE_WORDS, STATES
from huimin.storage.engine import Row, Transaction

# command, use case, help, confirmation
StateChange = tuple[str, Callable[..., Row], str, str]
MERCHANT_CHANGES: tuple[StateChange, ...] = (
    (
        "suspend",
        suspend_merchant,
        sentence("暂停商户：它的示范点都不能优惠，可以恢复。"),
        sentence("已暂停"),
    ),
    ("resume", resume_merchant, sentence("恢复暂停的商户。"), sentence("已恢复")),
    (
        "end",
        end_merchant,
        sentence("终止商户，连同示范点和收银终端，不能恢复。"),
        sentence("已终止"),
    ),
)
OUTLET_CHANGES: tuple[StateChange, ...] = (
    (
        "suspend",
        suspend_outlet,
        sentence("暂停示范点：从现在起不能优惠，可以恢复。"),
        sentence("已暂停"),
    ),
    ("resume", resume_outlet, sentence("恢复暂停的示范点。"), sentence("已恢复")),
    ("end", end_outlet, sentence("终止示范点并停用它的收银终端，不能恢复。"), sentence("已终止")),
)

reason_option = click.option("--reason", required=True, help="原因，记入审计记录。")
state_option = click.option("--state", type=click.Choice(STATES), help="只列这种状态的。")


@click.group()
def merchants() -> None:
    """商户：登记、查看、暂停、恢复、终止。"""


@merchants.command("add")
@click.option("--name", required=True, help="营业执照上的名称。")
@click.option("--credit-code", required=True, help="18 位统一社会信用代码。")
@click.option("--contact-name", help="联系人。")
@click.option("--contact-phone", help="联系电话。")
@answers
def add_merchant_command(instance: Instance, **fields: Any) -> Answer:
    """登记一个商户。"""
    row = instance.engine.write(lambda tx: add_merchant(tx, **fields, **acting(instance)))
    return Answer(
        row,
        (
            text("已登记商户 {name}，编号 {id}。", **row),
            text("下一步：huimin outlets add --merchant {credit_code} …", **row),
        ),
    )


@merchants.command("list")
@state_option
@answers
def list_merchants_command(instance: Instance, state: str | None) -> Answer:
    """列出商户和它们的示范点数。"""
    rows = instance.engine.read(lambda tx: list_merchants(tx, state=state))
    lines = [
        text("{credit_code}  {state}  {name}  示范点 {outlets} 个  {id}", **_in_words(row))
        for row in rows
    ]
    return Answer(rows, [*lines, text("共 {count} 个商户。", count=len(rows))])


@click.group()
def outlets() -> None:
    """惠民示范点（示范点）：添加、查看、暂停、恢复、终止。"""


@outlets.command("add")
@click.option("--merchant", required=True, help="商户编号或统一社会信用代码。")
@click.option("--name", required=True, help="示范点名称，例如 时代百盛·宏扬店。")
@click.option(
    "--kind",
    required=True,
    help="示范点类型：supermarket（超市）、pharmacy（药店）、hospital（医院）、school（学校）、other（其他）。",
)
@click.option("--division", "division_code", required=True, help="12 位镇街或村社代码。")
@click.option("--address", required=True, help="地址。")
@click.option("--opening-hours", help="营业时间，例如 08:00-21:30。")
@click.option("--latitude", help="纬度，WGS 84 十进制度数，例如 30.275612；和经度一起给。")
@click.option("--longitude", help="经度，例如 105.022341。")
@answers
def add_outlet_command(instance: Instance, merchant: str, **fields: Any) -> Answer:
    """给商户添加一个示范点。"""

    def work(tx: Transaction) -> Row:
        merchant_id = find_merchant(tx, merchant)["id"]
        return add_outlet(tx, merchant_id=merchant_id, **fields, **acting(instance))

    row = instance.engine.write(work)
    return Answer(
        row,
        (
            text("已添加示范点 {name}（{kind}），编号 {id}。", **_in_words(row)),
            text("下一步：huimin terminals add --outlet {id} --label …", **row),
        ),
    )


@outlets.command("list")
@click.option("--merchant", help="只列这个商户的（编号或统一社会信用代码）。")
@click.option("--kind", type=click.Choice(list(OUTLET_KINDS)), help="只列这种类型的。")
@state_option
@answers
def list_outlets_command(
    instance: Instance, merchant: str | None, kind: str | None, state: str | None
) -> Answer:
    """列出示范点和它们在用的收银终端数。"""

    def query(tx: Transaction) -> list[Row]:
        merchant_id = find_merchant(tx, merchant)["id"] if merchant else None
        return list_outlets(tx, merchant_id=merchant_id, kind=kind, state=state)

    rows = instance.engine.read(query)
    lines = [
        text(
            "{id}  {kind}  {state}{note}  {name}  {division_name}  收银终端 {terminals} 台",
            note="" if row["merchant_state"] == "active" else text("（商户未在营）"),
            **_in_words(row),
        )
        for row in rows
    ]
    return Answer(rows, [*lines, text("共 {count} 个示范点。", count=len(rows))])


def _state_command(
    subject: str,
    find: Callable[[Transaction, str], Row],
    name: str,
    change: Callable[..., Row],
    help_text: str,
    done: str,
) -> click.Command:
    """A command that changes a state by the use case `change`."""

    @click.command(name, help=help_text)
    @click.argument(subject)
    @reason_option
    @answers
    def command(instance: Instance, reason: str, **named: str) -> Answer:
        def work(tx: Transaction) -> Row:
            subject_id = {f"{subject}_id": find(tx, named[subject])["id"]}
            return change(tx, reason=reason, **subject_id, **acting(instance))

        row = instance.engine.write(work)
        message = text("{done}：{name}，现在的状态：{state}。", done=Text(done), **_in_words(row))
        return Answer(row, [message])

    return command


def _in_words(row: Row) -> Row:
    """The same row, its kind and state in words."""
    kind = {"kind": OUTLET_KINDS.text(row["kind"])} if "kind" in row else {}
    return {**row, **kind, "state": STATE_WORDS.text(row["state"])}


for _change in MERCHANT_CHANGES:
    merchants.add_command(_state_command("merchant", find_merchant, *_change))
for _change in OUTLET_CHANGES:
    outlets.add_command(_state_command("outlet", find_outlet, *_change))
