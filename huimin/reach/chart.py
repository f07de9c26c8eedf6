"""The reach by town or village as a picture: of the people entitled, who used a card.

The axis always runs from 0 to 100 %, so that a small share looks small; the full bar is use, the
outline around it valid cards, and the numbers stand beside it. The page has the same as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from huimin.core.chart_shapes import Box, Chart, Line, Shape, Words
from huimin.core.money import BASIS_POINTS, percent_words
from huimin.core.text_width import short_name
from huimin.reach.counts import Reach

WIDTH, LABEL, VALUE = 400, 132, 80
PLOT = WIDTH - LABEL - VALUE
TOP, BOTTOM, ROW, BAR = 72, 48, 30, 14
NAME_PLACES_MAX = 20
TICKS_BP = (0, 2_500, 5_000, 7_500, 10_000)


def reach_chart(rows: Sequence[Reach], words: Mapping[str, str]) -> Chart:
    """The places with people entitled. `words`: title, used, carded, axis, place."""
    shown = [row for row in rows if row.entitled]
    bottom = TOP + len(shown) * ROW
    return Chart(
        title=words["title"],
        description="；".join(_said(row) for row in shown),
        width=WIDTH,
        height=TOP + max(len(shown), 1) * ROW + BOTTOM,
        shapes=(
            Words(WIDTH / 2, 22, words["title"], "middle", 16),
            *_legend(words),
            *_axis(bottom, words),
            *(shape for n, row in enumerate(shown) for shape in _bar(row, TOP + n * ROW)),
        ),
    )


def share_text(basis_points: int | None) -> str:
    """A share for people: 8230 → "82.3%", "—" where there is nobody to be a share of."""
    return "—" if basis_points is None else percent_words((basis_points + 5) // 10 * 10)


def _legend(words: Mapping[str, str]) -> Iterator[Shape]:
    yield Box(LABEL, 36, 16, 12, full=True)
    yield Words(LABEL + 22, 47, words["used"], size=12)
    yield Box(LABEL + 130, 36, 16, 12, full=False)
    yield Words(LABEL + 152, 47, words["carded"], size=12)
    yield Words(LABEL - 8, TOP - 8, words["place"], "end", 12)


def _axis(bottom: int, words: Mapping[str, str]) -> Iterator[Shape]:
    for tick in TICKS_BP:
        x = LABEL + PLOT * tick // BASIS_POINTS
        yield Line(x, TOP, x, bottom, strong=tick == 0)
        yield Words(x, bottom + 16, percent_words(tick), "middle", 11)
    yield Words(LABEL + PLOT / 2, bottom + 36, words["axis"], "middle", 12)


def _bar(row: Reach, top: int) -> Iterator[Shape]:
    used = PLOT * (row.used_bp or 0) // BASIS_POINTS
    carded = PLOT * (row.carded_bp or 0) // BASIS_POINTS
    name = short_name(row.name, NAME_PLACES_MAX)
    yield Words(LABEL - 8, top + 18, name, "end", 12, says=row.name)
    yield Box(LABEL, top + 7, used, BAR, full=True, says=_said(row))
    yield Box(LABEL, top + 5, carded, BAR + 4, full=False, says=_said(row))
    yield Words(LABEL + PLOT + 6, top + 18, _shares(row), size=11)


def _said(row: Reach) -> str:
    return f"{row.name} {_shares(row)}"


def _shares(row: Reach) -> str:
    return f"{share_text(row.used_bp)} / {share_text(row.carded_bp)}"
