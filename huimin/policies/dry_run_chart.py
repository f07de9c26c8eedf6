"""What a draft would change, outlet by outlet, as bars to the left (less) and right (more).

Direction, sign and the written amount carry the meaning, so that it reads in grey; the page has the
same as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from huimin.core.chart_shapes import ACCENT, Box, Chart, Line, Shape, Words
from huimin.core.money import money_text
from huimin.core.text_width import short_name
from huimin.policies.dry_run import OutletChange

WIDTH, LABEL, VALUE, ROW, BAR, TOP = 720, 190, 110, 34, 18, 34
PLOT = WIDTH - LABEL - 2 * VALUE
LESS = "#B98900"
# More bars than this nobody reads; the rest is one bar, and the table has them all.
OUTLETS_MAX = 20
NAME_PLACES_MAX = 24
BAR_MIN = 2


def dry_run_chart(
    outlets: Sequence[OutletChange], *, title: str, rest: str, less: str, more: str
) -> Chart:
    """The drawing. `rest` names the bar of all further outlets; `less` and `more` the two sides."""
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


def signed_money(fen: int) -> str:
    """An amount of change: +¥1.00, −¥1.00, ¥0.00."""
    return f"+{money_text(fen)}" if fen > 0 else money_text(fen)


def _shapes(bars: Sequence[tuple[str, int]], height: int, less: str, more: str) -> Iterator[Shape]:
    low, high = min(0, *(fen for _, fen in bars)), max(0, *(fen for _, fen in bars))
    span = max(high - low, 1)
    zero = LABEL + VALUE + PLOT * -low // span
    yield Words(zero - 8, 18, f"← {less}", "end", 14)
    yield Words(zero + 8, 18, f"{more} →", size=14)
    yield Line(zero, 6, zero, height, strong=True)
    for place, (name, fen) in enumerate(bars):
        top, long = TOP + place * ROW, PLOT * abs(fen) // span
        says = f"{name} {signed_money(fen)}"
        yield Words(4, top + 15, short_name(name, NAME_PLACES_MAX), size=14, says=says)
        if fen:
            left = zero if fen > 0 else zero - long
            colour = ACCENT if fen > 0 else LESS
            yield Box(left, top, max(long, BAR_MIN), BAR, True, says, colour)
        end = zero + long + 6 if fen >= 0 else zero - long - 6
        yield Words(end, top + 15, signed_money(fen), "start" if fen >= 0 else "end", 14)
