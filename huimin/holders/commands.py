"""`huimin holders …`: import registers, enter, list and show people, decide applications.

All output is masked, with two exceptions: the JSON of an import, which repeats the operator's own
file, and `show --unmask`, which needs a reason and is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from huimin.audit.record import record
from huimin.command_line import (
    Answer,
    acting,
    answers,
    ask,
    language,
    translated,
)
from huimin.core.catalogue import Text, Words, text
from huimin.core.days import county_day
from huimin.core.identity import (
    IdentityProblem,
    mask_id_number,
    mask_name,
    mask_phone,
    parse_id_number,
)
from huimin.core.refusals import field_problem
from huimin.core.words import ELIGIBILITIES
from huimin.divisions.find import DivisionIndex, all_divisions
from huimin.divisions.lives import past_names
from huimin.holders.application_commands import COMMANDS
from huimin.holders.draft_by_hand import HandDraft, draft_of
from huimin.holders.endings.end_list_command import end_list_command
from huimin.holders.people import (
    add_holder,
    eligibilities_of,
    family_of,
    find_by_id_number,
    holder_by_id,
    list_holders,
)
from huimin.holders.registers.import_command import import_command
from huimin.holders.registers.import_register import require_fitting_keys
from huimin.holders.registers.places import Places
from huimin.holders.registers.token_commands import tokens
from huimin.instance import Instance
from huimin.storage.engine import Row, Transaction

GENDERS = Words("gender", {"male": "男", "female": "女"})
LIST_MAX = 10_000


@click.group()
def holders() -> None:
    """持卡人：名册导入、送名册的密钥、登记、查询、申请审批。"""


for _command in (import_command, end_list_command, tokens, *COMMANDS):
    holders.add_command(_command)


@holders.command("list")
@click.option("--division", "division_code", help="只列这个镇街或村社（12 位代码）的。")
@click.option("--after", default="", help="从这个持卡人编号之后列起（翻页）。")
@click.option("--count", type=click.IntRange(1, LIST_MAX), default=50, help="最多列多少人。")
@answers
def list_command(instance: Instance, division_code: str | None, after: str, count: int) -> Answer:
    """列出持卡人（姓名打码）。"""
    rows = instance.engine.read(
        lambda tx: list_holders(tx, division_code=division_code, after=after, count=count)
    )
    index = instance.engine.read(lambda tx: DivisionIndex(all_divisions(tx)))
    listed = [_listed(row, index) for row in rows]
    return Answer(listed, [*map(_line, listed), text("共 {count} 人。", count=len(listed))])


def _line(row: Row) -> str:
    card = row["card_state"] or translated("无卡")
    return f"{row['id']}  {row['name']}  {row['town']}{row['village']}  {card}"


@holders.command("show")
@click.argument("holder_id", required=False)
@click.option("--by-id-number", is_flag=True, help="改为按身份证号码查找，号码随后输入。")
@click.option("--unmask", is_flag=True, help="显示完整的姓名、号码；须写原因，并记入审计记录。")
@click.option("--reason", help="为什么要看完整信息。")
@answers
def show_command(
    instance: Instance,
    holder_id: str | None,
    by_id_number: bool,
    unmask: bool,
    reason: str | None,
) -> Answer:
    """查看一位持卡人（默认打码）。"""
    if unmask and not (reason or "").strip():
        raise field_problem("reason", "查看完整信息须用 --reason 写明原因。")
    number = _prompt_number(instance) if by_id_number else None

    def work(tx: Transaction) -> Row:
        if number is not None:
            holder = find_by_id_number(tx, instance.personal_data, number)
        else:
            holder = holder_by_id(tx, holder_id or "")
        if holder is None:
            raise field_problem("holder", "没有这个持卡人，请核对编号。")
        if unmask:
            why = str(reason).strip()
            record(tx, "holder.unmasked", holder["id"], reason=why, **acting(instance))
        return _as_dict(tx, instance, holder, unmask=unmask)

    row = instance.engine.write(work) if unmask else instance.engine.read(work)
    return Answer(row, _described(row))


@holders.command("add")
@click.option("--name", required=True, help="姓名。")
@click.option("--id-number", help="身份证号码；不写则随后输入，不会留在命令历史里。")
@click.option("--phone", help="联系电话。")
@click.option("--town", required=True, help="乡镇（街道）。")
@click.option("--village", required=True, help="村（社区）。")
@click.option("--kind", required=True, help="保障类别：特困、孤儿、低保、重大疾病、残疾、其他。")
@click.option("--since", required=True, metavar="2026-03-01", help="认定日期。")
@click.option("--family", help="家庭成员，例如 张三（配偶）；李四（子）。")
@answers
def add_command(instance: Instance, **fields: str | None) -> Answer:
    """登记一位持卡人。"""
    if fields["id_number"] is None:
        fields["id_number"] = ask("身份证号码", remedy=text("请用 --id-number 写明身份证号码。"))
    by = acting(instance)

    def work(tx: Transaction) -> Row:
        require_fitting_keys(tx, instance.personal_data)
        places = Places(all_divisions(tx), past_names(tx))
        draft = draft_of(HandDraft(**fields), places, county_day(by["now"]))  # type: ignore[arg-type]
        holder_id = add_holder(tx, instance.personal_data, draft, **by)
        holder = holder_by_id(tx, holder_id)
        if holder is None:
            raise LookupError("the holder just written is not there")
        return _as_dict(tx, instance, holder, unmask=False)

    row = instance.engine.write(work)
    return Answer(row, [text("已登记。"), *_described(row)])


def _prompt_number(instance: Instance) -> str:
    typed = ask("身份证号码", remedy=text("请改写持卡人编号，或从标准输入给出身份证号码。"))
    try:
        return parse_id_number(typed, today=county_day(instance.clock())).number
    except IdentityProblem as error:
        raise field_problem("id_number", error.text) from error


def _listed(row: Mapping[str, Any], index: DivisionIndex) -> Row:
    town, village = index.names(row["division_code"])
    return {
        "id": row["id"],
        "name": mask_name(row["name"]),
        **{name: row[name] for name in ("gender", "division_code")},
        "town": town,
        "village": village,
        "card_state": row["card_state"],
    }


def _as_dict(tx: Transaction, instance: Instance, holder: Row, *, unmask: bool) -> Row:
    town, village = DivisionIndex(all_divisions(tx)).names(holder["division_code"])
    secrets = instance.personal_data
    number = secrets.value(holder, "holder.id_number") or ""
    phone = secrets.value(holder, "holder.phone")
    family = [
        {
            "id": member["id"],
            "name": member["name"] if unmask else mask_name(member["name"]),
            "relation": member["relation"],
            "id_number": _member_number(instance, member, unmask=unmask),
        }
        for member in family_of(tx, holder["id"])
    ]
    columns = ("kind", "starts_on", "ends_on", "evidence", "source")
    return {
        "id": holder["id"],
        "name": holder["name"] if unmask else mask_name(holder["name"]),
        "gender": holder["gender"],
        "id_number": number if unmask else mask_id_number(number),
        "phone": phone if unmask else mask_phone(phone),
        "division_code": holder["division_code"],
        "town": town,
        "village": village,
        "eligibilities": [
            {name: row[name] for name in columns} for row in eligibilities_of(tx, holder["id"])
        ],
        "family": family,
    }


def _member_number(instance: Instance, member: Row, *, unmask: bool) -> str | None:
    number = instance.personal_data.value(member, "family_member.id_number")
    return number if unmask or number is None else mask_id_number(number)


def _described(row: Row) -> Iterator[Text | str]:
    yield text("编号 {id}", **row)
    yield f"{row['name']}  {GENDERS.say(row['gender'], language())}  {row['id_number']}"
    place = f"{row['town']}{row['village']}"
    yield text("{place}  电话 {phone}", place=place, phone=row["phone"] or "—")
    for eligibility in row["eligibilities"]:
        kind, ends_on = ELIGIBILITIES.text(eligibility["kind"]), eligibility["ends_on"]
        days = text("{first} 起", first=eligibility["starts_on"])
        if ends_on:
            days = text("{first} 至 {last}", first=eligibility["starts_on"], last=ends_on)
        yield text("{kind}：{days}", kind=kind, days=days)
    for member in row["family"]:
        number = member["id_number"] or text("号码未登记")
        yield text("家庭成员：{name}（{relation}）{number}", **{**member, "number": number})
