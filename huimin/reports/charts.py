"""The discount of a report as a picture, by any grouping; and the same as SVG for a page.

Groups lie as bars under each other with their amounts; hours and weekdays stand as columns in their
order.
"""

from __future__ import annotations

from huimin.core.bar_charts import Axis, Bar, bars_below, columns_beside, sentence, titled
from huimin.core.chart_shapes import Chart
from huimin.core.chart_svg import chart_svg
from huimin.core.money import money_text, yuan
from huimin.core.period_words import month_words
from huimin.core.words import GROUPING_NAMES
from huimin.ledger.groupings import GROUPINGS
from huimin.reports.chart_words import CHART
from huimin.reports.monthly import MonthlyReport
from huimin.reports.wording import KEY_NAMES, name_of_group

# A chart with more bars than this says less than its table.
BARS_MAX = 12
# Of 24 hours every third is written, so that they don't run into each other.
HOURS, HOUR_STEP = range(24), 3
ENGLISH_LETTERS = 3


def report_chart(report: MonthlyReport, language: str = "zh_Hans", grouping: str = "kind") -> Chart:
    """The chart of a grouping; of a long one, its BARS_MAX rows with the most discount."""
    rows = [row for row in report.rows(grouping) if row.redemptions or row.reversals]
    in_columns = GROUPINGS[grouping].chart == "columns"
    cut = len(rows) > BARS_MAX and not in_columns
    if cut:
        rows = sorted(rows, key=lambda row: -row.discount_fen)[:BARS_MAX]
    of = GROUPING_NAMES.say(grouping, language)
    title = CHART.say(
        "title",
        language,
        month=month_words(report.month, language),
        grouping=of.lower() if language == "en" else of,
    )
    if cut:
        title += CHART.say("first", language, count=BARS_MAX)
    if not rows:
        nothing = CHART.say("none", language)
        return titled(title, nothing, sentence(nothing, columns=in_columns))
    bars = {
        row.key: Bar(
            name_of_group(grouping, row.key, row.name, language),
            row.discount_fen,
            money_text(row.discount_fen),
            compared=row.previous.discount_fen,
        )
        for row in rows
    }
    axis = Axis.over(CHART.say("axis", language), _whole_yuan, bars.values())
    which = "" if report.period.month else "_range"
    legend = (CHART.say(f"this{which}", language), CHART.say(f"before{which}", language))
    if in_columns:
        columns = [(label, bars.get(key)) for key, label in _labels(grouping, language).items()]
        heading = CHART.say("hour", language) if GROUPINGS[grouping].named == "hour" else of
        plot = columns_beside(columns, axis, heading, legend)
    else:
        plot = bars_below([*bars.values()], axis, of, legend)
    return titled(title, "；".join(bar.says for bar in bars.values()), plot)


def month_chart_svg(
    report: MonthlyReport, language: str = "zh_Hans", grouping: str = "kind"
) -> str:
    """The chart as an `<svg>` element."""
    return chart_svg(report_chart(report, language, grouping))


def _labels(grouping: str, language: str) -> dict[str, str]:
    """Of every hour or weekday, those without a row as well: what is written under its column."""
    if GROUPINGS[grouping].named == "hour":
        return {str(hour): str(hour) if hour % HOUR_STEP == 0 else "" for hour in HOURS}
    words = {key: name_of_group(grouping, key, key, language) for key in KEY_NAMES[grouping]}
    letters = ENGLISH_LETTERS if language == "en" else None
    return {key: word[:letters] for key, word in words.items()}


def _whole_yuan(fen: int) -> str:
    return yuan(fen).removesuffix(".00")
