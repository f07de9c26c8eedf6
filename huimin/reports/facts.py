"""The cover of a report: its few sums, each beside the period before and a year before.

The page, the PDF, the workbook and the CSV all show these lines in this order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huimin.core.catalogue import say, sentences
from huimin.core.period_words import month_words
from huimin.core.words import FACT_NAMES, OUTLET_KINDS
from huimin.reports.columns import Sort, Value, sort_of, value_text
from huimin.reports.figures import FIGURES
from huimin.reports.monthly import MonthlyReport


@dataclass(frozen=True, slots=True)
class CoverTable:
    """A table of the cover: headings, the sort of each column and its part of the width, rows."""

    headings: Sequence[str]
    sorts: Sequence[Sort]
    parts: Sequence[float]
    rows: Sequence[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the cover: fen (money), a count, or basis points (rate); None where unknown."""

    code: str
    sort: Sort
    now: int | None
    previous: int | None = None
    last_year: int | None = None

    @property
    def name(self) -> str:
        """What it is called on a printed form."""
        return FACT_NAMES.say(self.code)

    def change(self, against: str = "previous") -> int | None:
        """How much more than before; None where that was not counted."""
        before = getattr(self, against)
        return None if before is None or self.now is None else self.now - int(before)

    def values(self) -> tuple[int | None, ...]:
        """Now, before, change, a year before, change: the cells under fact_headings."""
        return (
            *(self.now, self.previous, self.change()),
            *(self.last_year, self.change("last_year")),
        )

    def cells(self) -> tuple[str, ...]:
        """The name and the values as text."""
        return (self.name, *(value_text(value, self.sort) for value in self.values()))


def fact_headings(report: MonthlyReport) -> tuple[str, ...]:
    """The headings over the name and the values of a fact."""
    month = report.period.month
    now, before = sentences("本月", "上月") if month else sentences("本期", "上期")
    year = say("去年同月") if month else say("去年同期")
    return (
        say("项目"),
        now,
        before,
        say("较{before}增减", before=before),
        year,
        say("较{year}增减", year=year),
    )


def facts_of(report: MonthlyReport) -> tuple[Fact, ...]:
    """Every line of the cover."""
    return tuple(_fact(report, code) for code in FACT_NAMES)


def cover_tables(report: MonthlyReport) -> list[CoverTable]:
    """The tables under the lines of a cover; one without rows is left out."""
    tables = (
        CoverTable(
            sentences("优惠最多的示范点", "优惠笔数", "优惠金额"),
            ("text", "count", "money"),
            (4, 1, 1.5),
            [(row.name, row.redemptions, row.discount_fen) for row in report.top],
        ),
        CoverTable(
            sentences("没有交易的示范点", "类别", "商户"),
            ("text", "text", "text"),
            (3, 1, 3),
            [(one.name, OUTLET_KINDS.say(one.kind), one.merchant_name) for one in report.silent],
        ),
        CoverTable(
            sentences("跨月调整（所属月份）", "笔数", "交易金额", "优惠金额"),
            ("text", "count", "money", "money"),
            (2, 1, 1.5, 1.5),
            [
                (month_words(row.key), row.rows, row.amount_fen, row.discount_fen)
                for row in report.adjustments
            ],
        ),
    )
    return [table for table in tables if table.rows]


def _fact(report: MonthlyReport, code: str) -> Fact:
    total, room, _, name = report.total, *code.partition("_")
    if code in FIGURES:
        three = (getattr(each, code) for each in (total, total.previous, total.last_year))
        return Fact(code, sort_of(code), *three)
    if room == "cards":
        return Fact(code, "count", *(getattr(each, name) for each in report.cards))
    if room in ("claims", "alerts"):
        return Fact(code, "count", *(getattr(each, name) for each in getattr(report, room)))
    if code == "silent":
        return Fact(code, "count", len(report.silent))
    if code == "offline_share_bp":
        # What was signed before shares of earlier periods were shown stays as it was signed.
        signed_counts = report.offline[: len(report.claims)]
        return Fact(code, "rate", *(each.share_bp for each in signed_counts))
    return Fact(code, "count", *(each.redemptions for each in report.offline))
