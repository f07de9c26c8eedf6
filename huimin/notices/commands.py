"""`huimin notices`: send what is due, and list the deliveries."""

from __future__ import annotations

import sys

import click

from huimin.command_line import EXIT_FOUND, Answer, acting, answers, echo, language, pass_instance
from huimin.core.catalogue import Text, Words, text
from huimin.instance import Instance
from huimin.notices.attempt_words import tell_attempt
from huimin.notices.delivery_problem import problem_words
from huimin.notices.log import deliveries_before, troubled_deliveries
from huimin.notices.merchant_webhook import (
    end_webhook,
    merchant_named,
    secret_of,
    set_webhook,
    webhook_of,
)
from huimin.notices.send import send_due
from huimin.storage.engine import Row, Transaction

LISTED = 50
STATE_WORDS = Words(
    "delivery_state", {"waiting": "等待发送", "sent": "已发送", "failed": "发送失败"}
)


@click.group()
def notices() -> None:
    """通知：发送到期的，查看发送记录。"""


@notices.command()
@pass_instance
def send(instance: Instance) -> None:
    """发送到期的通知（可由定时任务每几分钟运行一次）；有没送到的，退出码为 1。"""
    for attempt in send_due(instance.engine, instance.settings, clock=instance.clock):
        tell_attempt(attempt)
    troubled = instance.engine.read(troubled_deliveries)
    if troubled:
        echo("还有 {count} 份通知没有送到，见 huimin notices list。", count=len(troubled), err=True)
        sys.exit(EXIT_FOUND)


@notices.command("webhook")
@click.argument("merchant")
@click.option("--address", help="商户收银系统的网址；不写就只看现在的。")
@click.option("--end", is_flag=True, help="停用，不再发送。")
@pass_instance
def merchant_webhook(instance: Instance, merchant: str, address: str | None, end: bool) -> None:
    """商户收银系统的通知地址：看、设、停用；MERCHANT 是商户编号或统一社会信用代码。"""
    by = acting(instance)

    def work(tx: Transaction) -> Row | None:
        merchant_id = merchant_named(tx, merchant)
        if end:
            end_webhook(tx, merchant_id, **by)
        elif address:
            set_webhook(tx, merchant_id, address, settings=instance.settings, **by)
        return webhook_of(tx, merchant_id)

    webhook = instance.engine.write(work)
    if webhook is None:
        echo("没有通知地址。")
        return
    echo("地址：{address}", address=webhook["address"])
    echo("签名密钥：{secret}", secret=secret_of(instance.settings, webhook["id"]))


@notices.command("list")
@answers
def list_notices(instance: Instance) -> Answer:
    """最近的发送记录。"""
    rows = instance.engine.read(lambda tx: deliveries_before(tx, None, "", LISTED))
    return Answer(rows, [_line(row) for row in rows])


def _line(row: Row) -> Text:
    error = f"  {problem_words(row['last_error'], language())}" if row["last_error"] else ""
    return text(
        "{created_at}  {state}（{attempts} 次）  {channel} {target}  {title}{error}",
        **{**row, "state": STATE_WORDS.text(row["state"]), "error": error},
    )
