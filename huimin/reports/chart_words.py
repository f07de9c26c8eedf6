"""What stands on a chart beside the names of its groups, in each language."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "title": {
        "zh_Hans": "{month}优惠金额（按{grouping}）",
        "zh_Hant": "{month}優惠金額（按{grouping}）",
        "en": "Discount in {month} by {grouping}",
    },
    "first": {
        "zh_Hans": "，前 {count} 名",
        "zh_Hant": "，前 {count} 名",
        "en": ", the first {count}",
    },
    "axis": {"zh_Hans": "优惠金额（元）", "zh_Hant": "優惠金額（元）", "en": "Discount (yuan)"},
    "this": {"zh_Hans": "本月", "zh_Hant": "本月", "en": "This month"},
    "before": {"zh_Hans": "上月", "zh_Hant": "上月", "en": "Month before"},
    "this_range": {"zh_Hans": "本期", "zh_Hant": "本期", "en": "These days"},
    "before_range": {"zh_Hans": "上期", "zh_Hant": "上期", "en": "As many before"},
    "hour": {"zh_Hans": "时段（时）", "zh_Hant": "時段（時）", "en": "Hour of the day"},
    "none": {
        "zh_Hans": "这段时间没有优惠交易。",
        "zh_Hant": "這段時間沒有優惠交易。",
        "en": "No discount was given in this time.",
    },
}


def chart_word(name: str, language: str) -> str:
    """One of WORDS in the language."""
    words = WORDS[name]
    return words.get(language, words["zh_Hans"])
