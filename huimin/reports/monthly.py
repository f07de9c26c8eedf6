"""The county's report of a month or of any days, beside the period before and a year before.

A month is drawn from the roll-ups that each ledger row keeps up to date, never from the rows
themselves; a range of days from its rows. All amounts are net of reversals, in fen; every
grouping's rows add up to the total (but for cards, which are counted once wherever they were used).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from huimin.core.period import Period, checked_period
from huimin.divisions.lives import lives_of
from huimin.ledger.groupings import tables
from huimin.reports.counts import (
    AGAINST,
    AlertCounts,
    CardCounts,
    ClaimCounts,
    OfflineCounts,
    SilentOutlet,
    alert_counts,
    card_counts,
    claim_counts,
    earlier_read,
    offline_counts,
    with_earlier,
)
from huimin.reports.figures import Figures, OutletRow, ReportRow
from huimin.reports.groups import ThreeSums, grouped_rows, silent_outlets, total_row
from huimin.reports.month_sums import MonthSums, month_sums
from huimin.reports.range_sums import range_sums
from huimin.reports.twelve_months import MonthTotal, twelve_months
from huimin.storage.engine import Row, Transaction

TOP_OUTLETS = 10
# Groupings whose rows have no order that people know.
BY_DISCOUNT = ("outlet", "merchant")


@dataclass(frozen=True)
class MonthlyReport:
    """A report. A group without a row in any of the three periods is left out.

    `month`, `previous_month`, `last_year_month` are months (2026-10) or, of a report of days,
    ranges (2026-10-05..2026-10-18). `adjustments` are the rows that belong to earlier months (by
    that month); the total holds them. `cards`, `claims` and `alerts` are of the three periods in
    the same order; what was signed before claims and alerts of earlier periods were counted has
    those of the period alone.

    Of a period that has not ended, `as_of` is the county day up to which it is counted, and the two
    earlier periods end on the same day of theirs. `months` are the twelve up to a month's report.
    """

    month: str
    previous_month: str
    last_year_month: str
    total: ReportRow
    groups: Mapping[str, tuple[ReportRow, ...]]
    adjustments: tuple[ReportRow, ...] = ()
    cards: tuple[CardCounts, ...] = ()
    silent: tuple[SilentOutlet, ...] = ()
    claims: tuple[ClaimCounts, ...] = (ClaimCounts(),)
    alerts: tuple[AlertCounts, ...] = (AlertCounts(),)
    as_of: str | None = None
    months: tuple[MonthTotal, ...] = ()
    # Files that were signed until 2026-11-28 wrote 0 where an earlier period has nothing.
    nothing_as_zero: bool = False
    # Files that were signed until 2026-11-29 wrote the difference of two rates as a rate.
    points_as_percent: bool = False
    # Who prepared, reviewed and approved it, and the day it was prepared, once it is signed.
    signers: tuple[str, ...] = ()

    @property
    def period(self) -> Period:
        """What it is about."""
        return Period.read(self.month)

    @property
    def empty(self) -> bool:
        """True when nothing was recorded in the period itself."""
        return self.total.redemptions == 0 and self.total.reversals == 0

    def has(self, against: str) -> bool:
        """Whether anything was recorded in an earlier period, one of AGAINST."""
        figures: Figures = getattr(self.total, against)
        place = AGAINST.index(against) + 1
        counted = [asdict(each[place]) for each in (self.cards, self.claims) if len(each) > place]
        others = any(count for one in counted for name, count in one.items() if name != "day")
        return self.nothing_as_zero or figures.rows > 0 or others

    def earlier(self, row: ReportRow, figure: str, against: str = "previous") -> int | None:
        """A row's figure in an earlier period; None where that has nothing."""
        return getattr(getattr(row, against), figure) if self.has(against) else None

    def change(self, row: ReportRow, figure: str, against: str = "previous") -> int | None:
        """How much more it is than then; None where that has nothing."""
        return row.change(figure, against) if self.has(against) else None

    @property
    def top(self) -> tuple[ReportRow, ...]:
        """The outlets that gave most discount, at most TOP_OUTLETS, the first of equals first."""
        sold = [row for row in self.rows("outlet") if row.redemptions]
        return tuple(sorted(sold, key=lambda row: -row.discount_fen)[:TOP_OUTLETS])

    @property
    def offline(self) -> tuple[OfflineCounts, ...]:
        """What tills without network gave, in the three periods."""
        rows = [row for row in self.rows("channel") if row.key == "offline"]
        return tuple(
            offline_counts(sum(row.redemptions for row in late), total.redemptions)
            for late, total in (
                (rows, self.total),
                ([row.previous for row in rows], self.total.previous),
                ([row.last_year for row in rows], self.total.last_year),
            )
        )

    def rows(self, grouping: str) -> tuple[ReportRow, ...]:
        """The rows of a grouping; none in a report that was signed before there was one."""
        return self.groups.get(grouping, ())

    def ordered(self, grouping: str) -> tuple[ReportRow, ...]:
        """The same as they are read: outlets and merchants by their discount, the most first."""
        rows = self.rows(grouping)
        if grouping in BY_DISCOUNT:
            return tuple(sorted(rows, key=lambda row: (-row.discount_fen, -row.redemptions)))
        return rows

    def as_dict(self) -> Row:
        """For JSON; amounts in fen."""
        return {
            "month": self.month,
            "previous_month": self.previous_month,
            "last_year_month": self.last_year_month,
            "counted_by": self.period.counted_by,
            "unit": "fen",
            "total": self.total.as_dict(),
            **{f"by_{name}": [row.as_dict() for row in rows] for name, rows in self.groups.items()},
            "adjustments": [row.as_dict() for row in self.adjustments],
            "cards": {
                name: asdict(cards)
                for name, cards in zip(("now", *AGAINST), self.cards, strict=True)
            },
            "top_outlets": [row.key for row in self.top],
            "silent_outlets": [asdict(outlet) for outlet in self.silent],
            "claims": with_earlier(self.claims),
            "alerts": with_earlier(self.alerts),
            "offline": with_earlier(self.offline[: len(self.claims)]),
            **({"as_of": self.as_of} if self.as_of else {}),
            **({"months": [asdict(each) for each in self.months]} if self.months else {}),
        }

    @classmethod
    def from_dict(cls, recorded: Mapping[str, Any]) -> MonthlyReport:
        """The report that as_dict was called on: what a closed month keeps, read back."""
        return cls(
            month=recorded["month"],
            previous_month=recorded["previous_month"],
            last_year_month=recorded["last_year_month"],
            total=ReportRow.from_dict(recorded["total"]),
            groups={
                each.code: tuple(
                    (OutletRow if each.named == "outlet" else ReportRow).from_dict(row)
                    for row in recorded[f"by_{each.code}"]
                )
                for each in tables()
                if f"by_{each.code}" in recorded
            },
            adjustments=tuple(ReportRow.from_dict(row) for row in recorded["adjustments"]),
            cards=tuple(CardCounts(**recorded["cards"][name]) for name in ("now", *AGAINST)),
            silent=tuple(SilentOutlet(**row) for row in recorded["silent_outlets"]),
            claims=earlier_read(ClaimCounts, recorded["claims"]),
            alerts=earlier_read(AlertCounts, recorded["alerts"]),
            as_of=recorded.get("as_of"),
            months=tuple(MonthTotal(**each) for each in recorded.get("months", ())),
        )


def monthly_report(tx: Transaction, month: str, *, today: date | None = None) -> MonthlyReport:
    """The report of a month written as 2026-10. Raises FieldProblems for any other text.

    With `today`, a month that has not ended is counted and compared up to that day.
    """
    return report_of(tx, Period.of_month(checked_month(month)), today=today)


def checked_month(text: str) -> str:
    """A month as it should be written. Raises FieldProblems on `month`."""
    return checked_period(text).month or checked_month("")


def report_of(tx: Transaction, period: Period, *, today: date | None = None) -> MonthlyReport:
    """The report of a period that has been checked.

    With `today`, a period that has not ended is compared with the same days of the earlier ones.
    """
    running = today is not None and period.first <= today <= period.last
    earlier = [period.previous, period.last_year]
    if today is not None and running:
        earlier = [each.until(each.first + (today - period.first)) for each in earlier]
    periods = (period, *earlier)
    lives = lives_of(tx)
    # Earlier figures stand beside those of the division that lives when the period begins.
    joined = lives.joined_by(period.first)
    sums = ThreeSums(_sums(tx, period, {}), *(_sums(tx, each, joined) for each in periods[1:]))
    names = lives.names_over(period.first, period.last, since=period.last_year.first)
    groups, outlets = grouped_rows(tx, sums, names, period.last)
    return MonthlyReport(
        month=period.text,
        previous_month=periods[1].text,
        last_year_month=periods[2].text,
        total=total_row(sums),
        groups=groups,
        adjustments=sums.adjustments,
        cards=tuple(card_counts(tx, periods, today or period.last)),
        silent=silent_outlets(outlets, sums.now, period),
        claims=tuple(claim_counts(tx, each) for each in periods),
        alerts=tuple(alert_counts(tx, each) for each in periods),
        as_of=today.isoformat() if today is not None and running else None,
        months=twelve_months(tx, period.month) if period.month else (),
    )


def _sums(tx: Transaction, period: Period, joined: Mapping[str, str]) -> MonthSums:
    if period.month:
        return month_sums(tx, period.month, joined)
    return range_sums(tx, period.first, period.last, joined)
