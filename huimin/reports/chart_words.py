"""What stands on a chart beside the names of its groups."""

from __future__ import annotations

from huimin.core.catalogue import Words

CHART = Words(
    "chart",
    {
        "title": "{month}优惠金额（按{grouping}）",
        "first": "，前 {count} 名",
        "axis": "优惠金额（元）",
        "this": "本月",
        "before": "上月",
        "this_range": "本期",
        "before_range": "上期",
        "hour": "时段（时）",
        "same_days_before": "上月同期",
        "months": "近 {count} 个月优惠金额（元）",
        "month": "{number}月",
        "large": "{amount}万",
        "largest": "{amount}亿",
        "none": "这段时间没有优惠交易。",
    },
)
