"""`huimin messages`: try the channel, send what is due, and list what was sent."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from huimin.command_line import (
    EXIT_FOUND,
    Answer,
    CommandProblem,
    answers,
    echo,
    language,
    pass_instance,
)
from huimin.core.catalogue import Text, Words, text
from huimin.core.identity import mask_phone
from huimin.instance import Instance
from huimin.messages.gateway import hand_on
from huimin.messages.log import LogCriteria, count_troubled, messages_before
from huimin.messages.post import mobile_of
from huimin.messages.send import send_due
from huimin.messages.templates import TemplatesProblem, read_templates, with_template
from huimin.messages.texts import (
    CARD_WAITS,
    CODE,
    DISPUTE_ANSWERED,
    ENTITLEMENT_ENDS,
    KIND_WORDS,
    PURCHASE,
    written,
)
from huimin.notices.delivery_problem import DeliveryProblem, problem_words
from huimin.settings import PAPER
from huimin.storage.engine import Row
from huimin.storage.ids import new_id

LISTED = 50
# What templates are shown with.
SAMPLES: Mapping[str, Mapping[str, Any]] = {
    CODE: {"code": "12345678", "minutes": 15},
    ENTITLEMENT_ENDS: {"until": "2026-12-31"},
    CARD_WAITS: {},
    PURCHASE: {"at": "2026-12-31T04:00:00.000Z", "payable_fen": 11_776},
    DISPUTE_ANSWERED: {},
}
STATE_WORDS = Words(
    "message_state",
    {
        "waiting": "等待发送",
        "sent": "已发送",
        "failed": "没有送到",
        "to_tell": "等人告知",
        "told": "已经告知",
        "dropped": "不用再说",
    },
)
# What the log shows: neither who it is nor what was said.
SHOWN = (
    *("id", "kind", "channel", "state", "attempts", "made_at", "tried_at", "ended_at"),
    *("sent_to", "problem"),
)


@click.group()
def messages() -> None:
    """短信等告知持卡人：试发，发送到期的，查看记录。"""


@messages.command()
@pass_instance
def send(instance: Instance) -> None:
    """发送到期的短信等告知；有没送到的，退出码为 1。"""
    attempts = send_due(instance)
    sent = sum(1 for attempt in attempts if attempt.problem is None)
    echo("发出了 {count} 条短信等告知。", count=sent)
    troubled = instance.engine.read(lambda tx: count_troubled(tx, instance.clock()))
    if troubled:
        echo("{count} 条短信等告知没有送到，见 huimin messages list。", count=troubled, err=True)
        sys.exit(EXIT_FOUND)


@messages.command("try")
@click.argument("phone")
@pass_instance
def try_channel(instance: Instance, phone: str) -> None:
    """按现在的设置往一个手机号码试发一条，不记录；没送到的，退出码为 1。"""
    settings, now = instance.settings, instance.clock()
    number = mobile_of(phone.strip())
    if number is None:
        raise CommandProblem("请写 11 位手机号码。")
    if settings.message_channel == PAPER:
        raise CommandProblem("现在不发短信，请先设置 HUIMIN_MESSAGE_CHANNEL。")
    message = written(CARD_WAITS, {}, settings.language, settings)
    sent = {
        "id": new_id(),
        "kind": "test",
        "phone": number,
        "text": message.text,
        "fields": dict(message.fields),
        "language": settings.language,
        "created_at": None,
        "expires_at": None,
    }
    try:
        template = with_template(settings, {**sent, "kind": CARD_WAITS})
        sent = {**template, "kind": "test"}
        hand_on(settings, settings.message_channel, sent, now)
    except DeliveryProblem as error:
        raise CommandProblem(
            "没有送到：{problem}", problem=problem_words(str(error), language())
        ) from error
    echo("已发往 {phone}：{text}", phone=mask_phone(number), text=message.text)


@messages.command("templates")
@answers
def list_templates(instance: Instance) -> Answer:
    """核对微信模板的对照文件，并逐种填好一条样子，不发送。"""
    path = instance.settings.message_templates
    if not path:
        raise CommandProblem("请先设置 HUIMIN_MESSAGE_TEMPLATES，写上对照文件的路径。")
    try:
        known = read_templates(path)
    except TemplatesProblem as problem:
        raise CommandProblem("{problem}", problem=problem.text.say(language())) from problem
    rows, lines = [], []
    for kind, content in SAMPLES.items():
        message = written(kind, content, instance.settings.language, instance.settings)
        sent = {"kind": kind, "fields": dict(message.fields)}
        filled: dict[str, Any] = with_template(instance.settings, sent).get("template", {})
        rows.append({"kind": kind, "template": filled or None})
        name = KIND_WORDS.text(kind)
        if kind in known:
            shown = " ".join(f"{one}={value['value']}" for one, value in filled["data"].items())
            lines.append(text("{kind}：{shown}", kind=name, shown=shown))
        else:
            lines.append(text("{kind}：没有模板，网关用 text。", kind=name))
    return Answer(rows, lines)


@messages.command("list")
@answers
def list_messages(instance: Instance) -> Answer:
    """最近的短信等告知：什么内容、遮住的号码、送到没有。"""
    rows = instance.engine.read(lambda tx: messages_before(tx, LogCriteria(), "", LISTED))
    return Answer([{name: row[name] for name in SHOWN} for row in rows], [_line(r) for r in rows])


def _line(row: Row) -> Text:
    problem = f"  {problem_words(row['problem'], language())}" if row["problem"] else ""
    return text(
        "{made_at}  {state}（{attempts} 次）  {kind}  {sent_to}{problem}",
        made_at=row["made_at"],
        attempts=row["attempts"],
        state=STATE_WORDS.text(row["state"]),
        kind=KIND_WORDS.text(row["kind"]),
        sent_to=row["sent_to"] or "—",
        problem=problem,
    )
