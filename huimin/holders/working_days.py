"""Which days are worked: the State Council's yearly notice, and what a county adds to it.

The notice's days off and worked weekends stand in working_days.csv (working_days_SOURCE.md). A file
in the instance folder adds years; a year that it holds is taken from it whole. A year that is in
neither has its weekends off and nothing else.
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
    """Answers whether a county day is worked."""

    def __init__(self, told: Mapping[date, bool]) -> None:
        self._told = dict(told)

    @property
    def years(self) -> set[int]:
        """The years whose notice is known."""
        return {day.year for day in self._told}

    def is_working(self, day: date) -> bool:
        """What the notice says of the day; else whether it is no Saturday or Sunday."""
        return self._told.get(day, day.weekday() < SATURDAY)

    def last_before(self, day: date) -> date:
        """The last working day before that day."""
        day -= timedelta(days=1)
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day

    def with_years_of(self, other: WorkingDays) -> WorkingDays:
        """These days, with every year that the other holds taken from it."""
        kept = {day: worked for day, worked in self._told.items() if day.year not in other.years}
        return WorkingDays({**kept, **other._told})


def package_working_days() -> WorkingDays:
    """What is known where a county has added nothing."""
    text = (files("huimin.holders") / FILE_NAME).read_text(encoding="utf-8")
    return _read(text)


def open_working_days(folder: Path, name: str) -> WorkingDays:
    """The package's days and those of the county's file, when the instance folder holds it.

    Raises SettingsProblem with the line of a file that can't be read.
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
    told: dict[date, bool] = {}
    if not lines or [cell.strip() for cell in lines[0].split(",")] != HEADER:
        raise _unreadable(1)
    for number, cells in enumerate(csv.reader(lines[1:]), start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            day, kind = parse_day(cells[0].strip()), KINDS[cells[1].strip()]
        except (ValueError, KeyError, IndexError):
            raise _unreadable(number) from None
        if day in told:
            raise _unreadable(number)
        told[day] = kind
    return WorkingDays(told)


def _unreadable(line: int) -> SettingsProblem:
    return SettingsProblem(
        SETTING,
        f"第 {line} 行读不懂；第一行是 day,kind,name，其余每行一天，例如 2027-01-01,off,元旦"
        "（off 放假，working 调休上班），同一天只写一次。",
        f"line {line} can't be read; the first line is day,kind,name, every other one a day such "
        "as 2027-01-01,off,New Year (off or working), each day once.",
    )
