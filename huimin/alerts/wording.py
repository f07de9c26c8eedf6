"""The rules in plain words, in three languages: what each is called, what it means, what was found.

Whoever reads an alert has to decide about people, so the words say what the rule counts, where its
limit lies, and what an innocent reason may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from huimin.alerts.rules import LIMITS
from huimin.core.money import money_text
from huimin.core.refusal_words import Words
from huimin.core.refusals import word_of


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule's name, its meaning with the limits filled in, and a finding with its numbers."""

    name: Words
    meaning: Words
    found: Words
    innocent: Words


RULES: dict[str, RuleWords] = {
    "far_apart": RuleWords(
        ("同卡异地", "同卡異地", "One card, two towns"),
        (
            "同一张卡在 {far_apart_minutes} 分钟内出现在两个不同的乡镇（县城各街道算一处）。",
            "同一張卡在 {far_apart_minutes} 分鐘內出現在兩個不同的鄉鎮（縣城各街道算一處）。",
            "The same card was used in two towns within {far_apart_minutes} minutes (the streets "
            "of the county seat count as one place).",
        ),
        (
            "两次使用相隔 {minutes} 分钟。",
            "兩次使用相隔 {minutes} 分鐘。",
            "The two uses are {minutes} minutes apart.",
        ),
        (
            "也可能是家人各在一处，或收银终端的时钟不准。",
            "也可能是家人各在一處，或收銀終端的時鐘不準。",
            "Family members may have been in both places, or a till's clock was wrong.",
        ),
    ),
    "repeated_card": RuleWords(
        ("同一收银员反复用卡", "同一收銀員反覆用卡", "One cashier, one card, many times"),
        (
            "同一张卡一天内由同一收银员（未报收银员时为同一终端）使用 {repeated_uses} 次以上。",
            "同一張卡一天內由同一收銀員（未報收銀員時為同一終端）使用 {repeated_uses} 次以上。",
            "The same card was used {repeated_uses} times or more on one day by the same cashier "
            "(or at the same till where it names no cashier).",
        ),
        (
            "当天共 {times} 次。",
            "當天共 {times} 次。",
            "{times} times on that day.",
        ),
        (
            "也可能是顾客分几次购买，或先撤销后重开。",
            "也可能是顧客分幾次購買，或先撤銷後重開。",
            "The customer may have come back several times, or sales were undone and made again.",
        ),
    ),
    "round_amounts": RuleWords(
        ("连续整数金额", "連續整數金額", "A run of even amounts"),
        (
            "同一终端一天内连续 {round_run} 笔以上，金额都是 {round_unit} 的整数倍（每笔不少于 "
            "{round_least}）。",
            "同一終端一天內連續 {round_run} 筆以上，金額都是 {round_unit} 的整數倍（每筆不少於 "
            "{round_least}）。",
            "{round_run} or more sales in a row at one till were whole multiples of {round_unit} "
            "(each at least {round_least}).",
        ),
        (
            "连续 {times} 笔。",
            "連續 {times} 筆。",
            "{times} sales in a row.",
        ),
        (
            "也可能是定价就是整数的商品，例如校服、饭卡、挂号费。",
            "也可能是定價就是整數的商品，例如校服、飯卡、掛號費。",
            "The goods may simply have even prices, such as uniforms or registration fees.",
        ),
    ),
    "split_sale": RuleWords(
        ("拆单", "拆單", "A sale split under the cap"),
        (
            "同一张卡 {split_minutes} 分钟内在同一示范点分几笔结算，优惠合计超过了单笔上限。",
            "同一張卡 {split_minutes} 分鐘內在同一示範點分幾筆結算，優惠合計超過了單筆上限。",
            "The same card paid several times at one outlet within {split_minutes} minutes, and "
            "the discounts together exceed the cap of one sale.",
        ),
        (
            "{times} 笔优惠合计 {total}，单笔上限 {cap}。",
            "{times} 筆優惠合計 {total}，單筆上限 {cap}。",
            "{times} sales with {total} of discount together; the cap of one sale is {cap}.",
        ),
        (
            "也可能是顾客想起还要买别的。",
            "也可能是顧客想起還要買別的。",
            "The customer may have remembered something else to buy.",
        ),
    ),
    "off_hours": RuleWords(
        ("非营业时间", "非營業時間", "Outside opening hours"),
        (
            "交易或退货发生在示范点的营业时间之外（前后各宽限 {off_hours_grace_minutes} 分钟；"
            "没有填写营业时间的，按 06:00–23:00 算，医院按全天算）。",
            "交易或退貨發生在示範點的營業時間之外（前後各寬限 {off_hours_grace_minutes} 分鐘；"
            "沒有填寫營業時間的，按 06:00–23:00 算，醫院按全天算）。",
            "A sale or return while the outlet was closed ({off_hours_grace_minutes} minutes of "
            "grace on either side; where no hours are entered, 06:00–23:00, hospitals all day).",
        ),
        (
            "{time} 发生，营业时间 {hours}。",
            "{time} 發生，營業時間 {hours}。",
            "It happened at {time}; opening hours {hours}.",
        ),
        (
            "也可能是营业时间填得不对，请先核对示范点资料。",
            "也可能是營業時間填得不對，請先核對示範點資料。",
            "The hours on record may be wrong; check the outlet's page first.",
        ),
    ),
}


def rule_name(rule: str, language: str = "zh_Hans") -> str:
    """What the rule is called."""
    return word_of(RULES[rule].name, language)


def rule_meaning(rule: str, language: str = "zh_Hans") -> str:
    """What the rule counts, and from where on; with the limits of today."""
    limits = asdict(LIMITS) | {
        "round_unit": money_text(LIMITS.round_unit_fen),
        "round_least": money_text(LIMITS.round_least_fen),
    }
    return word_of(RULES[rule].meaning, language).format_map(limits)


def rule_innocent(rule: str, language: str = "zh_Hans") -> str:
    """What else it may have been."""
    return word_of(RULES[rule].innocent, language)


def found_words(rule: str, numbers: Mapping[str, Any], language: str = "zh_Hans") -> str:
    """What was found, with the numbers of the alert."""
    said = {
        name.removesuffix("_fen"): money_text(value) if name.endswith("_fen") else value
        for name, value in numbers.items()
    }
    return word_of(RULES[rule].found, language).format_map(said)
