"""The first sheet of the workbook: the cover's lines, top and silent outlets, adjustments.

Written with the looks of the sheets that follow; amounts are numbers, nothing is a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from huimin.core.catalogue import say, sentences
from huimin.core.period_words import month_words, period_words
from huimin.core.words import OUTLET_KINDS
from huimin.reports.columns import UNKNOWN
from huimin.reports.facts import fact_headings, facts_of
from huimin.reports.monthly import MonthlyReport
from huimin.reports.wording import notes_of, title_words

COVER_COLUMNS = 6
WIDTHS = (30, 18, 18, 18, 18, 18)
TOP_HEADINGS = sentences("优惠最多的示范点", "优惠笔数", "优惠金额")
SILENT_HEADINGS = sentences("没有交易的示范点", "类别", "商户")
ADJUSTED_HEADINGS = sentences("跨月调整（所属月份）", "笔数", "交易金额", "优惠金额")
PLACES = {"money": -2, "rate": -4}
# A cell: its look and what stands in it.
Cell = tuple[str, Any]


def write_cover(sheet: Any, looks: dict[str, Any], report: MonthlyReport, county_name: str) -> int:
    """The cover; returns the row in which the lines to sign on belong."""
    last = COVER_COLUMNS - 1
    for place, width in enumerate(WIDTHS):
        sheet.set_column(place, place, width)
    sheet.merge_range(0, 0, 0, last, title_words(county_name, report.month), looks["title"])
    sheet.merge_range(
        1, 0, 1, 2, say("期间：{month}", month=period_words(report.month)), looks["period"]
    )
    sheet.merge_range(1, 3, 1, last, say("单位：元"), looks["unit"])
    sheet.set_row(0, 32)
    at = _table(sheet, looks, 2, fact_headings(report), _fact_rows(report))
    top = [
        (("text", row.name), ("count", row.redemptions), ("money", row.discount_fen))
        for row in report.top
    ]
    at = _table(sheet, looks, at + 1, TOP_HEADINGS, top)
    silent = [
        (("text", one.name), ("text", OUTLET_KINDS.say(one.kind)), ("text", one.merchant_name))
        for one in report.silent
    ]
    at = _table(sheet, looks, at + 1, SILENT_HEADINGS, silent)
    adjusted = [
        (
            ("text", month_words(row.key)),
            ("count", row.redemptions + row.reversals),
            ("money", row.amount_fen),
            ("money", row.discount_fen),
        )
        for row in report.adjustments
    ]
    at = _table(sheet, looks, at + 1, ADJUSTED_HEADINGS, adjusted)
    for note in notes_of(report.period):
        sheet.write_string(at, 0, say("注：{note}", note=note), looks["foot"])
        at += 1
    return at + 1


def _fact_rows(report: MonthlyReport) -> list[Sequence[Cell]]:
    return [
        (("text", fact.name), *((fact.sort, value) for value in fact.values()))
        for fact in facts_of(report)
    ]


def _table(
    sheet: Any, looks: dict[str, Any], at: int, heads: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> int:
    """A table, or nothing when it has no row; the first row under it."""
    if not rows:
        return at - 1 if at else at
    for place, head in enumerate(heads):
        sheet.write_string(at, place, head, looks["header"])
    for row in rows:
        at += 1
        for place, (look, value) in enumerate(row):
            if value is None:
                sheet.write_string(at, place, UNKNOWN, looks["unknown"])
            elif look == "text":
                sheet.write_string(at, place, value, looks[look])
            else:
                number = Decimal(value).scaleb(PLACES.get(look, 0))
                sheet.write_number(at, place, number, looks[look])
    return at + 1
