"""The reach by town or village as a picture: of the people entitled, who used a card.

The axis always runs from 0 to 100 %, so that a small share looks small; the full bar is use, the
outline below it valid cards. The page has the same as a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from huimin.core.bar_charts import WIDE, Axis, Bar, bars_below, titled
from huimin.core.chart_shapes import Chart
from huimin.core.money import BASIS_POINTS, percent_words
from huimin.core.money import share_text as share_words
from huimin.reach.counts import Reach


def reach_chart(rows: Sequence[Reach], words: Mapping[str, str], width: float = WIDE) -> Chart:
    """The places with people entitled. `words`: title, used, carded, axis."""
    bars = [
        Bar(row.name, row.used_bp or 0, _shares(row), compared=row.carded_bp or 0)
        for row in rows
        if row.entitled
    ]
    axis = Axis(words["axis"], percent_words, 0, BASIS_POINTS, BASIS_POINTS // 4)
    plot = bars_below(bars, axis, (words["used"], words["carded"]), width)
    return titled(words["title"], "；".join(bar.says for bar in bars), plot, width)


def share_text(basis_points: int | None) -> str:
    """A share for people: 8230 → "82.3%", "—" where there is nobody to be a share of."""
    return "—" if basis_points is None else share_words(basis_points)


def _shares(row: Reach) -> str:
    return f"{share_text(row.used_bp)} / {share_text(row.carded_bp)}"
