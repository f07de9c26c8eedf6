"""Read dates as offices write them: date cells, and text in the usual formats.

A day is a complete, valid date. A month without a day counts only where the column's head asks for
one (年月, 月份, 时间): as the first day of what begins in it and the last day of what ends in it. A
year alone, a two-digit year or a day whose order is unclear (01/03/2023) is refused.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any

from huimin.core.visible_text import visible

EARLIEST = date(1949, 10, 1)
# A register is prepared before the quarter that it is for, but not years before.
AHEAD_DAYS_MAX = 366
# The last day of an aid may lie further ahead than its first.
END_AHEAD_DAYS_MAX = 366 * 60
# Excel's serial numbers for 1954 to 2064: a date cell that has lost its format.
SERIAL_MIN, SERIAL_MAX = 20_000, 60_000
EXCEL_EPOCH, EXCEL_EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
# What a cell for a last day says of an aid without one.
# Systems write it as the last day of a far year: 9999-12-31, 2099-12-31.
NO_END = re.compile(
    r"(长期|永久|至?今|终身|无固定期限|不定期|无)|[-—–/\\]*"
    r"|(9999|2999|2099)[-./年]?12[-./月]?31日?([T ]?[0-9:.]+)?"
)

# U+2010 and U+2212 are hyphens and minus signs, U+2215 a slash, to whoever types them.
_SIGNS = str.maketrans("\u2010\u2011\u2012\u2212\u2215\u2044", "----//")
_POINT = r"[-–—./\\,、·年 ]"
_DAY = re.compile(
    rf"([12][0-9]{{3}}){_POINT}([0-9]{{1,2}})[-–—./\\,、·月 ]([0-9]{{1,2}})[日号.]?", re.ASCII
)
_DIGITS = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})", re.ASCII)
_MONTH = re.compile(rf"([12][0-9]{{3}})(?:{_POINT}([0-9]{{1,2}})月?份?|([01][0-9]))", re.ASCII)
_CLOCK = re.compile(
    r"[T ]*(上午|下午)?[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?( ?[AP]M)?$"
    r"|[T ]*[0-9]{1,2}[时点]([0-9]{1,2}分?([0-9]{1,2}秒?)?)?$",
    re.ASCII | re.IGNORECASE,
)
_FROM = re.compile("(起|始|开始)$|^[自从](?=[12])")
_AROUND = re.compile(r"\(?(星期|周|礼拜)[一二三四五六日天]\)?$|[,;。、.]+$")
_CHINESE = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")}
_CHINESE |= {"○": "0", "零": "0", "O": "0", "o": "0", "Ｏ": "0", "两": "2"}
_CHINESE_DATE = re.compile(
    "[〇○零Oo一二三四五六七八九]{4}年[一二三四五六七八九十]{1,3}月([一二三四五六七八九十廿卅]{1,3}[日号]?)?"
)


def read_date(
    cell: Any,
    today: date,
    *,
    month_counts: bool = False,
    ends: bool = False,
    epoch: date = EXCEL_EPOCH,
) -> date:
    """The date in a cell. Raises ValueError if it is not a date or not plausible.

    With `month_counts` a month is taken as well; with `ends`, as its last day, and the date may
    lie many years ahead. `epoch` is day 0 of the file's serial numbers.
    """
    day = _day(cell, month_counts, ends, epoch)
    ahead = END_AHEAD_DAYS_MAX if ends else AHEAD_DAYS_MAX
    if not EARLIEST <= day <= today + timedelta(days=ahead):
        raise ValueError("not a plausible date")
    return day


def _day(cell: Any, month_counts: bool, ends: bool, epoch: date) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise ValueError("not a date")
    if isinstance(cell, int | float):
        if cell == cell and SERIAL_MIN <= cell <= SERIAL_MAX:
            return epoch + timedelta(days=int(cell))
        if isinstance(cell, float) and not cell.is_integer():
            return _month_of_number(cell, month_counts, ends)
        cell = str(int(cell))
    text = _FROM.sub("", _bare(cell))
    match = _DAY.fullmatch(text) or _DIGITS.fullmatch(text)
    if match is not None:
        return date(int(match[1]), int(match[2]), int(match[3]))
    month = _MONTH.fullmatch(text) if month_counts else None
    if month is None:
        raise ValueError("not a date")
    return _month(int(month[1]), int(month[2] or month[3]), ends)


def _bare(cell: str) -> str:
    """The text of a date alone: half-width digits, no clock, no quotes, no blanks around points."""
    text = visible(cell).translate(_SIGNS).strip().strip("'’‘\"`").strip()
    text = _AROUND.sub("", re.sub("^(公历|公元|西元)", "", text)).strip()
    text = _CLOCK.sub("", text).strip().removesuffix(".0")
    text = re.sub(r"\s*([-–—./\\,、·年月日号])\s*", r"\1", text)
    text = re.sub(r"\s+", " ", text)
    if _CHINESE_DATE.fullmatch(text.replace(" ", "")):
        return _from_chinese(text.replace(" ", ""))
    return text


def _month_of_number(cell: float, month_counts: bool, ends: bool) -> date:
    """2013.12 is a month that has become a number; 2013.1 may have been 2013.10."""
    match = re.fullmatch(r"([12][0-9]{3})\.([0-9]{1,2})", repr(cell))
    if match is None or not month_counts or match[2] == "1":
        raise ValueError("not a date")
    return _month(int(match[1]), int(match[2]), ends)


def _month(year: int, month: int, ends: bool) -> date:
    return date(year, month, monthrange(year, month)[1] if ends else 1)


def _from_chinese(text: str) -> str:
    """二〇二三年三月五日 → 2023年3月5日."""
    year, rest = text.split("年", 1)
    month, day = rest.split("月", 1)
    digits = "".join(_CHINESE[character] for character in year)
    written = f"{digits}年{_small(month)}月"
    return written + (f"{_small(day.rstrip('日号'))}日" if day else "")


def _small(text: str) -> int:
    """A Chinese number of one to three characters: 十二, 廿五, 三十一."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        if len(text) != 1:
            raise ValueError("not a number")
        return int(_CHINESE[text])
    tens, ones = text.split("十", 1)
    return int(_CHINESE[tens] if tens else "1") * 10 + int(_CHINESE[ones] if ones else "0")
