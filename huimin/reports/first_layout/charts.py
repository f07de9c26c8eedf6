"""The discount of a report as a picture, by any grouping.

Groups lie as bars under each other with their amounts; hours and weekdays stand as columns in their
order.
"""

from __future__ import annotations

from huimin.core.bar_charts import Axis, Bar
from huimin.core.chart_shapes import Chart
from huimin.core.money import money_text, yuan
from huimin.core.period_words import month_words
from huimin.core.words import GROUPING_NAMES
from huimin.ledger.groupings import GROUPINGS
from huimin.reports.chart_words import CHART
from huimin.reports.charts import column_labels
from huimin.reports.first_layout.bar_charts import (
    bars_below,
    columns_beside,
    sentence,
    titled,
)
from huimin.reports.monthly import MonthlyReport

# A chart with more bars than this says less than its table.
BARS_MAX = 12


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
            GROUPINGS[grouping].name_of(row.key, row.name, language),
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
        labels = column_labels(GROUPINGS[grouping], language)
        columns = [(label, bars.get(key)) for key, label in labels.items()]
        heading = CHART.say("hour", language) if grouping == "hour" else of
        plot = columns_beside(columns, axis, heading, legend)
    else:
        plot = bars_below([*bars.values()], axis, of, legend)
    return titled(title, "；".join(bar.says for bar in bars.values()), plot)


def _whole_yuan(fen: int) -> str:
    return yuan(fen).removesuffix(".00")
