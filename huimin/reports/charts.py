"""The discount of a report as a picture, by any grouping; and the same as SVG for a page.

Groups lie as bars under each other with their amounts; hours and weekdays stand as columns in their
order. The SVG has presentation attributes only, no style and no script, so that the strictest
content policy shows it; a page puts the data as a table beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from huimin.reports.bar_chart import BarPlot
from huimin.reports.chart_shapes import Box, Chart, Line, Shape, Words, amount_text, name_of
from huimin.reports.chart_words import chart_word
from huimin.reports.column_chart import ColumnPlot
from huimin.reports.columns import display_width
from huimin.reports.monthly import MonthlyReport
from huimin.reports.wording import grouping_word, month_words

ACCENT = "#0B6E4F"
# A chart with more bars than this says less than its table.
BARS_MAX = 12
TITLE_SIZE_MIN, TITLE_SIZE_MAX, TITLE_MARGIN = 9, 15, 10
COLUMN_GROUPINGS = ("weekday", "hour")


def report_chart(report: MonthlyReport, language: str = "zh_Hans", grouping: str = "kind") -> Chart:
    """The chart of a grouping; of a long one, its BARS_MAX rows with the most discount."""
    rows = [row for row in report.rows(grouping) if row.redemptions or row.reversals]
    cut = len(rows) > BARS_MAX and grouping not in COLUMN_GROUPINGS
    if cut:
        rows = sorted(rows, key=lambda row: -row.discount_fen)[:BARS_MAX]
    of = grouping_word(grouping, language)
    title = chart_word("title", language).format(
        month=month_words(report.month, language), grouping=of.lower() if language == "en" else of
    )
    if cut:
        title += chart_word("first", language).format(count=BARS_MAX)
    described = "；".join(f"{name_of(row, grouping, language)} {amount_text(row)}" for row in rows)
    plot = (ColumnPlot if grouping in COLUMN_GROUPINGS else BarPlot)(
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
    """The chart as an `<svg>` element; every text in it is escaped."""
    chart = report_chart(report, language, grouping)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
            f'viewBox="0 0 {chart.width:g} {chart.height:g}" width="{chart.width:g}" '
            f'height="{chart.height:g}" font-family="sans-serif" font-size="13" '
            f'fill="currentColor" aria-label="{escape(chart.title)}">',
            f"<title>{escape(chart.title)}</title>",
            f"<desc>{escape(chart.description)}</desc>",
            *(line for shape in chart.shapes for line in _svg(shape)),
            "</svg>",
        ]
    )


def _svg(shape: Shape) -> Iterator[str]:
    if isinstance(shape, Words):
        weight = ' font-weight="bold"' if shape.bold else ""
        yield (
            f'<text x="{shape.x:g}" y="{shape.y:g}" text-anchor="{shape.anchor}" '
            f'font-size="{shape.size}"{weight}>{escape(shape.text)}</text>'
        )
    elif isinstance(shape, Line):
        yield (
            f'<line x1="{shape.x1:g}" y1="{shape.y1:g}" x2="{shape.x2:g}" y2="{shape.y2:g}" '
            f'stroke="currentColor" stroke-opacity="{1 if shape.strong else 0.2}"/>'
        )
    else:
        yield from _box(shape)


def _box(box: Box) -> Iterator[str]:
    look = f'fill="{ACCENT}"' if box.full else 'fill="none" stroke="currentColor"'
    rect = f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" {look}'
    yield f"{rect}><title>{escape(box.says)}</title></rect>" if box.says else f"{rect}/>"
