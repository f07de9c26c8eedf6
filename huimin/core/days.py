"""Instants, county days and months. Instants are UTC; the business day and month are county time.

There is no clock here: the current time is always passed in.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

# Asia/Shanghai has had no daylight saving time since 1991; a fixed offset needs no zone database.
COUNTY_ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")


# Clocks of machines that keep time differ by seconds: more than this and one of them is wrong.
CLOCK_SLACK = timedelta(minutes=5)


def instant_text(instant: datetime) -> str:
    """An aware datetime as UTC text with milliseconds: "2026-10-31T02:00:00.000Z"."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Parse ISO 8601 text with a zone into an aware UTC datetime. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


def county_minute(instant: str) -> str:
    """An instant as text in county time, to the minute: "2026-10-31 14:05"."""
    return parse_instant(instant).astimezone(COUNTY_ZONE).strftime("%Y-%m-%d %H:%M")


def county_day(instant: datetime) -> date:
    """The county's date (Asia/Shanghai) at that instant."""
    return instant.astimezone(COUNTY_ZONE).date()


def county_start(day: date) -> datetime:
    """The instant at which a county day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=COUNTY_ZONE).astimezone(UTC)


def next_day_of_year(month_and_day: str, today: date) -> date:
    """The next such day of a year after today: "12-31" on 2026-11-28 is 2026-12-31."""
    day = date.fromisoformat(f"{today.year}-{month_and_day}")
    return day if day > today else day.replace(year=today.year + 1)


def month_of(day: date) -> str:
    """The month of a day: "2026-10"."""
    return f"{day.year:04d}-{day.month:02d}"


def parse_month(text: str) -> str:
    """Check a month written as 2026-10, of the years 1900 to 2199. Raises ValueError."""
    if not re.fullmatch(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", text, re.ASCII):
        raise ValueError("a month is written as 2026-10")
    return text


def parse_day(text: str) -> date:
    """Parse a day written as 2026-10-31, of the years 1900 to 2199. Raises ValueError.

    The days before and after, and its instants in every zone, are days that Python has as well.
    """
    if not re.fullmatch(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        raise ValueError("a day is written as 2026-10-31")
    return date.fromisoformat(text)


def typed_day(text: str) -> date:
    """The same as a person types it: full-width digits and signs, as input methods leave them, and
    spaces around it do not matter. Raises ValueError."""
    return parse_day(unicodedata.normalize("NFKC", text).strip())


def month_days(month: str) -> tuple[date, date]:
    """The first and the last day of a month."""
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def previous_month(month: str) -> str:
    """The month before: "2026-01" → "2025-12"."""
    return month_of(month_days(month)[0] - timedelta(days=1))


def next_month(month: str) -> str:
    """The month after: "2025-12" → "2026-01"."""
    return month_of(month_days(month)[1] + timedelta(days=1))
