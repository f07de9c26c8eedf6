"""`huimin cards …` and `huimin keys …`: the cards room on the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import click

from huimin.audit.record import record
from huimin.cards import queries
from huimin.cards.change_state import (
    STATE_WORDS,
    expire_due,
    replace_card,
    report_lost,
    resume_card,
    revoke_card,
    suspend_card,
)
from huimin.cards.find import find_card
from huimin.cards.issue import default_expiry, issue_card
from huimin.cards.key_ring import KEY_ID_MAX
from huimin.cards.print_command import print_cards
from huimin.cards.published_keys import live_cards_by_key
from huimin.cards.token import token_of
from huimin.command_line import (
    Instance,
    acting,
    actor,
    echo,
    format_option,
    pass_instance,
    print_json,
)
from huimin.core.card_number import group
from huimin.core.card_token import read_text
from huimin.core.catalogue import Text, sentence
from huimin.core.days import county_day
from huimin.core.identity import mask_name
from huimin.core.refusals import field_problem
from huimin.storage.engine import Row, Transaction

reason_option = click.option("--reason", required=True, help="原因，记入卡片事件。")


@click.group()
def cards() -> None:
    """惠民卡：发卡、补卡、暂停、挂失、恢复、注销、打印。"""


cards.add_command(print_cards)


@cards.command()
@click.argument("holder_id", required=False)
@click.option("--all-approved", is_flag=True, help="给所有已通过申请、还没有卡的持卡人发卡。")
@click.option("--reason", default="新发卡", show_default=True, help="原因，记入卡片事件。")
@click.option("--expires-on", metavar="2029-10-31", help="有效期最后一天；默认按设置的年限。")
@format_option
@pass_instance
def issue(
    instance: Instance,
    holder_id: str | None,
    all_approved: bool,
    reason: str,
    expires_on: str | None,
    form: str,
) -> None:
    """给持卡人（HOLDER_ID）发卡，用最新的在用密钥签发。"""
    if bool(holder_id) == all_approved:
        raise field_problem("holder", "请写明持卡人编号，或用 --all-approved，二者选一。")

    def work(tx: Transaction) -> list[Row]:
        approved_ids = [row["id"] for row in queries.approved_without_card(tx)]
        return [
            issue_card(
                tx,
                holder_id=each_id,
                key_id=instance.key_ring.active_key_id,
                reason=reason,
                expires_on=_last_day(instance, expires_on),
                **acting(instance),
            )
            for each_id in ([holder_id] if holder_id else approved_ids)
        ]

    issued = instance.engine.write(work)
    if form == "json":
        print_json([_card_json(instance, card) for card in issued])
        return
    for card in issued:
        echo(
            "已发卡 {number}，有效期至 {expires_on}。",
            number=group(card["number"]),
            expires_on=card["expires_on"],
        )
    echo("共发卡 {count} 张。下一步：huimin cards print --all-unprinted", count=len(issued))


@cards.command()
@click.argument("card")
@format_option
@pass_instance
def show(instance: Instance, card: str, form: str) -> None:
    """查看一张卡（卡号或卡码）的状态和经过。"""

    def work(tx: Transaction) -> tuple[Row, list[Row]]:
        card_found = _named_card(tx, instance, card)
        return queries.card_with_name(tx, id=card_found["id"]), list(
            queries.events_of_card(tx, card_id=card_found["id"])
        )

    row, events = instance.engine.read(work)
    if form == "json":
        print_json({**_card_json(instance, row), "events": events})
        return
    echo("卡号    {number}", number=group(row["number"]))
    echo("持卡人  {name}", name=mask_name(row["holder_name"]))
    echo("状态    {state}", state=STATE_WORDS.text(row["state"]))
    echo("有效期  {issued_on} 至 {expires_on}", **row)
    echo("密钥    {key_id:02x}", key_id=row["key_id"])
    for event in events:
        click.echo(
            f"{event['recorded_at']}  {event['event']:<10} {event['actor']}  {event['reason']}"
        )


@cards.command()
@click.argument("card")
@reason_option
@click.option("--expires-on", metavar="2029-10-31", help="新卡有效期最后一天。")
@format_option
@pass_instance
def replace(instance: Instance, card: str, reason: str, expires_on: str | None, form: str) -> None:
    """补卡：旧卡立即作废，同时发新卡。"""

    def work(tx: Transaction) -> Row:
        return replace_card(
            tx,
            card_id=_named_card(tx, instance, card)["id"],
            key_id=instance.key_ring.active_key_id,
            reason=reason,
            expires_on=_last_day(instance, expires_on),
            **acting(instance),
        )

    new = instance.engine.write(work)
    if form == "json":
        print_json(_card_json(instance, new))
        return
    echo(
        "旧卡已作废，新卡 {number}，有效期至 {expires_on}。",
        number=group(new["number"]),
        expires_on=new["expires_on"],
    )


def _state_command(
    name: str, change: Callable[..., Row], help_text: str, done: str
) -> click.Command:
    """A command that changes a card's state by the use case `change`."""

    @click.command(name, help=help_text)
    @click.argument("card")
    @reason_option
    @format_option
    @pass_instance
    def command(instance: Instance, card: str, reason: str, form: str) -> None:
        def work(tx: Transaction) -> Row:
            card_id = _named_card(tx, instance, card)["id"]
            return change(tx, card_id=card_id, reason=reason, **acting(instance))

        row = instance.engine.write(work)
        if form == "json":
            print_json(_card_json(instance, row))
            return
        echo(
            "{done}：{number}，现在的状态：{state}。",
            done=Text(done),
            number=group(row["number"]),
            state=STATE_WORDS.text(row["state"]),
        )

    return command


for _command in (
    _state_command("suspend", suspend_card, "暂停一张卡，可以恢复。", sentence("已暂停")),
    _state_command("lost", report_lost, "挂失一张卡，可以恢复或补卡。", sentence("已挂失")),
    _state_command("resume", resume_card, "恢复一张暂停或挂失的卡。", sentence("已恢复")),
    _state_command("revoke", revoke_card, "注销一张卡，不能恢复。", sentence("已注销")),
):
    cards.add_command(_command)


@cards.command()
@format_option
@pass_instance
def expire(instance: Instance, form: str) -> None:
    """把有效期已过的卡记为过期（宜每天运行一次）。"""

    def work(tx: Transaction) -> list[Row]:
        now = instance.clock()
        return expire_due(tx, county_day(now), now=now, actor=actor())

    expired = instance.engine.write(work)
    if form == "json":
        print_json({"expired": [card["number"] for card in expired]})
        return
    echo("{count} 张卡已过有效期，记为过期。", count=len(expired))


@click.group()
def keys() -> None:
    """签发卡码的密钥：查看、添加、停用。停用的密钥不再签发新卡，但已发的卡仍能验证。"""


@keys.command("list")
@format_option
@pass_instance
def list_keys(instance: Instance, form: str) -> None:
    """列出密钥、状态和它们签发的有效卡数。"""
    in_use = instance.engine.read(live_cards_by_key)
    active = instance.key_ring.active_key_id
    rows = [
        {
            "kid": key.kid,
            "state": key.state,
            "signs": key.key_id == active,
            "live_cards": in_use.get(key.key_id, 0),
        }
        for key in instance.key_ring.all_keys()
    ]
    lost = sorted(set(in_use) - {key.key_id for key in instance.key_ring.all_keys()})
    if form == "json":
        print_json({"keys": rows, "missing": [f"{key_id:02x}" for key_id in lost]})
        return
    for row in rows:
        state = sentence("在用") if row["state"] == "active" else sentence("已停用")
        if row["signs"]:
            state = sentence("在用，签发新卡")
        echo(
            "{kid}  {state}，有效卡 {count} 张",
            kid=row["kid"],
            state=Text(state),
            count=row["live_cards"],
        )
    for key_id in lost:
        echo(
            "注意：密钥文件里缺少 {key_id:02x}，它签发的 {count} 张卡无法验证，请从备份恢复 "
            "card_keys.json。",
            key_id=key_id,
            count=in_use[key_id],
            err=True,
        )


@keys.command("add")
@pass_instance
def add_key(instance: Instance) -> None:
    """添加新密钥；此后新卡由它签发，已发的卡不用重印。"""
    key_id = instance.key_ring.add()
    _record_key(instance, "card_key.added", key_id)
    echo("已添加密钥 {key_id:02x}，此后新卡由它签发。请备份 card_keys.json。", key_id=key_id)


@keys.command("retire")
@click.argument("kid")
@pass_instance
def retire_key(instance: Instance, kid: str) -> None:
    """停用密钥（KID 为 keys list 里的两位编号）：不再签发新卡，仍可验证旧卡。"""
    try:
        key_id = int(kid, 16)
    except ValueError:
        key_id = KEY_ID_MAX + 1
    instance.key_ring.retire(key_id)
    _record_key(instance, "card_key.retired", key_id)
    echo("已停用密钥 {key_id:02x}；它签发的卡仍然有效。", key_id=key_id)


def _record_key(instance: Instance, action: str, key_id: int) -> None:
    instance.engine.write(
        lambda tx: record(tx, action, f"{key_id:02x}", subject_kind="card_key", **acting(instance))
    )


def _last_day(instance: Instance, expires_on: str | None) -> date | str:
    if expires_on is not None:
        return expires_on
    return default_expiry(county_day(instance.clock()), instance.settings.card_years)


def _named_card(tx: Transaction, instance: Instance, text: str) -> Row:
    return find_card(tx, read_text(text), instance.key_ring.public_keys())


def _card_json(instance: Instance, card: Row) -> Row:
    fields = ("id", "number", "holder_id", "state", "issued_on", "expires_on")
    return {**{name: card[name] for name in fields}, "token": token_of(card, instance.key_ring)}
