"""Policies in words and tables for the command line, and parsing what people type.

Rates are typed and shown as per cent, money as 元, scopes as `kind:hospital`.
"""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any

from huimin.core import words
from huimin.core.catalogue import Text, Words, say, sentences, text
from huimin.core.discount import PolicyTerms
from huimin.core.money import money_text, parse_yuan, percent_words, rate_words, yuan_text
from huimin.core.offline_terms import OfflineTerms, most_unseen_fen
from huimin.core.refusals import field_problem
from huimin.core.text_width import aligned
from huimin.core.words import BEARERS, ELIGIBILITIES, OUTLET_KINDS
from huimin.policies.budget_words import budget_words
from huimin.policies.dry_run import TOTAL, DryRun, OutletChange

STATES = ("draft", "approved", "published", "withdrawn")
BASE_WORDS = Words("policy_base", {"market_price": "市场价", "after_insurance": "医保后个人支付"})
COLUMNS = (
    *sentences("示范点", "类型", "交易笔数", "有变化", "不再优惠", "原优惠（元）", "新优惠（元）"),
    *sentences("增减（元）", "商户增减（元）", "政府增减（元）"),
)


def parse_rate(field: str, typed: str) -> int:
    """Parse per cent ("8%", "8.5") into basis points. Raises FieldProblems on `field`."""
    try:
        basis_points = Decimal(typed.strip().rstrip("%％")) * 100
        if basis_points == int(basis_points) and len(typed) <= 12:
            return int(basis_points)
    except (InvalidOperation, ValueError, OverflowError):
        pass
    raise field_problem(field, "百分比写作 8% 或 8.5%，最多两位小数（九二折是 8%）。")


def parse_amount(field: str, typed: str) -> int:
    """Parse 元 into fen. Raises FieldProblems on `field`."""
    try:
        return parse_yuan(typed)
    except ValueError:
        raise field_problem(field, "金额写作 20 或 20.00（元）。") from None


def scope_words(scope: str, value: str, outlet_name: str | None = None) -> Text:
    """The scope in words."""
    if scope == "kind":
        return text("{kind}类示范点", kind=OUTLET_KINDS.text(value))
    if scope == "eligibility":
        return text("{kind}持卡人", kind=ELIGIBILITIES.text(value))
    if scope == "outlet":
        return text("示范点 {name}", name=outlet_name or value)
    return text("全部")


def days_words(terms: PolicyTerms) -> Text:
    """The period in words."""
    if terms.ends_on:
        return text("{first} 至 {last}", first=terms.starts_on, last=terms.ends_on)
    return text("{first} 起", first=terms.starts_on)


def described(terms: PolicyTerms, state: str, language: str) -> list[tuple[Text, Text | str]]:
    """Every term of a policy as (label, words)."""
    none = text("无")
    caps = (
        (text("单笔上限"), terms.cap_redemption_fen),
        (text("每人每日上限"), terms.cap_card_day_fen),
        (text("每人每月上限"), terms.cap_card_month_fen),
    )
    minimum_fen, rate_bp = terms.minimum_spend_fen, terms.rate_bp
    rate = {"rate": rate_words(rate_bp, language), "percent": percent_words(rate_bp)}
    shares = {
        "merchant": percent_words(terms.merchant_share_bp),
        "government": percent_words(terms.government_share_bp),
    }
    return [
        (text("政策"), text("{name}（{code} 第 {version} 版）", **asdict(terms))),
        (text("编号"), terms.id),
        (text("状态"), words.STATES.text(state)),
        (text("日期"), days_words(terms)),
        (text("范围"), scope_words(terms.scope, terms.scope_value)),
        (text("优惠"), text("{rate}（优惠 {percent}）", **rate)),
        (text("计算基数"), BASE_WORDS.text(terms.base)),
        (text("取整"), text("到角") if terms.rounding_unit_fen == 10 else text("到分")),
        (text("最低消费"), money_text(minimum_fen) if minimum_fen else none),
        *((label, none if cap is None else money_text(cap)) for label, cap in caps),
        (text("不参加的商品"), "、".join(terms.excluded_categories) or none),
        (text("承担"), text("商户 {merchant}，政府 {government}", **shares)),
        (text("预算（政府承担）"), budget_words(terms)),
        *offline_described(terms.offline),
    ]


def offline_described(offline: OfflineTerms | None) -> list[tuple[Text, Text | str]]:
    """The terms for tills without network as (label, words)."""
    if offline is None:
        return [(text("离线收银"), text("不允许"))]
    cap_card = money_text(offline.cap_card_fen)
    return [
        (text("离线收银"), text("断网后 {hours} 小时内可用", hours=offline.hours)),
        (text("离线单笔上限"), money_text(offline.cap_redemption_fen)),
        (text("离线每卡上限"), text("{amount}（每台收银终端）", amount=cap_card)),
        (text("离线每台收银终端上限"), money_text(offline.cap_terminal_fen)),
        (text("离线风险"), BEARERS.text(offline.bearer)),
        (text("离线动态码"), text("允许") if offline.changing_code else text("不允许")),
        (text("设备时钟最多差"), text("{count} 分钟", count=offline.clock_minutes)),
        (text("直接入账的补传期限"), text("{count} 天", count=offline.send_days)),
        (
            text("须两人核定的待核优惠"),
            text("超过 {amount}", amount=money_text(offline.two_people_fen)),
        ),
        (
            text("一台收银终端作假，在有人看到以前最多能记入的优惠"),
            text(
                "一天 {day}，一个月（31 天）{month}",
                day=money_text(most_unseen_fen(offline, 1)),
                month=money_text(most_unseen_fen(offline, 31)),
            ),
        ),
    ]


def dry_run_table(result: DryRun, language: str) -> list[str]:
    """The dry run as lines of a text table, the total last."""
    heads = [say(head, language) for head in COLUMNS]
    rows = [_cells(each, language) for each in (*result.outlets, result.total)]
    left = [place < 2 for place in range(len(COLUMNS))]
    return list(aligned([heads, *rows], left))


def _cells(change: OutletChange, language: str) -> tuple[str, ...]:
    return (
        change.outlet_name if change.outlet_id else say(TOTAL, language),
        OUTLET_KINDS.say(change.outlet_kind, language),
        str(change.redemptions),
        str(change.changed),
        str(change.refused),
        yuan_text(change.discount_before_fen),
        yuan_text(change.discount_after_fen),
        _signed(change.discount_change_fen),
        _signed(change.merchant_share_change_fen),
        _signed(change.government_share_change_fen),
    )


def _signed(fen: int) -> str:
    return f"+{yuan_text(fen)}" if fen > 0 else yuan_text(fen)


def terms_dict(terms: PolicyTerms, row: dict[str, Any] | None = None) -> dict[str, Any]:
    """A policy for JSON: every term, and from its row the state, creation and publication."""
    values = asdict(terms)
    values["excluded_categories"] = list(terms.excluded_categories)
    for name in ("state", "created_at", "created_by", "published_at", "published_by"):
        if row is not None:
            values[name] = row[name]
    return values
