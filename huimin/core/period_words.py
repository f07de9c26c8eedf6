"""How months, days and ranges are written in text."""

from __future__ import annotations

from datetime import date

from huimin.core.catalogue import SOURCE
from huimin.core.period import Period


def month_words(text: str, language: str = SOURCE) -> str:
    """2026-10 → 2026年10月 (2026-10 in English); a range by its days."""
    period = Period.read(text)
    if language == "en":
        return text.replace("..", " to ")
    if period.month:
        return f"{period.first.year}年{period.first.month}月"
    return period_words(text)


def day_words(day: date, language: str = SOURCE) -> str:
    """2026年10月31日, or 31 October 2026 in English."""
    if language == "en":
        return f"{day.day} {day:%B %Y}"
    return f"{day.year}年{day.month}月{day.day}日"


def short_day_words(day: date, language: str = SOURCE) -> str:
    """The same without the year: 10月31日, or 31 Oct in English."""
    if language == "en":
        return f"{day.day} {day:%b}"
    return f"{day.month}月{day.day}日"


def period_words(text: str) -> str:
    """The days of a month or a range: 2026年10月1日至2026年10月31日."""
    period = Period.read(text)
    days = (period.first, period.last)
    return "至".join(day_words(day) for day in days)
