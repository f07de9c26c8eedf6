"""The discount of a report as a picture, by any grouping; and the same as SVG for a page.

Groups lie as bars under each other with their amounts; hours and weekdays stand as columns in their
order.
"""

from __future__ import annotations

from huimin.core.chart_shapes import Chart, Words
from huimin.core.chart_svg import chart_svg
from huimin.core.period_words import month_words
from huimin.core.text_width import display_width
from huimin.ledger.groupings import GROUPINGS
from huimin.reports.bar_chart import BarPlot
from huimin.reports.chart_scale import amount_text, name_of
from huimin.reports.chart_words import chart_word
from huimin.reports.column_chart import ColumnPlot
from huimin.reports.monthly import MonthlyReport
from huimin.reports.wording import grouping_word

# A chart with more bars than this says less than its table.
BARS_MAX = 12
TITLE_SIZE_MIN, TITLE_SIZE_MAX, TITLE_MARGIN = 9, 15, 10


def report_chart(report: MonthlyReport, language: str = "zh_Hans", grouping: str = "kind") -> Chart:
    """The chart of a grouping; of a long one, its BARS_MAX rows with the most discount."""
    rows = [row for row in report.rows(grouping) if row.redemptions or row.reversals]
    columns = GROUPINGS[grouping].chart == "columns"
    cut = len(rows) > BARS_MAX and not columns
    if cut:
        rows = sorted(rows, key=lambda row: -row.discount_fen)[:BARS_MAX]
    of = grouping_word(grouping, language)
    title = chart_word("title", language).format(
        month=month_words(report.month, language), grouping=of.lower() if language == "en" else of
    )
    if cut:
        title += chart_word("first", language).format(count=BARS_MAX)
    described = "；".join(f"{name_of(row, grouping, language)} {amount_text(row)}" for row in rows)
    plot = (ColumnPlot if columns else BarPlot)(
        rows, grouping, language, ranged=report.period.month is None
    )
    return Chart(
        title=title,
        description=described or chart_word("none", language),
        width=plot.width,
        height=plot.height,
        shapes=(
            Words(plot.width / 2, 22, title, "middle", _title_size(title, plot.width), True),
            *plot.shapes(),
        ),
    )


def _title_size(title: str, width: float) -> int:
    """The largest size at which the title stays within the drawing; a place is half of it wide."""
    fits = int(2 * (width - TITLE_MARGIN) / display_width(title))
    return max(TITLE_SIZE_MIN, min(TITLE_SIZE_MAX, fits))


def month_chart_svg(
    report: MonthlyReport, language: str = "zh_Hans", grouping: str = "kind"
) -> str:
    """The chart as an `<svg>` element."""
    return chart_svg(report_chart(report, language, grouping))
