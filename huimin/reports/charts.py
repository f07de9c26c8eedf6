"""The month as a picture: horizontal bars of discount by a grouping, drawn on the server as SVG.

Only presentation attributes, no style and no script, so that the strictest content policy shows it;
a page puts the data as a table beside it. Length and a written amount carry the meaning, the month
before is an outline, so that it reads in grey and in print.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from huimin.core.kind_names import eligibility_word, outlet_kind_word
from huimin.core.money import money_text, yuan
from huimin.reports.columns import display_width
from huimin.reports.figures import ReportRow
from huimin.reports.monthly import MonthlyReport
from huimin.reports.wording import (
    grouping_word,
    month_words,
)

ACCENT = "#0B6E4F"
WIDTH = 420
LABEL_WIDTH = 112
VALUE_WIDTH = 84
PLOT_WIDTH = WIDTH - LABEL_WIDTH - VALUE_WIDTH
TOP, BOTTOM = 72, 48
ROW_HEIGHT, BAR_HEIGHT, BEFORE_HEIGHT = 44, 16, 8
NAME_PLACES_MAX = 16
TICKS_MAX = 4

WORDS = {
    "title": {
        "zh_Hans": "{month}优惠金额（按{grouping}）",
        "zh_Hant": "{month}優惠金額（按{grouping}）",
        "en": "Discount in {month} by {grouping}",
    },
    "axis": {"zh_Hans": "优惠金额（元）", "zh_Hant": "優惠金額（元）", "en": "Discount (yuan)"},
    "this": {"zh_Hans": "本月", "zh_Hant": "本月", "en": "This month"},
    "before": {"zh_Hans": "上月", "zh_Hant": "上月", "en": "Month before"},
    "none": {
        "zh_Hans": "这个月没有优惠交易。",
        "zh_Hant": "這個月沒有優惠交易。",
        "en": "No discount was given in this month.",
    },
}


@dataclass(frozen=True)
class _Scale:
    """元 on the axis: from `low_fen` (0, or below it where reversals outweigh) in round steps."""

    low_fen: int
    high_fen: int
    step_fen: int

    def x(self, fen: int) -> float:
        """The place of an amount, in user units."""
        share = (fen - self.low_fen) / (self.high_fen - self.low_fen)
        return round(LABEL_WIDTH + share * PLOT_WIDTH, 1)

    def ticks(self) -> range:
        """The amounts that are written under the axis, in fen."""
        return range(self.low_fen, self.high_fen + 1, self.step_fen)


def month_chart_svg(
    report: MonthlyReport, language: str = "zh_Hans", grouping: str = "kind"
) -> str:
    """An `<svg>` element of the discount by "kind", "town", "eligibility" or "outlet".

    It is 420 units wide; every text in it is escaped.
    """
    rows = [row for row in report.rows(grouping) if row.redemptions or row.reversals]
    title = _word("title", language).format(
        month=month_words(report.month, language),
        grouping=_lowered(grouping_word(grouping, language), language),
    )
    height = TOP + max(len(rows), 1) * ROW_HEIGHT + BOTTOM
    body = _plot(rows, language, grouping) if rows else [_none(language)]
    described = "；".join(f"{_name(row, grouping, language)} {_amount(row)}" for row in rows)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
            f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'font-family="sans-serif" font-size="13" fill="currentColor" '
            f'aria-label="{escape(title)}">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(described or _word('none', language))}</desc>",
            _text(WIDTH / 2, 22, title, anchor="middle", size=16, bold=True),
            *body,
            "</svg>",
        ]
    )


def _plot(rows: Sequence[ReportRow], language: str, grouping: str) -> Iterator[str]:
    scale = _scale(rows)
    bottom = TOP + len(rows) * ROW_HEIGHT
    yield from _legend(language)
    yield _text(LABEL_WIDTH - 8, TOP - 8, grouping_word(grouping, language), anchor="end", size=12)
    yield from _axis(scale, bottom, language)
    for place, row in enumerate(rows):
        yield from _bars(row, TOP + place * ROW_HEIGHT, scale, _name(row, grouping, language))


def _legend(language: str) -> Iterator[str]:
    yield f'<rect x="{LABEL_WIDTH}" y="36" width="16" height="12" fill="{ACCENT}"/>'
    yield _text(LABEL_WIDTH + 22, 47, _word("this", language), size=12)
    left = LABEL_WIDTH + 120
    yield f'<rect x="{left}" y="38" width="16" height="8" fill="none" stroke="currentColor"/>'
    yield _text(left + 22, 47, _word("before", language), size=12)


def _axis(scale: _Scale, bottom: int, language: str) -> Iterator[str]:
    for fen in scale.ticks():
        x = scale.x(fen)
        strong = "1" if fen == 0 else "0.2"
        yield (
            f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}" '
            f'stroke="currentColor" stroke-opacity="{strong}"/>'
        )
        yield _text(x, bottom + 16, _whole_yuan(fen), anchor="middle", size=11)
    middle = LABEL_WIDTH + PLOT_WIDTH / 2
    yield _text(middle, bottom + 36, _word("axis", language), anchor="middle", size=12)


def _bars(row: ReportRow, top: int, scale: _Scale, name: str) -> Iterator[str]:
    tooltip = f"<title>{escape(f'{name} {_amount(row)}')}</title>"
    yield f"<g>{tooltip}"
    yield _text(LABEL_WIDTH - 8, top + 19, _short(name), anchor="end")
    yield _bar(scale, row.discount_fen, top + 6, BAR_HEIGHT, f'fill="{ACCENT}"')
    if row.previous.discount_fen:
        outline = 'fill="none" stroke="currentColor"'
        yield _bar(scale, row.previous.discount_fen, top + 26, BEFORE_HEIGHT, outline)
    end = max(scale.x(row.discount_fen), scale.x(0))
    yield _text(end + 5, top + 19, _amount(row), size=12)
    yield "</g>"


def _bar(scale: _Scale, fen: int, y: int, height: int, look: str) -> str:
    zero, end = scale.x(0), scale.x(fen)
    left, width = min(zero, end), round(abs(end - zero), 1)
    return f'<rect x="{left}" y="{y}" width="{width}" height="{height}" {look}/>'


def _scale(rows: Sequence[ReportRow]) -> _Scale:
    amounts = [fen for row in rows for fen in (row.discount_fen, row.previous.discount_fen)]
    low, high = min(0, *amounts), max(0, *amounts)
    step = _round_step((high - low) // TICKS_MAX)
    return _Scale(low // step * step, max(-(-high // step), 1) * step, step)


def _round_step(at_least_fen: int) -> int:
    """The smallest of 1, 2 or 5 × 10ⁿ 元 that is not below it."""
    step = 100
    while True:
        for times in (1, 2, 5):
            if step * times >= at_least_fen:
                return step * times
        step *= 10


def _name(row: ReportRow, grouping: str, language: str) -> str:
    if grouping == "kind":
        return outlet_kind_word(row.key, language)
    if grouping == "eligibility":
        return eligibility_word(row.key, language)
    return row.name


def _short(name: str) -> str:
    """The name cut to the room there is; the whole of it stands in the bar's title."""
    if display_width(name) <= NAME_PLACES_MAX:
        return name
    while display_width(name) > NAME_PLACES_MAX - 2:
        name = name[:-1]
    return f"{name}…"


def _none(language: str) -> str:
    return _text(WIDTH / 2, TOP + ROW_HEIGHT / 2, _word("none", language), anchor="middle")


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 13, bold: bool = False
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}"{weight}>'
        f"{escape(text)}</text>"
    )


def _amount(row: ReportRow) -> str:
    return money_text(row.discount_fen)


def _whole_yuan(fen: int) -> str:
    return yuan(fen).removesuffix(".00")


def _lowered(text: str, language: str) -> str:
    return text.lower() if language == "en" else text


def _word(name: str, language: str) -> str:
    words = WORDS[name]
    return words.get(language, words["zh_Hans"])
