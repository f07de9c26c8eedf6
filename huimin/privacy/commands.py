"""`huimin privacy …`: what the county holds about a person, for that person; and erasing it."""

from __future__ import annotations

from pathlib import Path

import click

from huimin.command_line import (
    EXIT_FOUND,
    CommandProblem,
    acting,
    ask,
    confirm,
    echo,
    language,
    pass_instance,
)
from huimin.core.catalogue import sentence, text
from huimin.core.days import county_day
from huimin.core.identity import IdentityProblem, mask_name, parse_id_number
from huimin.core.refusals import FieldProblems, field_problem
from huimin.instance import Instance
from huimin.privacy import queries
from huimin.privacy.erase import (
    ERASED,
    Plan,
    delete_files,
    erase_person,
    erase_texts,
    live_cards,
    open_matters,
    plan_erasure,
)
from huimin.privacy.erased_list import FILE_NAME, add_to_list, read_list
from huimin.privacy.export import export_person, write_export
from huimin.privacy.files import copies_in
from huimin.privacy.person import find_person
from huimin.storage.engine import Row, Transaction
from huimin.storage.old_content import compact, cut_log, still_holds

REASON_AGAIN = sentence("恢复备份后再次删除")

reason_option = click.option("--reason", help="原因，记入审计记录；不要写姓名和号码。")
number_option = click.option(
    "--by-id-number", is_flag=True, help="改为按身份证号码查找，号码随后输入。"
)


@click.group()
def privacy() -> None:
    """个人信息：导出一个人的全部资料，按法律删除。"""


@privacy.command("export")
@click.argument("person", required=False, default="")
@number_option
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="写到这个 .zip；已有的文件不覆盖。",
)
@reason_option
@pass_instance
def export_command(
    instance: Instance, person: str, by_id_number: bool, out: Path, reason: str | None
) -> None:
    """导出县里登记的一个人（PERSON 为持卡人编号或卡号）的全部资料，交给本人。"""
    if out.exists():
        raise CommandProblem("{path} 已经存在，请换一个文件名。", path=out)
    number = _prompt_number(instance) if by_id_number else None
    by = acting(instance)

    def work(tx: Transaction) -> Row:
        holder = find_person(tx, instance, person, number)
        return export_person(tx, instance.personal_data, holder, reason=reason or "", **by)

    exported = instance.engine.write(work)
    write_export(
        out,
        exported,
        instance.personal_data,
        instance.settings.folder,
        language=language(),
        now=by["now"],
    )
    echo("已导出到 {path}（只有你能读）。交给本人以后请删除这个文件。", path=out)


@privacy.command("erase")
@click.argument("person", required=False, default="")
@number_option
@reason_option
@click.option("--dry-run", is_flag=True, help="只列出会删除什么。")
@click.option("--end-cards", is_flag=True, help="先注销这个人还有效的卡。")
@click.option("--compact", "compacting", is_flag=True, help="最后重写整个数据库；期间不能收银。")
@click.option("--yes", is_flag=True, help="不再询问。")
@click.option("--again", is_flag=True, help="恢复备份以后，把已删除的人再删除一次。")
@click.option(
    "--list",
    "list_path",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="已删除人员的名单；默认取数据文件夹里的 erased.jsonl。",
)
@pass_instance
def erase_command(
    instance: Instance,
    person: str,
    by_id_number: bool,
    reason: str | None,
    dry_run: bool,
    end_cards: bool,
    compacting: bool,
    yes: bool,
    again: bool,
    list_path: Path | None,
) -> None:
    """删除一个人（PERSON 为持卡人编号或卡号）的资料，流水、链和报表不变。

    先列出会删除什么，再问一遍。卡还有效、补录优惠或断网交易还没有办完的不能删除。
    """
    if again:
        _erase_again(instance, list_path or instance.settings.folder / FILE_NAME, yes=yes)
    else:
        number = _prompt_number(instance) if by_id_number else None
        holder = instance.engine.read(lambda tx: find_person(tx, instance, person, number))
        plan = _planned(instance, holder)
        _show_plan(instance, plan, end_cards=end_cards)
        if dry_run:
            return
        if not (reason or "").strip():
            raise field_problem("reason", "删除须用 --reason 写明原因。")
        if not yes:
            confirm("删除以后不能恢复。确定删除吗？")
        _erase(instance, plan, reason=reason or "", end_cards=end_cards)
        echo("已删除。")
    if compacting:
        compact(instance.engine)
    _tell_what_is_left(instance)


def _erase(instance: Instance, plan: Plan, *, reason: str, end_cards: bool) -> None:
    """Erase, delete the files, put the id on the list, and prove that nothing is left."""
    by, folder, secrets = acting(instance), instance.settings.folder, instance.personal_data
    papers = instance.engine.write(
        lambda tx: erase_person(tx, secrets, plan, reason=reason, end_cards=end_cards, **by)
    )
    later = _planned(instance, plan.holder)
    if later.drafts or later.texts or later.sealed_words:
        instance.engine.write(lambda tx: erase_texts(tx, secrets, later))
    delete_files(folder, papers, later)
    add_to_list(folder, instance.engine.read(queries.erased_people))
    if not cut_log(instance.engine):
        echo("有人正在读数据库，日志还没有清空；稍后运行 huimin privacy erase --again。", err=True)
    holder = plan.holder
    traces = (holder["id_number_cipher"], holder["id_number_hash"], *plan.needles.numbers)
    if still_holds(instance.engine, traces):
        echo(
            "数据库文件的空闲部分里还有旧内容，请在不营业时用 --compact 运行一次 "
            "huimin privacy erase --again。",
            err=True,
        )
    if later.receipts:
        echo(
            "流水不能改，这些小票的原因或商品里写到了本人：{receipts}。",
            err=True,
            receipts="、".join(later.receipts),
        )


def _erase_again(instance: Instance, list_path: Path, *, yes: bool) -> None:
    """Erase everybody on the list whom a restored database has again."""
    holders = []
    for holder_id in read_list(list_path):
        row = instance.engine.read(lambda tx, key=holder_id: queries.unerased_person(tx, id=key))  # type: ignore[misc]
        if row is not None:
            holders.append(row)
    echo("名单上的人里有 {count} 个还在数据库里。", count=len(holders))
    if holders and not yes:
        confirm("删除以后不能恢复。确定删除吗？")
    left = 0
    for holder in holders:
        try:
            _erase(instance, _planned(instance, holder), reason=REASON_AGAIN, end_cards=True)
        except FieldProblems as problems:
            left += 1
            words = "；".join(one.message(language()) for one in problems.problems)
            click.echo(f"{holder['id']}  {words}", err=True)
    add_to_list(instance.settings.folder, instance.engine.read(queries.erased_people))
    cut_log(instance.engine)
    if left:
        echo("还有 {count} 个人没有删除，原因见上。", count=left, err=True)
        raise click.exceptions.Exit(EXIT_FOUND)
    if holders:
        echo("已删除。")


def _planned(instance: Instance, holder: Row) -> Plan:
    return instance.engine.read(
        lambda tx: plan_erasure(tx, instance.personal_data, instance.settings.folder, holder)
    )


def _show_plan(instance: Instance, plan: Plan, *, end_cards: bool) -> None:
    holder = plan.holder
    echo("{name}（{id}）", name=mask_name(holder["name"]), id=holder["id"])
    for name, count in plan.counts.items():
        if count:
            click.echo(f"  {ERASED.say(name, language())}  {count}")
    today = county_day(instance.clock())
    cards = instance.engine.read(lambda tx: live_cards(tx, holder["id"], today))
    matters = instance.engine.read(lambda tx: open_matters(tx, holder["id"], today))
    if end_cards and cards:
        echo("先注销 {count} 张有效的卡。", count=len(cards))
        matters = matters[len(cards) :]
    for matter in matters:
        click.echo(f"! {matter.say(language())}")


def _tell_what_is_left(instance: Instance) -> None:
    copies = copies_in(instance.settings.folder)
    if copies:
        echo("升级前的副本里还有：{files}；确认不用以后请删除。", files="、".join(copies))
    echo(
        "以前的备份里还有这些资料：恢复备份以后运行 huimin privacy erase --again，"
        "并把 {file} 保存在备份以外的地方。",
        file=FILE_NAME,
    )


def _prompt_number(instance: Instance) -> str:
    typed = ask("身份证号码", remedy=text("请改写持卡人编号，或从标准输入给出身份证号码。"))
    try:
        return parse_id_number(typed, today=county_day(instance.clock())).number
    except IdentityProblem as error:
        raise field_problem("id_number", error.text) from error
