"""Find two policies that tie: the same scope on the same days.

A version counts from its first day to its last, or to the day before a later version of its code
starts, whichever is earlier. Days are ISO text, which sorts like dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from huimin.core.catalogue import text
from huimin.core.refusals import FieldProblem

Row = Mapping[str, Any]
OPEN_END = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Tie:
    """Another published policy that applies to the same purchases on these days."""

    other: Row
    first_day: str
    last_day: str

    def as_problem(self) -> FieldProblem:
        """The problem naming the other policy and the days."""
        days = text("{first} 起", first=self.first_day)
        if self.last_day != OPEN_END:
            days = text("{first} 至 {last}", first=self.first_day, last=self.last_day)
        return FieldProblem(
            "scope",
            "{days}与已发布的“{name}（{code} 第 {version} 版）”范围相同，分不出先后；"
            "请改日期或范围，或者把它存为那项政策的新版本。",
            days=days,
            **{name: self.other[name] for name in ("name", "code", "version")},
        )


def counting_days(row: Row, versions: Iterable[Row]) -> tuple[str, str] | None:
    """First and last day on which `row` counts among the `versions` of its code; None if never."""
    last = row["ends_on"] or OPEN_END
    for later in versions:
        if later["version"] > row["version"]:
            before = date.fromisoformat(later["starts_on"]) - timedelta(days=1)
            last = min(last, before.isoformat())
    return (row["starts_on"], last) if row["starts_on"] <= last else None


def find_tie(published: Sequence[Row], code: str) -> Tie | None:
    """The first tie between a version of `code` and another of the `published` policies."""
    by_code: dict[str, list[Row]] = {}
    for row in published:
        by_code.setdefault(row["code"], []).append(row)
    for version in by_code.get(code, []):
        version_days = counting_days(version, by_code[code])
        for other in published:
            if other["code"] == code or version_days is None or not same_scope(version, other):
                continue
            days = counting_days(other, by_code[other["code"]])
            if days and version_days[0] <= days[1] and days[0] <= version_days[1]:
                return Tie(other, max(version_days[0], days[0]), min(version_days[1], days[1]))
    return None


def same_scope(one: Row, other: Row) -> bool:
    """Whether both have the same scope."""
    return bool(one["scope"] == other["scope"] and one["scope_value"] == other["scope_value"])
