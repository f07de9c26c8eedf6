"""`huimin holders tokens …`: the keys with which civil-affairs systems send their registers."""

from __future__ import annotations

import click

from huimin.command_line import Answer, acting, answers
from huimin.core.catalogue import Text, text
from huimin.core.days import county_day, parse_instant
from huimin.core.refusals import field_problem
from huimin.divisions.find import DivisionIndex, all_divisions
from huimin.holders.registers.token_words import TOKEN_RIGHTS, TOKEN_STATES, WHOLE_COUNTY
from huimin.holders.registers.tokens import (
    DAYS_VALID,
    DAYS_VALID_MAX,
    end_register_token,
    make_register_token,
    register_tokens_before,
    state_of,
)
from huimin.instance import Instance
from huimin.storage.engine import Row, Transaction
from huimin.storage.list_query import LAST_ID

LIST_MAX = 10_000


@click.group()
def tokens() -> None:
    """民政系统送名册用的密钥：发放、列出、停用。"""


@tokens.command("add")
@click.option("--source", required=True, help="名册来自哪里，例如 民政局低保系统。")
@click.option("--town", help="只收这个乡镇（街道）的人；不写就是全县。")
@click.option("--check-only", is_flag=True, help="只能检查，不能导入。")
@click.option(
    "--days",
    type=click.IntRange(1, DAYS_VALID_MAX),
    default=DAYS_VALID,
    show_default=True,
    help="有效天数。",
)
@click.option("--reason", required=True, help="原因，记入审计记录。")
@answers
def add_command(
    instance: Instance, source: str, town: str | None, check_only: bool, days: int, reason: str
) -> Answer:
    """发一个密钥。密钥只显示这一次。"""

    def work(tx: Transaction) -> tuple[Row, str]:
        code = None
        if town is not None:
            code = DivisionIndex(all_divisions(tx)).town(town)
            if code is None:
                raise field_problem("town", "没有这个乡镇（街道），请核对名称或 12 位代码。")
        return make_register_token(
            tx,
            source=source,
            division_code=code,
            may_import=not check_only,
            days=days,
            reason=reason,
            **acting(instance),
        )

    row, key = instance.engine.write(work)
    shown = {**row, "state": "active", "key": key}
    return Answer(
        shown,
        [
            text("已给“{source}”发了密钥 {id}：", source=row["source"], id=row["id"]),
            _line(shown),
            key,
            text("密钥只显示这一次，请马上存到对方系统里。"),
        ],
    )


@tokens.command("list")
@answers
def list_command(instance: Instance) -> Answer:
    """列出密钥（不含密钥本身）：来源、范围、由谁发、最近使用、到期。"""
    now = instance.clock()
    rows = instance.engine.read(lambda tx: register_tokens_before(tx, None, LAST_ID, LIST_MAX))
    listed = [{**row, "state": state_of(row, now)} for row in rows]
    return Answer(
        {"tokens": listed}, [*map(_line, listed), text("共 {count} 个密钥。", count=len(listed))]
    )


@tokens.command("end")
@click.argument("token_id")
@click.option("--reason", required=True, help="原因，记入审计记录。")
@answers
def end_command(instance: Instance, token_id: str, reason: str) -> Answer:
    """立即停用一个密钥（TOKEN_ID 为它的编号），不能恢复。"""
    instance.engine.write(
        lambda tx: end_register_token(tx, token_id, reason=reason, **acting(instance))
    )
    return Answer({"id": token_id, "state": "ended"}, [text("已停用，对方系统不能再送名册。")])


def _line(row: Row) -> Text:
    used = row["last_used_at"]
    return text(
        "{id}  {source}  {scope}  {rights}  {state}  {made_by} 发  最近使用 {used}  到期 {expires}",
        id=row["id"],
        source=row["source"],
        scope=row["division_name"] or Text(WHOLE_COUNTY),
        rights=TOKEN_RIGHTS.text(str(row["may_import"])),
        state=TOKEN_STATES.text(row["state"]),
        made_by=row["made_by"],
        used=county_day(parse_instant(used)).isoformat() if used else "—",
        expires=county_day(parse_instant(row["expires_at"])).isoformat(),
    )
