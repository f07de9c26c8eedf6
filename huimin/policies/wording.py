"""Policies in words and tables for the command line, and parsing what people type.

Rates are typed and shown as per cent, money as 元, scopes as `kind:hospital`.
"""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any

from huimin.core.discount import PolicyTerms
from huimin.core.money import money_text, parse_yuan, percent_words, rate_words, yuan
from huimin.core.offline_terms import OfflineTerms
from huimin.core.refusals import field_problem
from huimin.core.text_width import aligned
from huimin.core.words import BEARERS, ELIGIBILITIES, OUTLET_KINDS
from huimin.policies.dry_run import DryRun, OutletChange

STATE_WORDS = {
    "draft": "草稿",
    "approved": "已通过",
    "published": "已发布",
    "withdrawn": "已撤回",
}
BASE_WORDS = {"market_price": "市场价", "after_insurance": "医保后个人支付"}
COLUMNS = (
    "网点",
    "类型",
    "交易笔数",
    "有变化",
    "不再优惠",
    "原优惠（元）",
    "新优惠（元）",
    "增减（元）",
    "商户增减（元）",
    "政府增减（元）",
)


def parse_rate(field: str, text: str) -> int:
    """Parse per cent ("8%", "8.5") into basis points. Raises FieldProblems on `field`."""
    try:
        basis_points = Decimal(text.strip().rstrip("%％")) * 100
        if basis_points == int(basis_points) and len(text) <= 12:
            return int(basis_points)
    except (InvalidOperation, ValueError, OverflowError):
        pass
    raise field_problem(
        field,
        "百分比写作 8% 或 8.5%，最多两位小数（九二折是 8%）。",
    )


def parse_amount(field: str, text: str) -> int:
    """Parse 元 into fen. Raises FieldProblems on `field`."""
    try:
        return parse_yuan(text)
    except ValueError:
        raise field_problem(field, "金额写作 20 或 20.00（元）。") from None


def scope_words(scope: str, value: str, outlet_name: str | None = None) -> str:
    """The scope in words."""
    if scope == "kind":
        return f"{OUTLET_KINDS.say(value)}类网点"
    if scope == "eligibility":
        return f"{ELIGIBILITIES.say(value)}持卡人"
    if scope == "outlet":
        return f"网点 {outlet_name or value}"
    return "全部"


def days_words(terms: PolicyTerms) -> str:
    """The period in words."""
    return f"{terms.starts_on} 至 {terms.ends_on}" if terms.ends_on else f"{terms.starts_on} 起"


def described(terms: PolicyTerms, state: str) -> list[tuple[str, str]]:
    """Every term of a policy as (label, words)."""
    caps = (
        ("单笔上限", terms.cap_redemption_fen),
        ("每人每日上限", terms.cap_card_day_fen),
        ("每人每月上限", terms.cap_card_month_fen),
    )
    return [
        ("政策", f"{terms.name}（{terms.code} 第 {terms.version} 版）"),
        ("编号", terms.id),
        ("状态", STATE_WORDS[state]),
        ("日期", days_words(terms)),
        ("范围", scope_words(terms.scope, terms.scope_value)),
        ("优惠", f"{rate_words(terms.rate_bp)}（优惠 {percent_words(terms.rate_bp)}）"),
        ("计算基数", BASE_WORDS[terms.base]),
        ("取整", "到角" if terms.rounding_unit_fen == 10 else "到分"),
        ("最低消费", money_text(terms.minimum_spend_fen) if terms.minimum_spend_fen else "无"),
        *((label, "无" if cap is None else money_text(cap)) for label, cap in caps),
        ("不参加的商品", "、".join(terms.excluded_categories) or "无"),
        (
            "承担",
            f"商户 {percent_words(terms.merchant_share_bp)}，"
            f"政府 {percent_words(terms.government_share_bp)}",
        ),
        *offline_described(terms.offline),
    ]


def offline_described(offline: OfflineTerms | None) -> list[tuple[str, str]]:
    """The terms for tills without network as (label, words)."""
    if offline is None:
        return [("离线收银", "不允许")]
    return [
        ("离线收银", f"断网后 {offline.hours} 小时内可用"),
        ("离线单笔上限", money_text(offline.cap_redemption_fen)),
        ("离线每卡上限", f"{money_text(offline.cap_card_fen)}（每台终端）"),
        ("离线每台终端上限", money_text(offline.cap_terminal_fen)),
        ("离线风险", BEARERS[offline.bearer]),
        ("离线动态码", "允许" if offline.changing_code else "不允许"),
    ]


def dry_run_table(result: DryRun) -> list[str]:
    """The dry run as lines of a text table, the total last."""
    rows = [_cells(each) for each in (*result.outlets, result.total)]
    left = [place < 2 for place in range(len(COLUMNS))]
    return list(aligned([COLUMNS, *rows], left))


def _cells(change: OutletChange) -> tuple[str, ...]:
    return (
        change.outlet_name,
        OUTLET_KINDS.say(change.outlet_kind),
        str(change.redemptions),
        str(change.changed),
        str(change.refused),
        yuan(change.discount_before_fen),
        yuan(change.discount_after_fen),
        _signed(change.discount_change_fen),
        _signed(change.merchant_share_change_fen),
        _signed(change.government_share_change_fen),
    )


def _signed(fen: int) -> str:
    return f"+{yuan(fen)}" if fen > 0 else yuan(fen)


def terms_dict(terms: PolicyTerms, row: dict[str, Any] | None = None) -> dict[str, Any]:
    """A policy for JSON: every term, and from its row the state, creation and publication."""
    values = asdict(terms)
    values["excluded_categories"] = list(terms.excluded_categories)
    for name in ("state", "created_at", "created_by", "published_at", "published_by"):
        if row is not None:
            values[name] = row[name]
    return values
