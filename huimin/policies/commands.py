"""`huimin policies …`: list, show, save, dry-run, approve, publish, withdraw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from huimin.command_line import (
    Answer,
    acting,
    answers,
    echo,
    language,
    pass_instance,
    translated,
)
from huimin.core import words
from huimin.core.catalogue import Text, text
from huimin.core.days import county_day, month_of, previous_month
from huimin.core.money import rate_words, yuan
from huimin.core.offline_terms import (
    CLOCK_MINUTES,
    CLOCK_MINUTES_MAX,
    OFFLINE_HOURS_MAX,
    SEND_DAYS,
    SEND_DAYS_MAX,
    TWO_PEOPLE_FEN,
)
from huimin.core.refusals import Problems
from huimin.core.words import BEARERS
from huimin.instance import Instance
from huimin.policies import queries
from huimin.policies.draft_checks import DEFAULT_EXCLUDED
from huimin.policies.drafts import PolicyDraft, save_draft
from huimin.policies.dry_run import DryRun, dry_run
from huimin.policies.effect import effect_sentence
from huimin.policies.in_force import terms_of
from huimin.policies.publish import approve, find_policy, publish, withdraw
from huimin.policies.wording import (
    STATES,
    days_words,
    described,
    dry_run_table,
    parse_amount,
    parse_rate,
    scope_words,
    terms_dict,
)
from huimin.storage.engine import Row, Transaction

ROUNDING = {"fen": 1, "jiao": 10}
CAP_OPTIONS = (
    "cap_redemption",
    "cap_card_day",
    "cap_card_month",
    "offline_cap_redemption",
    "offline_cap_card",
    "offline_cap_terminal",
)


@click.group()
def policies() -> None:
    """优惠政策：保存草稿、试算、发布。POLICY 是政策代码（取它的草稿，没有则取最新一版）、
    代码@版本（如 jiuerzhe@2）或编号。"""


@policies.command("list")
@click.option("--state", type=click.Choice(STATES), help="只列这种状态的。")
@answers
def list_command(instance: Instance, state: str | None) -> Answer:
    """列出所有政策和版本。"""
    rows = instance.engine.read(lambda tx: queries.list_policies(tx, state=state))
    total = text("共 {count} 个版本。", count=len(rows))
    return Answer([_as_dict(row) for row in rows], [*map(_line, rows), total])


def _line(row: Row) -> str:
    terms = terms_of(row)
    state, days = translated(words.STATES.text(row["state"])), translated(days_words(terms))
    scope = translated(scope_words(terms.scope, terms.scope_value, row["outlet_name"]))
    rate = rate_words(terms.rate_bp, language())
    return f"{terms.code}@{terms.version}  {state}  {days}  {scope}  {rate}  {terms.name}"


@policies.command("show")
@click.argument("policy")
@answers
def show_command(instance: Instance, policy: str) -> Answer:
    """查看一项政策的全部内容。"""
    row = instance.engine.read(lambda tx: find_policy(tx, policy))
    return Answer(_as_dict(row), _described(row))


@policies.command("save")
@click.option("--code", required=True, help="政策代码，例如 jiuerzhe；同一代码的新版本接替旧版本。")
@click.option("--name", required=True, help="政策名称，例如 九二折。")
@click.option("--rate", required=True, help="优惠幅度：九二折写 8%。")
@click.option("--starts-on", required=True, metavar="2026-11-01", help="开始日期。")
@click.option("--ends-on", metavar="2027-10-31", help="最后一天；不填为长期。")
@click.option(
    "--scope",
    default="all",
    show_default=True,
    help="适用范围：all、kind:hospital、eligibility:dibao 或 outlet:示范点编号。",
)
@click.option("--rounding", type=click.Choice(list(ROUNDING)), default="fen", help="取整到分或角。")
@click.option("--minimum-spend", default="0", metavar="元", help="最低消费。")
@click.option("--cap-redemption", metavar="元", help="单笔优惠上限。")
@click.option("--cap-card-day", metavar="元", help="每人每日优惠上限。")
@click.option("--cap-card-month", metavar="元", help="每人每月优惠上限。")
@click.option(
    "--exclude",
    multiple=True,
    help="不参加优惠的商品类别，可重复；不填为 tobacco、alcohol、prepaid_card。",
)
@click.option("--exclude-nothing", is_flag=True, help="所有商品都参加优惠。")
@click.option("--base", help="market_price 或 after_insurance；不填则医院按医保后，其他按市场价。")
@click.option("--merchant-share", default="100%", show_default=True, help="商户承担的部分。")
@click.option("--budget", metavar="元", help="预算：政府承担的部分一共最多多少；不填为没有。")
@click.option("--budget-anew", is_flag=True, help="预算从这一版重新计，不接着上一版的算。")
@click.option(
    "--offline-hours",
    type=click.IntRange(0, OFFLINE_HOURS_MAX),
    default=0,
    show_default=True,
    help="断网后收银终端还可以优惠多少小时；0 为不允许。",
)
@click.option("--offline-cap-redemption", metavar="元", help="离线时单笔优惠上限。")
@click.option("--offline-cap-card", metavar="元", help="离线时每张卡在一台收银终端的优惠上限。")
@click.option("--offline-cap-terminal", metavar="元", help="离线时一台收银终端的优惠总上限。")
@click.option(
    "--offline-bearer",
    type=click.Choice(list(BEARERS)),
    default="merchant",
    show_default=True,
    help="离线优惠事后不能入账时由谁承担：商户或政府。",
)
@click.option("--offline-changing-code", is_flag=True, help="离线时也接受手机上的动态码。")
@click.option(
    "--offline-clock-minutes",
    type=click.IntRange(0, CLOCK_MINUTES_MAX),
    default=CLOCK_MINUTES,
    show_default=True,
    help="收银终端的时钟最多差几分钟。",
)
@click.option(
    "--offline-send-days",
    type=click.IntRange(1, SEND_DAYS_MAX),
    default=SEND_DAYS,
    show_default=True,
    help="离线交易几天之内补传的直接入账；更晚的待核。",
)
@click.option(
    "--offline-two-people",
    metavar="元",
    default=yuan(TWO_PEOPLE_FEN),
    show_default=True,
    help="待核交易的优惠超过多少须两人核定。",
)
@answers
def save_command(instance: Instance, **typed: Any) -> Answer:
    """保存草稿。已有草稿就改草稿，否则存为下一版；发布前不起作用。"""
    draft = _draft_of(typed)
    row = instance.engine.write(lambda tx: save_draft(tx, draft, **acting(instance)))
    name = f"{row['code']}@{row['version']}"
    next_steps = (
        text(
            "已存为草稿。试算：huimin policies dry-run {name} --month {last_month}",
            name=name,
            last_month=previous_month(month_of(county_day(instance.clock()))),
        ),
        text("发布：huimin policies publish {name}", name=name),
    )
    return Answer(_as_dict(row), [*_described(row), *next_steps])


@policies.command("approve")
@click.argument("policy")
@pass_instance
def approve_command(instance: Instance, policy: str) -> None:
    """通过别人起草的草稿；通过后才能发布（HUIMIN_FOUR_EYES=0 时不需要）。"""

    def work(tx: Transaction) -> Row:
        return approve(tx, find_policy(tx, policy)["id"], **acting(instance))

    row = instance.engine.write(work)
    echo("已通过 {name}（{code} 第 {version} 版），可以发布。", **row)


@policies.command("publish")
@click.argument("policy")
@answers
def publish_command(instance: Instance, policy: str) -> Answer:
    """发布草稿。发布后不能再改，只能由新版本接替。"""
    four_eyes, by = instance.settings.four_eyes, acting(instance)

    def work(tx: Transaction) -> Row:
        return publish(tx, find_policy(tx, policy)["id"], four_eyes=four_eyes, **by)

    row = instance.engine.write(work)
    message = text("已发布 {name}（{code} 第 {version} 版），自 {starts_on} 起执行。", **row)
    return Answer(_as_dict(row), [message])


@policies.command("withdraw")
@click.argument("policy")
@click.option("--reason", required=True, help="原因，记入审计记录。")
@answers
def withdraw_command(instance: Instance, policy: str, reason: str) -> Answer:
    """撤回草稿，或已发布但还没有开始的政策。"""

    def work(tx: Transaction) -> Row:
        return withdraw(tx, find_policy(tx, policy)["id"], reason=reason, **acting(instance))

    row = instance.engine.write(work)
    return Answer(_as_dict(row), [text("已撤回 {name}（{code} 第 {version} 版）。", **row)])


@policies.command("dry-run")
@click.argument("policy", metavar="DRAFT")
@click.option("--month", required=True, metavar="2026-10", help="拿哪个月的流水来试。")
@answers
def dry_run_command(instance: Instance, policy: str, month: str) -> Answer:
    """用草稿重算一个月的流水，看各示范点会有什么变化；什么都不写入。"""
    result = instance.engine.read(lambda tx: dry_run(tx, terms_of(find_policy(tx, policy)), month))
    value = {
        "month": result.month,
        "policy": terms_dict(result.draft),
        "outlets": [outlet.as_dict() for outlet in result.outlets],
        "total": result.total.as_dict(),
    }
    return Answer(value, _dry_run_lines(result))


def _dry_run_lines(result: DryRun) -> Iterator[Text | str]:
    draft = result.draft
    yield text(
        "如果 {month} 全月执行“{name}”（{code} 第 {version} 版）：",
        month=result.month,
        name=draft.name,
        code=draft.code,
        version=draft.version,
    )
    yield from dry_run_table(result, language())
    yield effect_sentence(result, language())
    yield text("退货已扣除；当时没有成交的不在其内。这只是试算，什么都没有写入。")


def _as_dict(row: Row) -> Row:
    return terms_dict(terms_of(row), row)


def _described(row: Row) -> list[Text]:
    return [
        text("{label}：{value}", label=label, value=value)
        for label, value in described(terms_of(row), row["state"], language())
    ]


def _draft_of(typed: dict[str, Any]) -> PolicyDraft:
    """The draft from the options. Raises FieldProblems with every option that can't be parsed."""
    problems = Problems()

    scope, _, scope_value = typed["scope"].partition(":")
    if typed["exclude"] and typed["exclude_nothing"]:
        problems.refuse("exclude", "--exclude 和 --exclude-nothing 只能用一个。")
    caps = {
        f"{name}_fen": problems.read(parse_amount, f"{name}_fen", typed[name])
        for name in CAP_OPTIONS
        if typed[name] is not None
    }
    draft = PolicyDraft(
        code=typed["code"],
        name=typed["name"],
        rate_bp=problems.read(parse_rate, "rate_bp", typed["rate"]),
        starts_on=typed["starts_on"],
        ends_on=typed["ends_on"],
        scope=scope,
        scope_value=scope_value,
        rounding_unit_fen=ROUNDING[typed["rounding"]],
        minimum_spend_fen=problems.read(parse_amount, "minimum_spend_fen", typed["minimum_spend"]),
        excluded_categories=()
        if typed["exclude_nothing"]
        else (typed["exclude"] or DEFAULT_EXCLUDED),
        base=typed["base"],
        budget_fen=None
        if typed["budget"] is None
        else problems.read(parse_amount, "budget_fen", typed["budget"]),
        budget_goes_on=not typed["budget_anew"],
        merchant_share_bp=problems.read(parse_rate, "merchant_share_bp", typed["merchant_share"]),
        offline_hours=typed["offline_hours"],
        offline_bearer=typed["offline_bearer"],
        offline_changing_code=typed["offline_changing_code"],
        offline_clock_minutes=typed["offline_clock_minutes"],
        offline_send_days=typed["offline_send_days"],
        offline_two_people_fen=problems.read(
            parse_amount, "offline_two_people_fen", typed["offline_two_people"]
        ),
        **caps,
    )
    problems.finish()
    return draft
