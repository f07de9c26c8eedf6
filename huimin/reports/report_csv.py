"""A report as one CSV that Excel opens as it should: UTF-8 with BOM, amounts in 元.

One table with a column that names the grouping, so that a program can read it without guessing. The
lines of the cover stand in it as well, their values in the last three columns. No cell of text can
start a formula, and a code of digits stays a code: a cell that begins with an apostrophe is the
text behind it. Numbers are written for programs, without thousands separators.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence

from huimin.core.catalogue import say, sentences
from huimin.core.formula_guard import code_as_text, formula_safe
from huimin.core.words import FACT_NAMES, GROUPING_NAMES, OUTLET_KINDS
from huimin.reports.columns import (
    Column,
    Sort,
    Value,
    columns_of,
    figure_columns,
    shown_text,
    value_text,
)
from huimin.reports.facts import Fact, facts_of
from huimin.reports.figures import ReportRow
from huimin.reports.monthly import MonthlyReport

BOM = b"\xef\xbb\xbf"
HEADINGS = sentences("分组", "序号", "名称", "代码", "商户", "类别")
# The place of the code among HEADINGS.
CODE = 3
VALUES = sentences("数值", "上期数值", "去年同期数值")
# How a rate is written.
Rate = Callable[[Value, Sort], str]
COVER, ADJUSTMENTS, TOTAL = sentences("概览", "跨月调整（所属月份）", "合计")


def csv_bytes(report: MonthlyReport, *, first_layout: bool = False) -> bytes:
    """The report as CSV; the same report gives the same bytes.

    `first_layout`: as it was written until 2026-11-28, codes as they are and rates to 0.01 %.
    """
    code, rate = (str, value_text) if first_layout else (code_as_text, shown_text)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    figures = list(figure_columns(report))
    front = say("月份") if report.period.month else say("期间（按交易日）")
    writer.writerow([front, *HEADINGS, *(_heading(column) for column in figures), *VALUES])
    for labels, row, fact in _lines(report):
        cells = [""] * len(figures) if row is None else _figures(figures, row, rate)
        values = [""] * len(VALUES) if fact is None else _values(fact, rate)
        names = [code(label) if place == CODE else label for place, label in enumerate(labels)]
        writer.writerow([report.month, *map(formula_safe, names), *cells, *values])
    return BOM + out.getvalue().encode("utf-8")


def _lines(report: MonthlyReport) -> Iterator[tuple[Sequence[str], ReportRow | None, Fact | None]]:
    for number, fact in enumerate(facts_of(report), start=1):
        yield (COVER, str(number), fact.name, "", "", ""), None, fact
    for grouping in report.groups:
        for number, row in enumerate(report.rows(grouping), start=1):
            yield _labels(report, grouping, number, row), row, None
    for number, row in enumerate(report.adjustments, start=1):
        yield (ADJUSTMENTS, str(number), row.name, row.key, "", ""), row, None
    for number, outlet in enumerate(report.silent, start=1):
        kind = OUTLET_KINDS.say(outlet.kind)
        names = (outlet.name, outlet.division_code, outlet.merchant_name, kind)
        yield (FACT_NAMES.say("silent"), str(number), *names), None, None
    yield (TOTAL, "", TOTAL, "", "", ""), report.total, None


def _labels(report: MonthlyReport, grouping: str, number: int, row: ReportRow) -> Sequence[str]:
    columns = columns_of(grouping, report)
    by_heading = {column.heading: column.text(row) for column in columns}
    code = by_heading.get(say("统一社会信用代码")) or by_heading.get(say("行政区划代码"), "")
    merchant, kind = by_heading.get(say("商户"), ""), by_heading.get(say("类别"), "")
    return (GROUPING_NAMES.say(grouping), str(number), row.name, code, merchant, kind)


def _heading(column: Column) -> str:
    return (
        say("{heading}（元）", heading=column.heading) if column.sort == "money" else column.heading
    )


def _figures(columns: Sequence[Column], row: ReportRow, rate: Rate) -> list[str]:
    return [_number(column.value(row), column.sort, rate) for column in columns]


def _values(fact: Fact, rate: Rate) -> list[str]:
    return [_number(value, fact.sort, rate) for value in (fact.now, fact.previous, fact.last_year)]


def _number(value: Value, sort: Sort, rate: Rate) -> str:
    """A number as a spreadsheet reads it: a minus sign here is a sign; unknown is empty."""
    if value is None:
        return ""
    return rate(value, sort) if sort == "rate" else value_text(value, sort)
