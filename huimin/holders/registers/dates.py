"""Read dates as offices write them: date cells, and text in the usual formats.

Only a complete, valid date counts; a month without a day or a two-digit year is refused.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

EARLIEST = date(1949, 10, 1)
# A register is prepared before the quarter that it is for, but not years before.
AHEAD_DAYS_MAX = 366
# Excel's serial numbers for 1954 to 2064: a date cell that has lost its format.
SERIAL_MIN, SERIAL_MAX = 20_000, 60_000
EXCEL_EPOCH = date(1899, 12, 30)

_SEPARATED = re.compile(r"([12][0-9]{3})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})[日号]?", re.ASCII)
_DIGITS = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})", re.ASCII)
_CLOCK = re.compile(r"[T ]?[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$", re.ASCII)


def read_date(cell: Any, today: date) -> date:
    """The date in a cell. Raises ValueError if it is not a date or not plausible."""
    day = _day(cell)
    if not EARLIEST <= day <= today + timedelta(days=AHEAD_DAYS_MAX):
        raise ValueError("not a plausible date")
    return day


def _day(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise ValueError("not a date")
    if isinstance(cell, int | float):
        if cell == cell and SERIAL_MIN <= cell <= SERIAL_MAX:
            return EXCEL_EPOCH + timedelta(days=int(cell))
        if not (isinstance(cell, int) or cell.is_integer()):
            raise ValueError("not a date")
        cell = str(int(cell))
    text = _CLOCK.sub("", unicodedata.normalize("NFKC", cell).strip().strip("'’‘"))
    text = re.sub(r"\s+", "", text).removesuffix(".0")
    match = _SEPARATED.fullmatch(text) or _DIGITS.fullmatch(text)
    if match is None:
        raise ValueError("not a date")
    return date(int(match[1]), int(match[2]), int(match[3]))
