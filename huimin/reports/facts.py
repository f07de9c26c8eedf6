"""The cover of a report: its few sums, each beside the period before and a year before.

The page, the PDF, the workbook and the CSV all show these lines in this order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from huimin.core.catalogue import say, sentences
from huimin.core.money import BASIS_POINTS, half_up
from huimin.core.period_words import month_words
from huimin.core.words import FACT_NAMES, OUTLET_KINDS
from huimin.reports.columns import Sort, Value, against_words, shown_text, sort_of
from huimin.reports.counts import AGAINST
from huimin.reports.figures import FIGURES
from huimin.reports.monthly import MonthlyReport

# Lines that files signed until 2026-11-28 do not have.
LATER_FACTS = ("used_share_bp",)


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
    # Files that were signed until 2026-11-29 wrote the difference of two rates as a rate.
    points_as_percent: bool = field(default=False, kw_only=True)

    @property
    def change_sort(self) -> Sort:
        """How a change is written: that of a rate in percentage points."""
        return "points" if self.sort == "rate" and not self.points_as_percent else self.sort

    @property
    def name(self) -> str:
        """What it is called on a printed form."""
        return FACT_NAMES.say(self.code)

    def change(self, against: str = "previous") -> int | None:
        """How much more than before; None where that was not counted."""
        before = getattr(self, against)
        return None if before is None or self.now is None else self.now - int(before)

    def change_bp(self, against: str = "previous") -> int | None:
        """The same in basis points of what it was; None when that was nothing, or less."""
        before, by = getattr(self, against), self.change(against)
        return None if by is None or before <= 0 else half_up(by * BASIS_POINTS, before)

    def values(self) -> tuple[int | None, ...]:
        """Now, before, change, a year before, change: the cells under fact_headings."""
        return (
            *(self.now, self.previous, self.change()),
            *(self.last_year, self.change("last_year")),
        )

    def sorted_values(self) -> Iterator[tuple[Sort, int | None]]:
        """The values, each with how it is written."""
        sorts = (self.sort, self.sort, self.change_sort, self.sort, self.change_sort)
        return zip(sorts, self.values(), strict=True)

    def cells(self) -> tuple[str, ...]:
        """The name and the values as text."""
        return (self.name, *(shown_text(value, sort) for sort, value in self.sorted_values()))


def fact_headings(report: MonthlyReport) -> tuple[str, ...]:
    """The headings over the name and the values of a fact."""
    now, before, year = against_words(report)
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
    later = LATER_FACTS if report.nothing_as_zero else ()
    facts = (_fact(report, code) for code in FACT_NAMES if code not in later)
    return tuple(replace(fact, points_as_percent=report.points_as_percent) for fact in facts)


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
        three = [getattr(each, code) for each in (total, total.previous, total.last_year)]
        return Fact(code, sort_of(code), *_had(report, three))
    if room in ("cards", "claims", "alerts"):
        counts = [getattr(each, name) for each in getattr(report, room)]
        return Fact(code, "count", *_had(report, counts))
    if code == "used_share_bp":
        used = [each.cards_used for each in (total, total.previous, total.last_year)]
        shares = [_share(part, cards.valid) for part, cards in zip(used, report.cards, strict=True)]
        return Fact(code, "rate", *_had(report, shares))
    if code == "silent":
        return Fact(code, "count", len(report.silent))
    if code == "offline_share_bp":
        # What was signed before shares of earlier periods were shown stays as it was signed.
        signed_counts = report.offline[: len(report.claims)]
        return Fact(code, "rate", *(each.share_bp for each in signed_counts))
    return Fact(code, "count", *_had(report, [each.redemptions for each in report.offline]))


def _share(part: int | None, whole: int) -> int | None:
    return half_up((part or 0) * BASIS_POINTS, whole) if whole else None


def _had(report: MonthlyReport, counts: Sequence[int | None]) -> list[int | None]:
    """Those of earlier periods only where these have anything."""
    known = (True, *map(report.has, AGAINST))
    return [count if has else None for count, has in zip(counts, known, strict=False)]
