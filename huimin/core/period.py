"""The period of a report: a month or a range of days, and the two it is compared with.

A month is written 2026-10 and selects ledger rows by their month; a range is written
2026-10-05..2026-10-18 and selects them by business day. Both ends are county days, inclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from huimin.core.days import month_days, parse_day, parse_month, previous_month
from huimin.core.refusals import FieldProblems, field_problem

SEPARATOR = ".."
# A leap year: reading the rows of longer ranges would take minutes.
DAYS_MAX = 366
YEAR_MIN, YEAR_MAX = 2000, 2199


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`; `month` is set if it is a month."""

    first: date
    last: date
    month: str | None = None

    @classmethod
    def of_month(cls, month: str) -> Period:
        """A month written as 2026-10. Raises ValueError."""
        return cls(*month_days(parse_month(month)), month)

    @classmethod
    def read(cls, text: str) -> Period:
        """Parse a month or a range, the inverse of `text`. Raises ValueError."""
        first, separator, last = text.partition(SEPARATOR)
        if not separator:
            return cls.of_month(text)
        return cls(parse_day(first), parse_day(last))

    @property
    def text(self) -> str:
        """The notation of addresses and files: 2026-10 or 2026-10-05..2026-10-18."""
        return self.month or f"{self.first}{SEPARATOR}{self.last}"

    @property
    def counted_by(self) -> str:
        """The column of the ledger that selects its rows."""
        return "month" if self.month else "business_day"

    @property
    def previous(self) -> Period:
        """The previous month, or the same number of days just before."""
        if self.month:
            return Period.of_month(previous_month(self.month))
        length = self.last - self.first
        last = self.first - timedelta(days=1)
        return Period(last - length, last)

    def until(self, day: date) -> Period:
        """The days up to `day` of a period that has begun; all of it where it has ended."""
        return self if day >= self.last else Period(self.first, day)

    @property
    def last_year(self) -> Period:
        """The same month or days a year before; 29 February becomes the 28th."""
        if self.month:
            return Period.of_month(f"{int(self.month[:4]) - 1:04d}{self.month[4:]}")
        return Period(_year_before(self.first), _year_before(self.last))


def checked_period(text: str) -> Period:
    """Parse a typed month or range. Raises FieldProblems on `month`."""
    try:
        period = Period.read(text.strip())
    except ValueError:
        raise _unreadable(SEPARATOR in text) from None
    if period.first > period.last:
        raise field_problem("month", "起始日期不能晚于截止日期。")
    if (period.last - period.first).days >= DAYS_MAX:
        raise field_problem(
            "month", "一次最多统计 {days_max} 天，请缩短日期范围。", days_max=DAYS_MAX
        )
    if not YEAR_MIN <= period.first.year <= period.last.year <= YEAR_MAX:
        raise _unreadable(SEPARATOR in text)
    return period


def _unreadable(ranged: bool) -> FieldProblems:
    if ranged:
        return field_problem("month", "日期范围请写成 2026-10-05..2026-10-18 这样。")
    return field_problem("month", "月份请写成 2026-10 这样。")


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
