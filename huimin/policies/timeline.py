"""Policies on a time line as SVG: a row per code, a bar per version, a line for today.

Only presentation attributes, which a strict content security policy allows; the page has the same
information as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

WIDTH, LABEL, ROW, BAR, TOP = 720, 150, 40, 22, 34
DAYS_BEFORE, DAYS_AFTER = 182, 365
COLOURS = {"published": "#0B6E4F", "approved": "#B98900", "draft": "#8B9892"}
NAME_MAX = 10


def timeline_svg(rows: Sequence[Mapping[str, Any]], today: date, title: str) -> str:
    """The time line of policies that are not withdrawn, half a year back and a year ahead."""
    drawn = [row for row in rows if row["state"] in COLOURS]
    codes = list(dict.fromkeys(row["code"] for row in drawn))
    first, last = today - timedelta(days=DAYS_BEFORE), today + timedelta(days=DAYS_AFTER)
    height = TOP + ROW * max(len(codes), 1) + 22
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}" font-size="13" fill="#1F2A26"><title>{escape(title)}</title>'
    ]
    parts += list(_months(first, last, height))
    for index, code in enumerate(codes):
        top = TOP + index * ROW
        versions = [row for row in drawn if row["code"] == code]
        name = str(versions[-1]["name"])
        short = name if len(name) <= NAME_MAX else name[: NAME_MAX - 1] + "…"
        parts.append(f'<text x="4" y="{top + 16}">{escape(short)}</text>')
        parts += [_bar(versions, one, first, last, top) for one in range(len(versions))]
    x = _x(today, first, last)
    parts.append(
        f'<line x1="{x}" x2="{x}" y1="20" y2="{height - 18}" stroke="#1F2A26" '
        f'stroke-dasharray="4 3"/>'
        f'<text x="{x}" y="14" text-anchor="middle">{today.isoformat()}</text></svg>'
    )
    return "".join(parts)


def _months(first: date, last: date, height: int) -> Iterator[str]:
    """A mark at the first day of each quarter."""
    for year in range(first.year, last.year + 1):
        for month in (1, 4, 7, 10):
            day = date(year, month, 1)
            if first <= day <= last:
                x = _x(day, first, last)
                yield (
                    f'<line x1="{x}" x2="{x}" y1="{TOP - 6}" y2="{height - 18}" stroke="#CFD8D3"/>'
                    f'<text x="{x}" y="{height - 4}" text-anchor="middle">{year}-{month:02d}</text>'
                )


def _bar(
    versions: Sequence[Mapping[str, Any]], index: int, first: date, last: date, top: int
) -> str:
    row = versions[index]
    start = date.fromisoformat(row["starts_on"])
    end = date.fromisoformat(row["ends_on"]) if row["ends_on"] else last
    # The next published version replaces it on its own first day.
    for later in versions[index + 1 :]:
        if later["state"] == "published" and row["state"] == "published":
            end = min(end, date.fromisoformat(later["starts_on"]) - timedelta(days=1))
            break
    if end < first or start > last:
        return ""
    left, right = _x(start, first, last), _x(end, first, last)
    hollow = row["state"] != "published"
    fill = "#FFFFFF" if hollow else COLOURS["published"]
    words = f"{row['version']}"
    return (
        f'<rect x="{left}" y="{top}" width="{max(right - left, 3)}" height="{BAR}" rx="4" '
        f'fill="{fill}" stroke="{COLOURS[row["state"]]}" stroke-width="2"/>'
        f'<text x="{left + 6}" y="{top + 16}" fill="{"#1F2A26" if hollow else "#FFFFFF"}">'
        f"{words}</text>"
    )


def _x(day: date, first: date, last: date) -> float:
    share = (min(max(day, first), last) - first) / (last - first)
    return round(LABEL + share * (WIDTH - LABEL - 8), 1)
