"""Messages to holders: what can't be read, what did not arrive, and whether anything sends."""

from __future__ import annotations

from collections.abc import Iterator

from huimin.core.catalogue import text
from huimin.doctor.finding import ATTENTION, Finding, Scene
from huimin.messages.log import (
    count_late_codes,
    count_overdue,
    count_troubled,
    count_unreadable,
)
from huimin.messages.templates import TemplatesProblem, read_templates
from huimin.settings import PAPER
from huimin.storage.engine import Transaction


def check_messages(scene: Scene, tx: Transaction) -> Iterator[Finding]:
    """What somebody has to look after; `huimin messages list` names each."""
    unreadable = count_unreadable(tx)
    if unreadable:
        yield Finding(
            ATTENTION,
            text("{count} 条告知的内容或电话解不开，没有发。", count=unreadable),
            text("请从备份恢复个人信息密钥文件，再在“短信记录”里重新发送；急的请当面告知。"),
        )
    if scene.settings.message_templates:
        try:
            read_templates(scene.settings.message_templates)
        except TemplatesProblem as problem:
            yield Finding(ATTENTION, problem.text, text("请改 HUIMIN_MESSAGE_TEMPLATES 的文件。"))
    if scene.settings.message_channel == PAPER:
        return
    failed, late = count_troubled(tx, scene.now), count_late_codes(tx, scene.now)
    if failed > unreadable or late:
        yield Finding(
            ATTENTION,
            text(
                "{count} 条短信等告知没有送到，{late} 个验证码没有按时发出。",
                count=failed,
                late=late,
            ),
            text("请运行 huimin messages list 看原因，再用 huimin messages try 试网关。"),
        )
    overdue = count_overdue(tx, scene.now)
    if overdue:
        yield Finding(
            ATTENTION,
            text("{count} 条短信等告知过了一小时还没有人发。", count=overdue),
            text("请看服务是否在运行；没有服务的地方，定时运行 huimin messages send。"),
        )
