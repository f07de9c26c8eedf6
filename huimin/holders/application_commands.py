"""`huimin holders apply|applications|approve|reject|return`: applications for a card."""

from __future__ import annotations

from collections.abc import Callable

import click

from huimin.command_line import (
    Answer,
    acting,
    actor,
    answers,
    echo,
    format_option,
    pass_instance,
    print_answer,
    translated,
)
from huimin.core.catalogue import sentence, text
from huimin.core.identity import mask_name
from huimin.core.refusals import field_problem
from huimin.core.words import STATES
from huimin.holders.applications import (
    applications_of,
    approve_application,
    open_applications,
    reject_application,
    return_application,
    submit_application,
)
from huimin.instance import Instance
from huimin.storage.engine import Row, Transaction


@click.command("apply")
@click.argument("holder_id")
@answers
def apply_command(instance: Instance, holder_id: str) -> Answer:
    """替持卡人提交办卡申请。"""
    return _answer(
        instance.engine.write(
            lambda tx: submit_application(tx, holder_id=holder_id, **acting(instance))
        )
    )


@click.command("applications")
@click.option("--holder", "holder_id", help="改为列出这位持卡人的全部申请。")
@answers
def applications_command(instance: Instance, holder_id: str | None) -> Answer:
    """列出待审核的申请。"""
    rows = instance.engine.read(
        lambda tx: applications_of(tx, holder_id) if holder_id else open_applications(tx)
    )
    for row in rows:
        row["holder_name"] = mask_name(row["holder_name"]) if "holder_name" in row else None
    return Answer(rows, [*map(_line, rows), text("共 {count} 份。", count=len(rows))])


def _line(row: Row) -> str:
    name, state = row["holder_name"] or row["holder_id"], translated(STATES.text(row["state"]))
    return f"{row['id']}  {row['submitted_at']}  {name}  {state}"


@click.command("approve")
@click.argument("application_id", required=False)
@click.option("--all-open", is_flag=True, help="通过全部待审核的申请。")
@format_option
@pass_instance
def approve_command(
    instance: Instance, application_id: str | None, all_open: bool, form: str
) -> None:
    """通过办卡申请；下一步 huimin cards issue --all-approved。"""
    if bool(application_id) == all_open:
        raise field_problem("application", "请写明申请编号，或用 --all-open，二者选一。")

    four_eyes, own = instance.settings.four_eyes, 0

    def work(tx: Transaction) -> list[Row]:
        nonlocal own
        waiting = [] if application_id else open_applications(tx)
        ids = [application_id] if application_id else []
        ids += [row["id"] for row in waiting if not (four_eyes and row["submitted_by"] == actor())]
        own = len(waiting) - len(ids) if not application_id else 0
        return [
            approve_application(tx, one, four_eyes=four_eyes, **acting(instance)) for one in ids
        ]

    for row in instance.engine.write(work):
        print_answer(_answer(row), form)
    if own:
        echo("另有 {count} 份是您自己提交的，请由另一位工作人员审批。", count=own, err=True)


def _decision(
    name: str, decide: Callable[..., Row], help_text: str, reason_help: str
) -> click.Command:
    """A command that decides an application, with a reason, by the use case `decide`."""

    @click.command(name, help=help_text)
    @click.argument("application_id")
    @click.option("--reason", required=True, help=reason_help)
    @answers
    def command(instance: Instance, application_id: str, reason: str) -> Answer:
        return _answer(
            instance.engine.write(
                lambda tx: decide(tx, application_id, reason=reason, **acting(instance))
            )
        )

    return command


def _answer(row: Row) -> Answer:
    message = text("申请 {id}：{state}。", **{**row, "state": STATES.text(row["state"])})
    return Answer(row, [message])


COMMANDS = (
    apply_command,
    applications_command,
    approve_command,
    _decision(
        "reject",
        reject_application,
        sentence("不通过办卡申请，须写原因。"),
        sentence("不通过的原因，会告诉申请人。"),
    ),
    _decision(
        "return",
        return_application,
        sentence("把办卡申请退回修改，须写原因；改好后重新提交。"),
        sentence("要改什么，会告诉提交人。"),
    ),
)
