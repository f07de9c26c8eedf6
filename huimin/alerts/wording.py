"""The rules in plain words, in three languages: what each is called, what it means, what was found.

Whoever reads an alert has to decide about people, so the words say what the rule counts, where its
limit lies, and what an innocent reason may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from huimin.alerts.rules import LIMITS
from huimin.core.catalogue import say
from huimin.core.money import money_text


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule's name, its meaning with the limits filled in, and a finding with its numbers."""

    name: str
    meaning: str
    finding: str
    innocent: str


RULES: dict[str, RuleWords] = {
    "far_apart": RuleWords(
        "同卡异地",
        "同一张卡在 {far_apart_minutes} 分钟内出现在两个不同的乡镇（县城各街道算一处）。",
        "两次使用相隔 {minutes} 分钟。",
        "也可能是家人各在一处，或收银终端的时钟不准。",
    ),
    "repeated_card": RuleWords(
        "同一收银员反复用卡",
        "同一张卡一天内由同一收银员（未报收银员时为同一收银终端）使用 {repeated_uses} 次以上。",
        "当天共 {times} 次。",
        "也可能是顾客分几次购买，或先撤销后重开。",
    ),
    "round_amounts": RuleWords(
        "连续整数金额",
        "同一收银终端一天内连续 {round_run} 笔以上，金额都是 {round_unit} 的整数倍（每笔不少于 "
        "{round_least}）。",
        "连续 {times} 笔。",
        "也可能是定价就是整数的商品，例如校服、饭卡、挂号费。",
    ),
    "split_sale": RuleWords(
        "拆单",
        "同一张卡 {split_minutes} 分钟内在同一示范点分几笔结算，优惠合计超过了单笔上限。",
        "{times} 笔优惠合计 {total}，单笔上限 {cap}。",
        "也可能是顾客想起还要买别的。",
    ),
    "off_hours": RuleWords(
        "非营业时间",
        "交易或退货发生在示范点的营业时间之外（前后各宽限 {off_hours_grace_minutes} 分钟；"
        "没有填写营业时间的，按 06:00–23:00 算，医院按全天算）。",
        "{time} 发生，营业时间 {hours}。",
        "也可能是营业时间填得不对，请先核对示范点资料。",
    ),
    "typed_misses": RuleWords(
        "反复输入不存在的卡号",
        "同一收银终端 {miss_minutes} 分钟内 {misses_of_till} 次以上输入的卡号对不上（没有这张卡，"
        "或有一位不对）；分散在同一示范点几台收银终端的，{misses_of_outlet} 次以上。",
        "{minutes} 分钟内 {times} 次。",
        "也可能是卡面磨损看不清，或键盘有个键失灵。",
    ),
    "shelf_price": RuleWords(
        "货架价格偏离",
        "同一种商品在同一个月有 {price_outlets} 家以上的价格时，一家的价格和中位数的差，超过中位数"
        "绝对偏差（MAD×1.4826）的 {price_deviations} 倍，并且超过中位数的 {price_least_percent}%。",
        "{good}：{price}，{outlets} 家的中位数是 {median}。",
        "也可能是记错了价格或规格，或者是临期处理。",
    ),
}


def rule_name(rule: str, language: str = "zh_Hans") -> str:
    """What the rule is called."""
    return say(RULES[rule].name, language)


def rule_meaning(rule: str, language: str = "zh_Hans") -> str:
    """What the rule counts, and from where on; with the limits of today."""
    limits = asdict(LIMITS) | {
        "round_unit": money_text(LIMITS.round_unit_fen),
        "round_least": money_text(LIMITS.round_least_fen),
    }
    return say(RULES[rule].meaning, language, **limits)


def rule_innocent(rule: str, language: str = "zh_Hans") -> str:
    """What else it may have been."""
    return say(RULES[rule].innocent, language)


def found_words(rule: str, numbers: Mapping[str, Any], language: str = "zh_Hans") -> str:
    """What was found, with the numbers of the alert."""
    numbers_in_words = {
        name.removesuffix("_fen"): money_text(value) if name.endswith("_fen") else value
        for name, value in numbers.items()
    }
    return say(RULES[rule].finding, language, **numbers_in_words)
