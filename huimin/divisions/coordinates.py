"""Where villages and towns lie, from a table that the county has: the whole of it or nothing.

The package's own list of divisions holds no coordinates, and none are guessed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from huimin.audit.record import record
from huimin.core.coordinates import LATITUDE_RANGE, LONGITUDE_RANGE, parse_degrees
from huimin.core.refusals import FieldProblem, FieldProblems
from huimin.divisions import queries
from huimin.storage.engine import Transaction

COLUMNS = ("code", "latitude", "longitude")


@dataclass(frozen=True, slots=True)
class Location:
    """A division's 12-digit code and its place (WGS 84) in microdegrees; `line` of the file."""

    line: int
    code: str
    latitude: int
    longitude: int


def read_locations(text: str) -> list[Location]:
    """The rows of a CSV with the columns code, latitude, longitude (decimal degrees).

    Raises FieldProblems that name each wrong line.
    """
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise FieldProblems(
            [
                _problem(
                    1, "第一行要有 code,latitude,longitude 三列。", "The first line names columns."
                )
            ]
        )
    found, problems, seen = [], [], set()
    for row in reader:
        code = (row["code"] or "").strip()
        try:
            latitude = parse_degrees(row["latitude"] or "", LATITUDE_RANGE)
            longitude = parse_degrees(row["longitude"] or "", LONGITUDE_RANGE)
        except ValueError:
            zh = "经纬度要写成中国境内的十进制度数，例如 30.275612,105.022341。"
            problems.append(_problem(reader.line_num, zh, "Write decimal degrees within China."))
            continue
        if code in seen:
            problems.append(
                _problem(reader.line_num, f"{code} 写了两次。", f"{code} stands twice.")
            )
        seen.add(code)
        found.append(Location(reader.line_num, code, latitude, longitude))
    if problems:
        raise FieldProblems(problems)
    return found


def locate_divisions(
    tx: Transaction, locations: Iterable[Location], *, now: datetime, actor: str
) -> int:
    """Write where they lie; how many. Raises FieldProblems for unknown codes."""
    problems, count = [], 0
    for one in locations:
        found = queries.locate_division(
            tx,
            code=one.code,
            latitude_microdegrees=one.latitude,
            longitude_microdegrees=one.longitude,
        )
        if not found:
            zh = f"没有行政区划代码 {one.code}。"
            problems.append(_problem(one.line, zh, f"There is no division {one.code}."))
        count += 1
    if problems:
        raise FieldProblems(problems)
    record(
        tx,
        at=now,
        actor=actor,
        action="division.located",
        subject_kind="division",
        subject_id="all",
        new={"count": count},
    )
    return count


def _problem(line: int, zh: str, en: str) -> FieldProblem:
    return FieldProblem("file", f"第 {line} 行：{zh}", f"Line {line}: {en}")
