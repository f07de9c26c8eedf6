"""The discount of a report as pictures: by any grouping, and of the twelve months up to it.

Groups lie as bars under each other with their amounts; hours, weekdays and months stand as columns
in their order. A drawing is made as wide as the place where it will stand.
"""

from __future__ import annotations

from collections.abc import Mapping

from huimin.core.bar_charts import (
    NARROW,
    THIRD,
    WIDE,
    Axis,
    Bar,
    bars_below,
    columns_beside,
    sentence,
    titled,
)
from huimin.core.catalogue import Words, say
from huimin.core.chart_shapes import Chart
from huimin.core.chart_svg import chart_svg
from huimin.core.money import half_up, money_text, yuan
from huimin.core.period_words import month_words
from huimin.core.words import GROUPING_NAMES
from huimin.ledger.groupings import GROUPINGS, Grouping
from huimin.reports.chart_words import CHART
from huimin.reports.monthly import MonthlyReport

# A chart with more bars than this says less than its table; on the first screen there are fewer.
BARS_MAX, BARS_FEW = 12, 6
# Of 24 hours every third is written, so that they don't run into each other.
LABEL_STEP = 3
ENGLISH_LETTERS = 3
# 万元 and 亿元, as an office says large sums; English counts in thousands.
FEW_TENTHS = 100  # below 10 a tenth is worth its room
LARGE_FEN, LARGEST_FEN, THOUSAND_FEN = 1_000_000, 10_000_000_000, 100_000


def report_chart(
    report: MonthlyReport,
    language: str = "zh_Hans",
    grouping: str = "kind",
    *,
    width: float = WIDE,
    bars_max: int = BARS_MAX,
    dated: bool = True,
) -> Chart:
    """The chart of a grouping; of a long one, its `bars_max` rows with the most discount.

    `dated`: its title says of which month it is.
    """
    rows = [row for row in report.rows(grouping) if row.redemptions or row.reversals]
    in_columns = GROUPINGS[grouping].chart == "columns"
    cut = len(rows) > bars_max and not in_columns
    if not in_columns and (cut or GROUPINGS[grouping].named in ("outlet", "merchant")):
        rows = sorted(rows, key=lambda row: -row.discount_fen)[:bars_max]
    title = (_title if dated else undated_title)(report, language, grouping)
    if cut:
        title += CHART.say("first", language, count=bars_max)
    if not rows:
        nothing = CHART.say("none", language)
        return titled(title, nothing, sentence(nothing), width)
    bars = {
        row.key: Bar(
            GROUPINGS[grouping].name_of(row.key, row.name, language),
            row.discount_fen,
            money_text(row.discount_fen),
            compared=row.previous.discount_fen,
        )
        for row in rows
    }
    axis = Axis.over(CHART.say("axis", language), _whole_yuan, bars.values())
    legend = _legend(report, language)
    if in_columns:
        labels = column_labels(GROUPINGS[grouping], language)
        columns = [(label, bars.get(key)) for key, label in labels.items()]
        plot = columns_beside(columns, axis, legend, width)
    else:
        plot = bars_below([*bars.values()], axis, legend, width)
    return titled(title, "；".join(bar.says for bar in bars.values()), plot, width)


def months_chart(report: MonthlyReport, language: str = "zh_Hans", *, width: float = WIDE) -> Chart:
    """The discount of each month up to the report's; one that still runs is light."""
    title = CHART.say("months", language, count=len(report.months))
    bars = [
        Bar(
            month_words(each.month, language),
            each.discount_fen,
            money_text(each.discount_fen),
            partial=report.as_of is not None and each.month == report.month,
        )
        for each in report.months
    ]
    axis = Axis.over(CHART.say("axis", language), _whole_yuan, bars)
    if width < THIRD:
        plot = bars_below(bars, axis, None, width)
    else:
        labels = [_month_label(each.month, language) for each in report.months]
        short = [_large(bar.value, language) for bar in bars]
        plot = columns_beside([*zip(labels, bars, strict=True)], axis, None, width, short)
    return titled(title, "；".join(bar.says for bar in bars), plot, width)


def chart_svgs(
    report: MonthlyReport, language: str, grouping: str, *, first_screen: bool = False
) -> str:
    """The chart of a grouping, or "months", as two `<svg>` elements: for a desk and for a phone.

    On the `first_screen` three stand beside each other, each with its first few bars.
    """
    parts = []
    wide = (THIRD if first_screen else WIDE, "chart-wide")
    for width, look in (wide, (NARROW, "chart-narrow")):
        if grouping == "months":
            chart = months_chart(report, language, width=width)
        else:
            chart = report_chart(
                report,
                language,
                grouping,
                width=width,
                bars_max=BARS_FEW if first_screen else BARS_MAX,
                dated=not first_screen,
            )
        parts.append(chart_svg(chart, look))
    return "\n".join(parts)


def undated_title(_report: MonthlyReport, language: str, grouping: str) -> str:
    """The title of a chart that stands under its month."""
    of = GROUPING_NAMES.say(grouping, language)
    return say(
        "优惠金额（元，按{grouping}）", language, grouping=of.lower() if language == "en" else of
    )


def _title(report: MonthlyReport, language: str, grouping: str) -> str:
    of = GROUPING_NAMES.say(grouping, language)
    return CHART.say(
        "title",
        language,
        month=month_words(report.month, language),
        grouping=of.lower() if language == "en" else of,
    )


def _legend(report: MonthlyReport, language: str) -> tuple[str, str] | None:
    """Of the period and the one before; None where that has nothing to be compared with."""
    if not report.has("previous"):
        return None
    if not report.period.month:
        return CHART.say("this_range", language), CHART.say("before_range", language)
    before = "same_days_before" if report.as_of else "before"
    return CHART.say("this", language), CHART.say(before, language)


def column_labels(grouping: Grouping, language: str) -> dict[str, str]:
    """What is written under each column, also under those without a row."""
    names: Mapping[str, str] = {} if isinstance(grouping.named, str) else grouping.named
    if not isinstance(names, Words):
        return {key: "" if place % LABEL_STEP else key for place, key in enumerate(names)}
    letters = ENGLISH_LETTERS if language == "en" else None
    return {key: names.say(key, language)[:letters] for key in names}


def _month_label(month: str, language: str) -> str:
    return month[2:] if language == "en" else CHART.say("month", language, number=int(month[5:]))


def _large(fen: int, language: str) -> str:
    """A sum in few letters: 14671704 → "14.7万", in English "147k"; small ones in whole yuan."""
    if abs(fen) < LARGE_FEN:
        return f"{fen // 100:,}"
    if language == "en":
        return f"{half_up(fen, THOUSAND_FEN):,}k"
    name, unit = ("large", LARGE_FEN) if abs(fen) < LARGEST_FEN else ("largest", LARGEST_FEN)
    tenths = half_up(fen * 10, unit)
    amount = f"{'-' if tenths < 0 else ''}{abs(tenths) // 10:,}"
    if abs(tenths) < FEW_TENTHS:
        amount += f".{abs(tenths) % 10}"
    return CHART.say(name, language, amount=amount)


def _whole_yuan(fen: int) -> str:
    whole = yuan(fen).removesuffix(".00")
    return f"{int(whole):,}" if whole.lstrip("-").isdigit() else whole
