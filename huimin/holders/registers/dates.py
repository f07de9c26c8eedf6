"""Read the dates that offices write: date cells, and text in the forms that are in use.

Only a whole, possible date counts; a month without its day or a two-digit year is refused.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

EARLIEST = date(1949, 10, 1)
# A register is drawn up before the quarter it counts for, but not years before.
AHEAD_DAYS_MAX = 366
# Excel's day numbers of 1954 to 2064: a date cell that lost its format.
SERIAL_MIN, SERIAL_MAX = 20_000, 60_000
EXCEL_EPOCH = date(1899, 12, 30)

_SEPARATED = re.compile(r"([12][0-9]{3})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})[日号]?", re.ASCII)
_DIGITS = re.compile(r"([12][0-9]{3})([0-9]{2})([0-9]{2})", re.ASCII)
_CLOCK = re.compile(r"[T ]?[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$", re.ASCII)


def read_date(cell: Any, today: date) -> date:
    """The day in a cell. Raises ValueError for what is no day or lies out of reason."""
    day = _day(cell)
    if not EARLIEST <= day <= today + timedelta(days=AHEAD_DAYS_MAX):
        raise ValueError("a day out of reason")
    return day


def _day(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise ValueError("no date")
    if isinstance(cell, int | float):
        if cell == cell and SERIAL_MIN <= cell <= SERIAL_MAX:
            return EXCEL_EPOCH + timedelta(days=int(cell))
        if not (isinstance(cell, int) or cell.is_integer()):
            raise ValueError("no date")
        cell = str(int(cell))
    text = _CLOCK.sub("", unicodedata.normalize("NFKC", cell).strip().strip("'’‘"))
    text = re.sub(r"\s+", "", text).removesuffix(".0")
    found = _SEPARATED.fullmatch(text) or _DIGITS.fullmatch(text)
    if found is None:
        raise ValueError("no date")
    return date(int(found[1]), int(found[2]), int(found[3]))
