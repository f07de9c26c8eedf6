"""When an outlet is open, parsed from the free text of its opening hours.

Text that can't be parsed, or is missing, means the usual day; a hospital without hours never
closes. Days of the week are not distinguished: a time that is open on any day counts as open.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

DAY_MINUTES = 24 * 60
USUAL = ((6 * 60, 23 * 60),)
ALWAYS = ((0, DAY_MINUTES),)
# 08:00-22:00, 8:30~21:00, 8点半至22点, 上午8时—晚上9时30分 …
_CLOCK = r"(上午|早上|早|中午|下午|晚上|晚|夜间)?\s*(\d{1,2})\s*(?:[:点點时時])\s*(半|\d{2})?\s*分?"
_RANGE = re.compile(rf"{_CLOCK}\s*(?:[-–—―~〜～到至]+)\s*{_CLOCK}")
_ALL_DAY = re.compile(r"24\s*(?:小时|小時|h\b|hours?)|全天|昼夜|晝夜", re.IGNORECASE)
_AFTERNOON = ("下午", "晚上", "晚", "夜间")

Spans = tuple[tuple[int, int], ...]


@lru_cache(maxsize=1_024)
def open_spans(text: str | None, outlet_kind: str) -> Spans:
    """The outlet's open spans in minutes of the day; a span past midnight ends beyond 24:00."""
    normalized = unicodedata.normalize("NFKC", text or "")
    if _ALL_DAY.search(normalized):
        return ALWAYS
    spans = []
    for match in _RANGE.finditer(normalized):
        opens, closes = _minute(*match.group(1, 2, 3)), _minute(*match.group(4, 5, 6))
        if opens is not None and closes is not None and opens != closes:
            spans.append((opens, closes if closes > opens else closes + DAY_MINUTES))
    if spans:
        return tuple(spans)
    return ALWAYS if outlet_kind == "hospital" else USUAL


@lru_cache(maxsize=4_096)
def is_open(spans: Spans, minute: int, grace_minutes: int) -> bool:
    """Whether that minute of the day lies in a span, or within the grace on either side."""
    return any(
        opens - grace_minutes <= each <= closes + grace_minutes
        for opens, closes in spans
        for each in (minute - DAY_MINUTES, minute, minute + DAY_MINUTES)
    )


def spans_text(spans: Spans) -> str:
    """06:00–23:00, several joined by a comma."""
    return ", ".join(
        f"{opens // 60:02d}:{opens % 60:02d}–{closes // 60 % 24:02d}:{closes % 60:02d}"
        if closes < DAY_MINUTES or closes > DAY_MINUTES
        else f"{opens // 60:02d}:{opens % 60:02d}–24:00"
        for opens, closes in spans
    )


def _minute(part: str | None, hour: str, minute: str | None) -> int | None:
    hours, minutes = int(hour), 30 if minute == "半" else int(minute or 0)
    if part in _AFTERNOON and hours < 12:
        hours += 12
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):
        return None
    return hours * 60 + minutes
