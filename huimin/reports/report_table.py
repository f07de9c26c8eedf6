"""A report as lines of a terminal: its cover, then a table for each grouping with its total."""

from __future__ import annotations

from collections.abc import Iterator

from huimin.core.catalogue import say, sentences
from huimin.core.period_words import month_words
from huimin.core.text_width import aligned
from huimin.reports.columns import columns_of, shown_text
from huimin.reports.facts import fact_headings, facts_of
from huimin.reports.monthly import MonthlyReport
from huimin.reports.wording import counted_words, notes_of, title_words

# A terminal is narrow: who owns an outlet stands in the CSV and the workbook.
LEFT_OUT = sentences("商户", "统一社会信用代码", "行政区划代码")


def table_text(report: MonthlyReport, county_name: str) -> str:
    """The report to read in a terminal, in 元; it ends with a line break."""
    if report.empty and report.total.previous.redemptions == 0:
        return say(
            "{county_name}{month}没有优惠交易。\n",
            county_name=county_name,
            month=month_words(report.month),
        )
    lines = [title_words(county_name, report.month)]
    lines += [say("单位：元    期间：{month}", month=counted_words(report))]
    cover = [fact_headings(report), *(fact.cells() for fact in facts_of(report))]
    lines += [*aligned(cover, [True, *[False] * 5]), ""]
    for grouping in report.groups:
        lines += [title_words(county_name, report.month, grouping)]
        lines += [say("单位：元    期间：{month}", month=counted_words(report))]
        lines += [*_table(report, grouping), ""]
    lines += [say("注：{note}", note=note) for note in notes_of(report)]
    return "\n".join(lines) + "\n"


def _table(report: MonthlyReport, grouping: str) -> Iterator[str]:
    columns = [column for column in columns_of(grouping, report) if column.heading not in LEFT_OUT]
    cells = [[column.heading for column in columns]]
    for row in (*report.ordered(grouping), report.total):
        cells.append([shown_text(column.value(row), column.sort) for column in columns])
    left = [column.sort == "text" for column in columns]
    return aligned(cells, left)
