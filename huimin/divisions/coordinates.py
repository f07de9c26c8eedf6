"""Load coordinates of villages and towns from the county's own table, all rows or none.

The package's list of divisions has no coordinates, and none are guessed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from typing import Unpack

from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.catalogue import text
from huimin.core.coordinates import LATITUDE_RANGE, LONGITUDE_RANGE, parse_degrees
from huimin.core.refusals import FieldProblems
from huimin.divisions import queries
from huimin.divisions.load import line_problem
from huimin.storage.engine import Transaction

COLUMNS = ("code", "latitude", "longitude")


@dataclass(frozen=True, slots=True)
class Location:
    """A division's 12-digit code and its place (WGS 84, microdegrees); `line` is its file line."""

    line: int
    code: str
    latitude: int
    longitude: int


def read_locations(content: str) -> list[Location]:
    """Parse a CSV with the columns code, latitude, longitude (decimal degrees).

    Raises FieldProblems naming each wrong line.
    """
    reader = csv.DictReader(StringIO(content.removeprefix("\ufeff")))
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise FieldProblems([line_problem(1, text("第一行要有 code,latitude,longitude 三列。"))])
    locations, problems, seen = [], [], set()
    for row in reader:
        code = (row["code"] or "").strip()
        try:
            latitude = parse_degrees(row["latitude"] or "", LATITUDE_RANGE)
            longitude = parse_degrees(row["longitude"] or "", LONGITUDE_RANGE)
        except ValueError:
            problems.append(
                line_problem(
                    reader.line_num,
                    text("经纬度要写成中国境内的十进制度数，例如 30.275612,105.022341。"),
                )
            )
            continue
        if code in seen:
            problems.append(line_problem(reader.line_num, text("{code} 写了两次。", code=code)))
        seen.add(code)
        locations.append(Location(reader.line_num, code, latitude, longitude))
    if problems:
        raise FieldProblems(problems)
    return locations


def locate_divisions(tx: Transaction, locations: Iterable[Location], **by: Unpack[By]) -> int:
    """Store the locations and return how many. Raises FieldProblems for unknown codes."""
    problems, count = [], 0
    for one in locations:
        updated = queries.locate_division(
            tx,
            code=one.code,
            latitude_microdegrees=one.latitude,
            longitude_microdegrees=one.longitude,
        )
        if not updated:
            problems.append(
                line_problem(one.line, text("没有行政区划代码 {code}。", code=one.code))
            )
        count += 1
    if problems:
        raise FieldProblems(problems)
    record(tx, "division.located", "all", new={"count": count}, **by)
    return count
