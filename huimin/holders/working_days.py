"""Working days: the State Council's yearly notice, and a county's own additions.

The notice's days off and worked weekends are in working_days.csv (working_days_SOURCE.md). A file
in the instance folder adds or replaces whole years. In a year that neither has, only weekends are
off.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from huimin.core.days import parse_day
from huimin.settings import SettingsProblem, variable

FILE_NAME = "working_days.csv"
HEADER = ["day", "kind", "name"]
KINDS = {"off": False, "working": True}
SATURDAY = 5
SETTING = variable("working_days")


class WorkingDays:
    """Knows whether a county day is a working day."""

    def __init__(self, days: Mapping[date, bool]) -> None:
        self._days = dict(days)

    @property
    def years(self) -> set[int]:
        """The years for which there is a notice."""
        return {day.year for day in self._days}

    def is_working(self, day: date) -> bool:
        """Whether it is a working day by the notice, or else Monday to Friday."""
        return self._days.get(day, day.weekday() < SATURDAY)

    def last_before(self, day: date) -> date:
        """The last working day before `day`."""
        day -= timedelta(days=1)
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day

    def after(self, day: date, count: int) -> date:
        """The working day that comes so many working days after `day`."""
        for _ in range(count):
            day += timedelta(days=1)
            while not self.is_working(day):
                day += timedelta(days=1)
        return day

    def with_years_of(self, other: WorkingDays) -> WorkingDays:
        """These days, with every year that `other` has taken from it."""
        own_days = {
            day: worked for day, worked in self._days.items() if day.year not in other.years
        }
        return WorkingDays({**own_days, **other._days})


def package_working_days() -> WorkingDays:
    """The working days that ship with the package."""
    text = (files("huimin.holders") / FILE_NAME).read_text(encoding="utf-8")
    return _read(text)


def open_working_days(folder: Path, name: str) -> WorkingDays:
    """The package's days, with those of the county's file if the instance folder has one.

    Raises SettingsProblem with the number of an invalid line.
    """
    path = folder / name
    if not path.is_file():
        return package_working_days()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise _unreadable(1) from None
    return package_working_days().with_years_of(_read(text))


def _read(text: str) -> WorkingDays:
    lines = text.splitlines()
    days: dict[date, bool] = {}
    if not lines or [cell.strip() for cell in lines[0].split(",")] != HEADER:
        raise _unreadable(1)
    for number, cells in enumerate(csv.reader(lines[1:]), start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            day, kind = parse_day(cells[0].strip()), KINDS[cells[1].strip()]
        except (ValueError, KeyError, IndexError):
            raise _unreadable(number) from None
        if day in days:
            raise _unreadable(number)
        days[day] = kind
    return WorkingDays(days)


def _unreadable(line: int) -> SettingsProblem:
    return SettingsProblem(
        SETTING,
        "第 {line} 行读不懂；第一行是 day,kind,name，其余每行一天，例如 2027-01-01,off,"
        "元旦（off 放假，working 调休上班），同一天只写一次。",
        line=line,
    )
