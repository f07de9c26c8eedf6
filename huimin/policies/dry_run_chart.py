"""A dry run's changes per outlet as bars to the left (less) and right (more).

Direction, sign and amount carry the meaning, so that it works without colour; the page has the same
figures as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from huimin.core.chart_shapes import ACCENT, Box, Chart, Line, Shape, Words
from huimin.core.text_width import short_name
from huimin.policies.dry_run import OutletChange
from huimin.policies.effect import signed_money

WIDTH, LABEL, VALUE, ROW, BAR, TOP = 720, 190, 110, 34, 18, 34
PLOT = WIDTH - LABEL - 2 * VALUE
LESS = "#B98900"
# Nobody reads more bars than this: the rest is summed in one, and the table has them all.
OUTLETS_MAX = 20
NAME_PLACES_MAX = 24
BAR_MIN = 2


def dry_run_chart(
    outlets: Sequence[OutletChange], *, title: str, rest: str, less: str, more: str
) -> Chart:
    """The chart; `rest` labels the bar of all further outlets, `less` and `more` the sides."""
    bars = [(one.outlet_name, one.discount_change_fen) for one in outlets[:OUTLETS_MAX]]
    if len(outlets) > OUTLETS_MAX:
        bars.append((rest, sum(one.discount_change_fen for one in outlets[OUTLETS_MAX:])))
    height = TOP + ROW * len(bars) + 8
    return Chart(
        title=title,
        description="；".join(f"{name} {signed_money(fen)}" for name, fen in bars),
        width=WIDTH,
        height=height,
        shapes=tuple(_shapes(bars, height, less, more)),
    )


def _shapes(bars: Sequence[tuple[str, int]], height: int, less: str, more: str) -> Iterator[Shape]:
    low, high = min(0, *(fen for _, fen in bars)), max(0, *(fen for _, fen in bars))
    span = max(high - low, 1)
    zero = LABEL + VALUE + PLOT * -low // span
    yield Words(zero - 8, 18, f"← {less}", "end", 14)
    yield Words(zero + 8, 18, f"{more} →", size=14)
    yield Line(zero, 6, zero, height, strong=True)
    for index, (name, fen) in enumerate(bars):
        top, length = TOP + index * ROW, PLOT * abs(fen) // span
        label = f"{name} {signed_money(fen)}"
        yield Words(4, top + 15, short_name(name, NAME_PLACES_MAX), size=14, says=label)
        if fen:
            left = zero if fen > 0 else zero - length
            colour = ACCENT if fen > 0 else LESS
            yield Box(left, top, max(length, BAR_MIN), BAR, True, label, colour)
        end = zero + length + 6 if fen >= 0 else zero - length - 6
        yield Words(end, top + 15, signed_money(fen), "start" if fen >= 0 else "end", 14)
