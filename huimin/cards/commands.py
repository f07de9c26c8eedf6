"""`huimin cards …` and `huimin keys …`: the cards room on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from huimin.cards.issue import default_expiry, issue_card, require_aid
from huimin.cards.print_command import print_cards
from huimin.cards.published_keys import live_cards_by_key
from huimin.cards.revoke_key import cards_of_key, required_key_id, revoke_key
from huimin.cards.token import token_of
from huimin.command_line import (
    Answer,
    acting,
    answers,
    confirm,
    echo,
    pass_instance,
)
from huimin.core.card_number import group
from huimin.core.card_token import read_text
from huimin.core.catalogue import Text, sentence, text
from huimin.core.days import county_day
from huimin.core.identity import mask_name
from huimin.core.recorded_reasons import REASONS
from huimin.core.refusals import field_problem
from huimin.instance import Instance
from huimin.storage.engine import Row, Transaction

reason_option = click.option("--reason", required=True, help="原因，记入卡片事件。")


@click.group()
def cards() -> None:
    """惠民卡：发卡、补卡、暂停、挂失、恢复、注销、打印。"""


cards.add_command(print_cards)


@cards.command()
@click.argument("holder_id", required=False)
@click.option("--all-approved", is_flag=True, help="给所有已通过申请、还没有卡的持卡人发卡。")
@click.option(
    "--reason", default=REASONS["card_issued"], show_default=True, help="原因，记入卡片事件。"
)
@click.option("--expires-on", metavar="2029-10-31", help="有效期最后一天；默认按设置的年限。")
@answers
def issue(
    instance: Instance,
    holder_id: str | None,
    all_approved: bool,
    reason: str,
    expires_on: str | None,
) -> Answer:
    """给持卡人（HOLDER_ID）发卡，用最新的在用密钥签发。"""
    if bool(holder_id) == all_approved:
        raise field_problem("holder", "请写明持卡人编号，或用 --all-approved，二者选一。")

    terms, by = _terms(instance, expires_on), acting(instance)

    def work(tx: Transaction) -> list[Row]:
        today = county_day(by["now"])
        ids = [row["id"] for row in queries.approved_without_card(tx, today=today.isoformat())]
        if holder_id:
            require_aid(tx, holder_id, today)
        return [
            issue_card(tx, holder_id=each_id, reason=reason, **terms, **by)
            for each_id in ([holder_id] if holder_id else ids)
        ]

    issued = instance.engine.write(work)
    lines = [text("已发卡 {number}，有效期至 {expires_on}。", **_in_words(card)) for card in issued]
    total = text("共发卡 {count} 张。下一步：huimin cards print --all-unprinted", count=len(issued))
    return Answer([_card_json(instance, card) for card in issued], [*lines, total])


@cards.command()
@click.argument("card")
@answers
def show(instance: Instance, card: str) -> Answer:
    """查看一张卡（卡号或卡码）的状态和经过。"""

    def query(tx: Transaction) -> tuple[Row, list[Row]]:
        card_id = _named_card(tx, instance, card)["id"]
        return queries.card_with_name(tx, id=card_id), list(
            queries.events_of_card(tx, card_id=card_id)
        )

    row, events = instance.engine.read(query)
    lines: list[Text | str] = [
        text("卡号    {number}", **_in_words(row)),
        text("持卡人  {name}", name=mask_name(row["holder_name"])),
        text("状态    {state}", **_in_words(row)),
        text("有效期  {issued_on} 至 {expires_on}", **row),
        text("密钥    {key_id:02x}", **row),
        *(f"{e['recorded_at']}  {e['event']:<10} {e['actor']}  {e['reason']}" for e in events),
    ]
    return Answer({**_card_json(instance, row), "events": events}, lines)


@cards.command()
@click.argument("card")
@reason_option
@click.option("--expires-on", metavar="2029-10-31", help="新卡有效期最后一天。")
@answers
def replace(instance: Instance, card: str, reason: str, expires_on: str | None) -> Answer:
    """补卡：旧卡立即作废，同时发新卡。"""
    terms, by = _terms(instance, expires_on), acting(instance)

    def work(tx: Transaction) -> Row:
        card_id = _named_card(tx, instance, card)["id"]
        return replace_card(tx, card_id=card_id, reason=reason, **terms, **by)

    new = instance.engine.write(work)
    message = text("旧卡已作废，新卡 {number}，有效期至 {expires_on}。", **_in_words(new))
    return Answer(_card_json(instance, new), [message])


def _state_command(
    name: str, change: Callable[..., Row], help_text: str, done: str
) -> click.Command:
    """A command that changes a card's state by the use case `change`."""

    @click.command(name, help=help_text)
    @click.argument("card")
    @reason_option
    @answers
    def command(instance: Instance, card: str, reason: str) -> Answer:
        def work(tx: Transaction) -> Row:
            card_id = _named_card(tx, instance, card)["id"]
            return change(tx, card_id=card_id, reason=reason, **acting(instance))

        row = instance.engine.write(work)
        message = text("{done}：{number}，现在的状态：{state}。", done=Text(done), **_in_words(row))
        return Answer(_card_json(instance, row), [message])

    return command


for _command in (
    _state_command("suspend", suspend_card, sentence("暂停一张卡，可以恢复。"), sentence("已暂停")),
    _state_command(
        "lost", report_lost, sentence("挂失一张卡，可以恢复或补卡。"), sentence("已挂失")
    ),
    _state_command("resume", resume_card, sentence("恢复一张暂停或挂失的卡。"), sentence("已恢复")),
    _state_command("revoke", revoke_card, sentence("注销一张卡，不能恢复。"), sentence("已注销")),
):
    cards.add_command(_command)


@cards.command()
@answers
def expire(instance: Instance) -> Answer:
    """把有效期已过的卡记为过期（宜每天运行一次）。"""
    by = acting(instance)
    expired = instance.engine.write(lambda tx: expire_due(tx, county_day(by["now"]), **by))
    message = text("{count} 张卡已过有效期，记为过期。", count=len(expired))
    return Answer({"expired": [card["number"] for card in expired]}, [message])


@click.group()
def keys() -> None:
    """密钥：签发卡码的查看、添加、停用，泄露时作废；个人信息的更换。

    停用的卡码密钥不再签发新卡，但已发的卡仍能验证；作废的密钥签发的卡全部不能用，须换新卡。
    """


@keys.command("list")
@answers
def list_keys(instance: Instance) -> Answer:
    """列出密钥、状态和它们签发的有效卡数。"""
    in_use = instance.engine.read(live_cards_by_key)
    ring = instance.key_ring
    rows = [
        {
            "kid": key.kid,
            "state": key.state,
            "signs": key.key_id == ring.active_key_id,
            "live_cards": in_use.get(key.key_id, 0),
        }
        for key in ring.all_keys()
    ]
    lost = sorted(set(in_use) - {key.key_id for key in ring.all_keys()})
    warnings = [
        text(
            "注意：密钥文件里缺少 {key_id:02x}，它签发的 {count} 张卡无法验证，请从备份恢复 "
            "card_keys.json。",
            key_id=key_id,
            count=in_use[key_id],
        )
        for key_id in lost
    ]
    missing = [f"{key_id:02x}" for key_id in lost]
    return Answer({"keys": rows, "missing": missing}, map(_key_line, rows), warnings)


def _key_line(row: Row) -> Text:
    state = {"active": text("在用"), "revoked": text("已作废")}.get(row["state"], text("已停用"))
    if row["signs"]:
        state = text("在用，签发新卡")
    return text(
        "{kid}  {state}，有效卡 {count} 张", kid=row["kid"], state=state, count=row["live_cards"]
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
    key_id = required_key_id(kid)
    instance.key_ring.retire(key_id)
    _record_key(instance, "card_key.retired", key_id)
    echo("已停用密钥 {key_id:02x}；它签发的卡仍然有效。", key_id=key_id)


@keys.command("revoke")
@click.argument("kid")
@reason_option
@click.option("--yes", is_flag=True, help="不再询问。")
@pass_instance
def revoke_key_command(instance: Instance, kid: str, reason: str, yes: bool) -> None:
    """密钥泄露时作废它（KID 为 keys list 里的两位编号）：它签发的卡马上不能用。

    在用的卡自动补发新卡（由另一把密钥签发，有效期不变），排进待打印；暂停和挂失的卡由经办人决定。
    中断后再运行一次就接着做。
    """
    key_id = required_key_id(kid)
    instance.key_ring.private_key(key_id)
    by_state = instance.engine.read(lambda tx: cards_of_key(tx, key_id))
    total, active = sum(by_state.values()), by_state.get("active", 0)
    echo(
        "密钥 {kid} 签发的 {total} 张有效卡马上不能用，"
        "其中 {active} 张在用的卡补发新卡并须重新打印。",
        kid=f"{key_id:02x}",
        total=total,
        active=active,
    )
    if not yes:
        confirm(text("确定作废这把密钥和这 {total} 张卡吗？", total=total))
    done = revoke_key(
        instance.engine,
        instance.key_ring,
        key_id,
        reason=reason,
        progress=lambda count: echo("已补发 {count} 张。", count=count),
        **acting(instance),
    )
    echo(
        "已作废密钥 {kid}：补发 {count} 张，还有 {left} 张由经办人决定"
        "（卡片列表里的“签发密钥：已作废”）。"
        "下一步：备份 card_keys.json，再运行 huimin cards print --all-unprinted。",
        kid=f"{key_id:02x}",
        count=done.replaced,
        left=done.left,
    )


def _record_key(instance: Instance, action: str, key_id: int) -> None:
    instance.engine.write(
        lambda tx: record(tx, action, f"{key_id:02x}", subject_kind="card_key", **acting(instance))
    )


def _terms(instance: Instance, expires_on: str | None) -> dict[str, Any]:
    """What a new card is made with."""
    last_day = default_expiry(county_day(instance.clock()), instance.settings.card_years)
    return {"key_id": instance.key_ring.active_key_id, "expires_on": expires_on or last_day}


def _in_words(card: Row) -> Row:
    """The same card, its number in groups and its state in words."""
    return {**card, "number": group(card["number"]), "state": STATE_WORDS.text(card["state"])}


def _named_card(tx: Transaction, instance: Instance, typed: str) -> Row:
    return find_card(tx, read_text(typed), instance.key_ring.public_keys())


def _card_json(instance: Instance, card: Row) -> Row:
    fields = ("id", "number", "holder_id", "state", "issued_on", "expires_on")
    return {**{name: card[name] for name in fields}, "token": token_of(card, instance.key_ring)}
