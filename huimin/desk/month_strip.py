"""The month so far in four figures, each with twelve months as a small line and its change against
the same days of last month.

The figures are the report's own; a change is shown only where the same days can be compared, never
a part of a month against a whole one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from huimin.core.days import county_day, month_of
from huimin.core.money import money_text
from huimin.core.period_words import day_words, month_words
from huimin.core.words import FACT_NAMES
from huimin.divisions.find import all_divisions
from huimin.instance import Instance
from huimin.reach.counts import (
    reach_of_county,
    total_of,
    used_share_at_end,
    used_share_on,
)
from huimin.reports.month_so_far import (
    SameDaysBefore,
    Sums,
    change_bp,
    months_until,
    same_day_last_month,
    values_of,
)
from huimin.storage.engine import Transaction

NOTHING = "—"
# The small line is drawn in these units, with room for its end mark.
WIDTH, HEIGHT, EDGE = 120, 32, 4


@dataclass(frozen=True, slots=True)
class StripFigure:
    """A figure in words: its name, value, change, and the line (months with values) as SVG points.

    `says` is the line for who can't see it; `segments` are its stretches without a gap, `end` where
    the running month stands.
    """

    name: str
    value: str
    change: str
    says: str
    segments: tuple[str, ...]
    end: tuple[float, float] | None


def month_strip(opened: Instance, now: datetime, language: str) -> dict[str, Any]:
    """The four figures, with the days that they are of: `until`, and `against` in words."""
    today = county_day(now)
    line = opened.engine.read(lambda tx: months_until(tx, month_of(today)))
    current = line[-1][1] or Sums(0, 0, 0)
    same_day = same_day_last_month(today)
    before = None
    if same_day is not None:
        before = opened.part(SameDaysBefore).at(opened.engine, same_day)
    months = [month for month, _sums in line]

    def count(name: str, says: Any) -> StripFigure:
        words = FACT_NAMES.say(name, language)
        value = int(getattr(current, name))
        past = None if before is None else change_bp(value, int(getattr(before, name)))
        values = [*values_of(line[:-1], name), value]
        return _figure(words, says(value), _percent_change(past), months, values, says, language)

    counts = [
        count("redemptions", lambda number: f"{number:,}"),
        count("discount_fen", money_text),
        count("cards_used", lambda number: f"{number:,}"),
    ]
    reach = _reach(opened, now, same_day, months, language)
    return {
        "month": month_words(month_of(today), language),
        "until": day_words(today, language),
        "against": _same_days(same_day, language),
        "figures": [*counts, reach],
    }


def _reach(
    opened: Instance, now: datetime, same_day: date | None, months: Sequence[str], language: str
) -> StripFigure:
    today = county_day(now)
    divisions = opened.engine.read(all_divisions)
    towns = {row["code"]: row["name"] for row in divisions if row["level"] == "town"}
    counted, _at = reach_of_county(opened.engine, towns, now=now, month=month_of(today))
    share = total_of(counted).used_bp

    def query(tx: Transaction) -> tuple[list[int | None], int | None]:
        ends = [used_share_at_end(tx, month) for month in months[:-1]]
        return ends, None if same_day is None else used_share_on(tx, same_day)

    ends, before = opened.engine.read(query)
    points = None if share is None or before is None else share - before
    return _figure(
        _("覆盖（有保障的人里用过卡的）"),
        _share_text(share),
        _points_change(points),
        months,
        [*ends, share],
        _share_text,
        language,
    )


def _figure(
    name: str,
    value: str,
    change: str,
    months: Sequence[str],
    values: Sequence[int | None],
    says: Any,
    language: str,
) -> StripFigure:
    numbers = "，".join(
        f"{month_words(month, language)} {NOTHING if number is None else says(number)}"
        for month, number in zip(months, values, strict=True)
    )
    segments, end = _drawn(values)
    return StripFigure(name, value, change, f"{name}：{numbers}", segments, end)


def _drawn(
    values: Sequence[int | None],
) -> tuple[tuple[str, ...], tuple[float, float] | None]:
    """The line from zero up to the largest value, in stretches between gaps."""
    top = max((value for value in values if value is not None), default=0) or 1
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    stretches: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            stretches.append([])
            continue
        up = max(value, 0) / top * (HEIGHT - 2 * EDGE)
        stretches[-1].append((round(EDGE + place * step, 1), round(HEIGHT - EDGE - up, 1)))
    segments = tuple(" ".join(f"{x},{y}" for x, y in one) for one in stretches if len(one) > 1)
    return segments, stretches[-1][-1] if stretches[-1] else None


def _share_text(share_bp: int | None) -> str:
    return NOTHING if share_bp is None else f"{share_bp / 100:.1f}%"


def _percent_change(change: int | None) -> str:
    if change is None:
        return NOTHING
    share = f"{abs(change) / 100:.1f}%"
    return _in_words(change, _("多 {share}", share=share), _("少 {share}", share=share))


def _points_change(points: int | None) -> str:
    if points is None:
        return NOTHING
    share = f"{abs(points) / 100:.1f}"
    return _in_words(
        points, _("高 {share} 个百分点", share=share), _("低 {share} 个百分点", share=share)
    )


def _in_words(change: int, more: str, less: str) -> str:
    if change == 0:
        return str(_("持平"))
    return f"↑ {more}" if change > 0 else f"↓ {less}"


def _same_days(same_day: date | None, language: str) -> str:
    if same_day is None:
        return str(_("上月没有同一天，不作比较"))
    first = day_words(same_day.replace(day=1), language)
    if same_day.day == 1:
        return str(_("与上月 {first} 比", first=first))
    return str(_("与上月同期（{first}至 {day} 日）比", first=first, day=same_day.day))
