"""The report as it is mailed: the county's, without any row that tells of fewer than five people.

The rule is that of the county's own offices, not the public's: whoever gets it was named and
approved by two people, so that it shows merchants and outlets. But it leaves the county's hands, so
that villages, and groupings in which people are not counted, are left out, and so is every row of
one to four cards, in this period or in one that stands beside it. With them goes the smallest other
row, so that what is missing from the total is never about fewer than five. A recipient gets a month
once, and either its report of a day or the closed one: two of one month could be subtracted. For
the same reason the groups of a running month stand alone: beside them would be the same days of the
month before, a day's sales away from what was mailed then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from huimin.core.period import Period
from huimin.reports.closed_month import ClosedMonth, report_in_force
from huimin.reports.counts import OfflineCounts
from huimin.reports.figures import NOTHING, Figures, ReportRow
from huimin.reports.monthly import MonthlyReport
from huimin.storage.engine import Transaction

PEOPLE_MIN = 5
# Where people live to the village: too near to them.
NOT_MAILED = ("village",)


@dataclass(frozen=True)
class MailedReport(MonthlyReport):
    """What is mailed of a report. Sales by channel are left out, but not how many came late."""

    late: tuple[OfflineCounts, ...] = ()

    @property
    def offline(self) -> tuple[OfflineCounts, ...]:
        """What tills without network gave, as the whole report counts it."""
        return self.late

    def earlier(self, row: ReportRow, figure: str, against: str = "previous") -> int | None:
        """A row's figure in an earlier period; None where the row stands alone."""
        return None if self._is_alone(row) else super().earlier(row, figure, against)

    def change(self, row: ReportRow, figure: str, against: str = "previous") -> int | None:
        """How much more it is than then; None where the row stands alone."""
        return None if self._is_alone(row) else super().change(row, figure, against)

    def _is_alone(self, row: ReportRow) -> bool:
        return self.as_of is not None and row is not self.total


# A report and its closing, if the month has one.
Mailed = tuple[MonthlyReport, ClosedMonth | None]


def mailed_report(tx: Transaction, month: str, *, today: date) -> Mailed | None:
    """The report of a month ("2026-10") as it may be mailed, and its closing if it has one.

    None while fewer than five cards were used in it.
    """
    report, closed = report_in_force(tx, Period.of_month(month), today=today)
    if (report.total.cards_used or 0) < PEOPLE_MIN:
        return None
    return protected_report(report), closed


def protected_report(report: MonthlyReport) -> MonthlyReport:
    """The same without what tells of few people."""
    alone = report.as_of is not None
    groups = {
        name: rows
        for name, all_rows in report.groups.items()
        if name not in NOT_MAILED
        and (rows := _large_rows([*map(_alone, all_rows)] if alone else all_rows))
    }
    total = replace(
        report.total,
        previous=_unless_small(report.total.previous),
        last_year=_unless_small(report.total.last_year),
    )
    months = tuple(each for each in report.months if not 0 < each.cards_used < PEOPLE_MIN)
    adjustments = tuple(row for row in report.adjustments if row.rows >= PEOPLE_MIN)
    values = {each.name: getattr(report, each.name) for each in fields(report)}
    return MailedReport(
        **{
            **values,
            "total": total,
            "months": months,
            "groups": groups,
            "adjustments": adjustments,
            "late": report.offline,
        }
    )


def _unless_small(figures: Figures) -> Figures:
    return NOTHING if _is_small(figures) else figures


def _alone(row: ReportRow) -> ReportRow:
    return replace(row, previous=NOTHING, last_year=NOTHING)


def _large_rows(rows: Sequence[ReportRow]) -> tuple[ReportRow, ...]:
    if any(row.cards_used is None for row in rows):
        return ()
    small = {n for n, row in enumerate(rows) if any(_is_small(each) for each in _periods(row))}
    if not small:
        return tuple(rows)
    # The row that hides them has five cards in each period in which one of them has any.
    large = [
        n
        for n, row in enumerate(rows)
        if n not in small
        and all(
            (of_row.cards_used or 0) >= PEOPLE_MIN
            or not any(_periods(rows[m])[place].rows for m in small)
            for place, of_row in enumerate(_periods(row))
        )
    ]
    if not large:
        return ()
    left_out = {*small, min(large, key=lambda n: (rows[n].redemptions, n))}
    return tuple(row for n, row in enumerate(rows) if n not in left_out)


def _periods(row: ReportRow) -> tuple[Figures, ...]:
    return row, row.previous, row.last_year


def _is_small(figures: Figures) -> bool:
    cards = figures.cards_used or 0
    # Without a card, but with something returned: it was somebody's.
    return 0 < cards < PEOPLE_MIN or (cards == 0 and figures.rows > 0)
