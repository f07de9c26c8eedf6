"""Which backups of a folder stay: the newest of each of the last days, weeks and months.

`7d4w12m` keeps the newest backup of each of the last 7 days, 4 weeks and 12 months that have one
(county days; weeks begin on Monday). Only files that carry this county's own mark in the name that
`huimin backup` gives are looked at; the newest always stays. One that is named by an instant still
to come (the clock was ahead) or by none is not counted, and not deleted either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from huimin.core.days import county_day, month_of

_RULE = re.compile(r"(?=\d)(?:(\d{1,3})d)?(?:(\d{1,3})w)?(?:(\d{1,3})m)?")
_NAME = re.compile(r"huimin-(?P<mark>[0-9a-f]{8})-(?P<at>\d{8}T\d{6}Z)\.tar(?:\.gz)?(?:\.age)?")
_INSTANT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days, weeks and months keep their newest backup."""

    days: int = 0
    weeks: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """A backup in a folder, by its name: `at` is the instant of its copy, in UTC."""

    path: Path
    at: datetime


def parse_keep(rule: str) -> Keep:
    """`7d4w12m`, or a part of it in this order. Raises ValueError; nothing at all is no rule."""
    parts = _RULE.fullmatch(rule.strip())
    if parts is None or not any(map(int, filter(None, parts.groups()))):
        raise ValueError("no rule")
    return Keep(*(int(number or 0) for number in parts.groups()))


def name_at(county_mark: str, at: datetime, *, packed: bool, encrypted: bool) -> str:
    """The name of a backup in a folder."""
    ending = ".tar" + (".gz" if packed else "") + (".age" if encrypted else "")
    return f"huimin-{county_mark}-{at.astimezone(UTC).strftime(_INSTANT)}{ending}"


def backups_in(folder: Path, county_mark: str | None = None, *, now: datetime) -> list[Named]:
    """The backups of a folder until now by their names, newest first: of one county or of all."""
    named = []
    for path in folder.iterdir():
        parts = _NAME.fullmatch(path.name)
        if parts is None or path.is_symlink() or not path.is_file():
            continue
        at = _instant_in(parts["at"])
        if county_mark in (None, parts["mark"]) and at is not None and at <= now:
            named.append(Named(path, at))
    return sorted(named, key=lambda one: one.at, reverse=True)


def no_longer_kept(backups: Iterable[Named], keep: Keep) -> list[Named]:
    """Those that no day, week or month keeps, oldest first."""
    newest_first = sorted(backups, key=lambda one: one.at, reverse=True)
    to_keep = set(newest_first[:1])
    for count, period in (
        (keep.days, date.isoformat),
        (keep.weeks, _week),
        (keep.months, month_of),
    ):
        to_keep |= _newest_of_each(newest_first, count, period)
    return [one for one in reversed(newest_first) if one not in to_keep]


def _instant_in(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, _INSTANT).replace(tzinfo=UTC)
    except ValueError:  # digits of no day or hour
        return None


def _newest_of_each(
    newest_first: list[Named], count: int, period: Callable[[date], str]
) -> set[Named]:
    newest: dict[str, Named] = {}
    for one in newest_first:
        newest.setdefault(period(county_day(one.at)), one)
    return set(list(newest.values())[:count])


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-{week:02d}"
