"""`huimin report-mail`: mail what is due, and list who gets it and what went."""

from __future__ import annotations

import sys

import click

from huimin.command_line import EXIT_FOUND, Answer, answers, echo, pass_instance
from huimin.core.catalogue import Text, text
from huimin.instance import Instance
from huimin.notices.attempt_words import masked_target, tell_attempt
from huimin.notices.log import troubled_deliveries
from huimin.notices.send import send_due
from huimin.report_mail.mails import MailCriteria, mails_before
from huimin.report_mail.post import post_due, sweep_files
from huimin.report_mail.recipients import STATES, recipients_before
from huimin.storage.engine import Row

LISTED = 50


@click.group("report-mail")
def report_mail() -> None:
    """月报表寄送：寄到期的，列出寄过的。"""


@report_mail.command()
@pass_instance
def run(instance: Instance) -> None:
    """做好并寄出到期的月报表，给定时任务用；同一个月不寄两次；有没寄成的，退出码为 1。"""
    engine, settings = instance.engine, instance.settings
    posting = post_due(engine, settings, clock=instance.clock)
    echo("{count} 份月报表待寄出。", count=len(posting.posted))
    for attempt in send_due(engine, settings, clock=instance.clock):
        tell_attempt(attempt)
    sweep_files(engine, settings, instance.clock())
    if posting.failed:
        echo("{count} 份月报表没有做成，详见日志。", count=len(posting.failed), err=True)
    troubled = engine.read(troubled_deliveries)
    if troubled:
        echo("还有 {count} 份通知没有送到，见 huimin notices list。", count=len(troubled), err=True)
    if posting.failed or troubled:
        sys.exit(EXIT_FOUND)


@report_mail.command("list")
@answers
def list_recipients(instance: Instance) -> Answer:
    """谁在收月报表，邮箱打码。"""
    rows = [_masked(row) for row in instance.engine.read(lambda tx: recipients_before(tx, None))]
    return Answer(rows, [_recipient_line(row) for row in rows])


@report_mail.command("sent")
@answers
def list_mails(instance: Instance) -> Answer:
    """最近寄了什么给谁，邮箱打码。"""
    mails = instance.engine.read(lambda tx: mails_before(tx, MailCriteria(), count=LISTED))
    rows = [_masked(row) for row in mails]
    return Answer(rows, [_mail_line(row) for row in rows])


def _masked(row: Row) -> Row:
    return {**row, "address": masked_target("mail", row["address"])}


def _recipient_line(row: Row) -> Text:
    return text(
        "{address}  {form}  {schedule} {day}  {state}",
        **{**row, "day": row["day_of_month"] or "", "state": STATES.text(row["state"])},
    )


def _mail_line(row: Row) -> Text:
    return text("{made_at}  {address}  {file_name}  {sha256}  {state}（{attempts} 次）", **row)
