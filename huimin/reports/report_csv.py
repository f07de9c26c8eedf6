"""The month's report as one CSV that Excel opens as it should: UTF-8 with BOM, amounts in 元.

One table with a column that names the grouping, so that a program can read it without guessing.
No cell of text can start a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from huimin.reports.columns import Column, columns_of
from huimin.reports.figures import ReportRow
from huimin.reports.monthly import GROUPINGS, MonthlyReport
from huimin.reports.wording import grouping_word

BOM = b"\xef\xbb\xbf"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HEADINGS = ("月份", "分组", "序号", "名称", "代码", "商户", "类别")


def csv_bytes(report: MonthlyReport) -> bytes:
    """The report as CSV; the same report gives the same bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    figures = _figure_columns()
    writer.writerow([*HEADINGS, *(_heading(column) for column in figures)])
    for grouping in GROUPINGS:
        for number, row in enumerate(report.rows(grouping), start=1):
            writer.writerow([*_labels(report, grouping, number, row), *_figures(figures, row)])
    total = [report.month, "合计", "", "合计", "", "", ""]
    writer.writerow([*total, *_figures(figures, report.total)])
    return BOM + out.getvalue().encode("utf-8")


def formula_safe(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def _labels(report: MonthlyReport, grouping: str, number: int, row: ReportRow) -> Iterator[str]:
    by_heading = {column.heading: column.text(row) for column in columns_of(grouping)}
    code = by_heading.get("统一社会信用代码") or by_heading.get("行政区划代码", "")
    merchant, kind = by_heading.get("商户", ""), by_heading.get("类别", "")
    labels = (report.month, grouping_word(grouping), str(number), row.name, code, merchant, kind)
    return map(formula_safe, labels)


def _figure_columns() -> list[Column]:
    return [column for column in columns_of("kind") if column.sort != "text"]


def _heading(column: Column) -> str:
    return f"{column.heading}（元）" if column.sort == "money" else column.heading


def _figures(columns: list[Column], row: ReportRow) -> list[str]:
    """Numbers as a spreadsheet reads them: a minus sign here is a sign; unknown is empty."""
    return ["" if column.value(row) is None else column.text(row) for column in columns]
