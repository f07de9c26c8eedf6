"""Check every field of a draft, with the remedy in each refusal.

All problems are raised together, before anything is written.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from huimin.core.catalogue import text
from huimin.core.categories import KNOWN, known_code
from huimin.core.days import parse_day
from huimin.core.money import AMOUNT_FEN_MAX, BASIS_POINTS
from huimin.core.refusals import Problems
from huimin.core.words import ELIGIBILITIES, OUTLET_KINDS
from huimin.policies import queries
from huimin.policies.in_force import SCOPES
from huimin.policies.offline_checks import check_offline, is_whole
from huimin.storage.engine import Transaction

DEFAULT_EXCLUDED = ("tobacco", "alcohol", "prepaid_card")
BASES = ("market_price", "after_insurance")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
NAME_CHARACTERS_MAX = 60
CATEGORY_CHARACTERS_MAX = 40
BUDGET_FEN_MAX = 99_999_999_999
CAPS = ("cap_redemption_fen", "cap_card_day_fen", "cap_card_month_fen")

Fields = dict[str, Any]


def checked_fields(tx: Transaction, draft: Fields) -> Fields:
    """The draft's fields as columns of the table. Raises FieldProblems with all problems."""
    problems = Problems()
    fields = dict(draft)
    _check_words(fields, problems)
    _check_days(fields, problems)
    _check_rate(fields, problems)
    _check_amounts(fields, problems)
    _check_categories(fields, problems)
    kind = _check_scope(tx, fields, problems)
    _check_base(fields, kind, problems)
    check_offline(fields, problems)
    _check_budget(fields, problems)
    problems.finish()
    fields["government_share_bp"] = BASIS_POINTS - fields["merchant_share_bp"]
    return fields


def _check_words(fields: Fields, problems: Problems) -> None:
    if not isinstance(fields["code"], str) or not CODE.fullmatch(fields["code"]):
        problems.refuse("code", "政策代码用小写字母、数字和短横，40 字以内，例如 jiuerzhe。")
    name = fields["name"].strip() if isinstance(fields["name"], str) else ""
    fields["name"] = name
    if not name or len(name) > NAME_CHARACTERS_MAX or not name.isprintable():
        problems.refuse(
            "name",
            "请填写政策名称，{name_characters_max} 字以内，不含控制字符。",
            name_characters_max=NAME_CHARACTERS_MAX,
        )


def _check_days(fields: Fields, problems: Problems) -> None:
    for field in ("starts_on", "ends_on"):
        value = fields[field]
        if isinstance(value, date):
            fields[field] = value.isoformat()
        elif field == "starts_on" or value is not None:
            try:
                fields[field] = parse_day(value).isoformat()
            except (TypeError, ValueError):
                problems.refuse(field, "日期写作 2026-10-31。")
                fields[field] = None
    if fields["starts_on"] and fields["ends_on"] and fields["ends_on"] < fields["starts_on"]:
        problems.refuse("ends_on", "结束日期不能早于开始日期；不结束就不要填。")


def _check_rate(fields: Fields, problems: Problems) -> None:
    if not is_whole(fields["rate_bp"], 1, BASIS_POINTS):
        problems.refuse("rate_bp", "优惠幅度须在 0.01% 到 100% 之间；九二折是 8%（800 个基点）。")
    if not is_whole(fields["merchant_share_bp"], 0, BASIS_POINTS):
        problems.refuse("merchant_share_bp", "商户承担的部分须在 0% 到 100% 之间，其余由政府承担。")


def _check_amounts(fields: Fields, problems: Problems) -> None:
    if fields["rounding_unit_fen"] not in (1, 10):
        problems.refuse("rounding_unit_fen", "优惠金额只能取整到分（1）或角（10）。")
    if not is_whole(fields["minimum_spend_fen"], 0, AMOUNT_FEN_MAX):
        problems.refuse("minimum_spend_fen", "最低消费须在 0 到 1000000.00 元之间；没有就填 0。")
    for field in CAPS:
        if fields[field] is not None and not is_whole(fields[field], 1, AMOUNT_FEN_MAX):
            problems.refuse(field, "上限须在 0.01 到 1000000.00 元之间；没有上限就不要填。")
    _check_caps_fit(fields, problems)


def _check_caps_fit(fields: Fields, problems: Problems) -> None:
    caps = [fields[field] for field in CAPS]
    unit = fields["rounding_unit_fen"]
    if any(isinstance(cap, int) and 0 < cap < unit for cap in caps if unit == 10):
        problems.refuse(
            "rounding_unit_fen", "优惠取整到角时，上限不能小于 0.10 元，否则永远没有优惠。"
        )


def _check_budget(fields: Fields, problems: Problems) -> None:
    budget_fen = fields["budget_fen"]
    if budget_fen is None:
        return
    if not is_whole(budget_fen, 1, BUDGET_FEN_MAX):
        problems.refuse("budget_fen", "预算须在 0.01 到 999999999.99 元之间；没有预算就不要填。")
    elif fields["merchant_share_bp"] == BASIS_POINTS:
        problems.refuse(
            "budget_fen",
            "预算是政府承担的钱；这项政策全部由商户承担，请先写明政府承担的部分，或不填预算。",
        )


def _check_categories(fields: Fields, problems: Problems) -> None:
    typed = [str(category) for category in fields["excluded_categories"]]
    codes = {category: known_code(category) for category in typed}
    unknown = [category for category, code in codes.items() if code is None]
    fields["excluded_categories"] = sorted({code for code in codes.values() if code})
    if unknown:
        problems.refuse(
            "excluded_categories",
            "不认识这些商品类别：{categories}；认识的有 {known}。",
            categories=tuple(each[:CATEGORY_CHARACTERS_MAX] for each in unknown),
            known=KNOWN,
        )


def _check_scope(tx: Transaction, fields: Fields, problems: Problems) -> str | None:
    """Check scope and value; returns the outlet kind that it is limited to, if any."""
    scope, value = fields["scope"], fields["scope_value"]
    if scope == "kind" and value in OUTLET_KINDS:
        return str(value)
    if scope == "outlet":
        outlet = queries.outlet_for_scope(tx, id=value) if _clean(value) else None
        if outlet:
            return str(outlet["kind"])
    hints = {
        "all": text("适用于全部时不填范围值。"),
        "kind": text("示范点类型只能是：{kinds}。", kinds=tuple(OUTLET_KINDS)),
        "eligibility": text("保障类别只能是：{kinds}。", kinds=tuple(ELIGIBILITIES)),
        "outlet": text("没有这个示范点，请填示范点编号。"),
    }
    if scope not in SCOPES:
        problems.refuse(
            "scope",
            "适用范围只能是 all（全部）、kind（示范点类型）、outlet（示范点）、"
            "eligibility（保障类别）。",
        )
    elif not (scope == "all" and value == "") and not (
        scope == "eligibility" and value in ELIGIBILITIES
    ):
        problems.refuse("scope_value", hints[scope])
    return None


def _check_base(fields: Fields, kind: str | None, problems: Problems) -> None:
    if fields["base"] is None:
        fields["base"] = "after_insurance" if kind == "hospital" else "market_price"
    if fields["base"] not in BASES:
        problems.refuse(
            "base", "计算基数只能是 market_price（市场价）或 after_insurance（医保后个人支付）。"
        )
    elif kind == "hospital" and fields["base"] == "market_price":
        problems.refuse("base", "医院的优惠按医保后个人支付部分计算，请填 after_insurance。")


def _clean(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= 64
