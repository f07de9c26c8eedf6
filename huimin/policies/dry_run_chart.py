"""What a draft would change, outlet by outlet, as bars to the left (less) and right (more). SVG.

Presentation attributes only, so that the strictest content policy shows it. Direction, sign and the
written amount carry the meaning, so that it reads in grey; the page has the same as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from huimin.core.money import money_text
from huimin.core.short_name import short_name
from huimin.policies.dry_run import OutletChange

WIDTH, LABEL, VALUE, ROW, BAR, TOP = 720, 190, 110, 34, 18, 34
PLOT = WIDTH - LABEL - 2 * VALUE
MORE, LESS, LINE = "#0B6E4F", "#B98900", "#1F2A26"
# More bars than this nobody reads; the rest is one bar, and the table has them all.
OUTLETS_MAX = 20
NAME_PLACES_MAX = 24


def dry_run_chart_svg(
    outlets: Sequence[OutletChange], *, title: str, rest: str, less: str, more: str
) -> str:
    """The drawing. `rest` names the bar of all further outlets; `less` and `more` the two sides."""
    bars = [(one.outlet_name, one.discount_change_fen) for one in outlets[:OUTLETS_MAX]]
    if len(outlets) > OUTLETS_MAX:
        bars.append((rest, sum(one.discount_change_fen for one in outlets[OUTLETS_MAX:])))
    height = TOP + ROW * len(bars) + 8
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-label="{escape(title)}" font-size="14" fill="{LINE}">'
            f"<title>{escape(title)}</title>",
            *_drawing(bars, height, less, more),
            "</svg>",
        ]
    )


def signed_money(fen: int) -> str:
    """An amount of change: +¥1.00, −¥1.00, ¥0.00."""
    return f"+{money_text(fen)}" if fen > 0 else money_text(fen)


def _drawing(bars: Sequence[tuple[str, int]], height: int, less: str, more: str) -> Iterator[str]:
    low, high = min(0, *(fen for _, fen in bars)), max(0, *(fen for _, fen in bars))
    span = max(high - low, 1)
    zero = LABEL + VALUE + PLOT * -low // span
    yield f'<text x="{zero - 8}" y="18" text-anchor="end">← {escape(less)}</text>'
    yield f'<text x="{zero + 8}" y="18">{escape(more)} →</text>'
    yield f'<line x1="{zero}" x2="{zero}" y1="6" y2="{height}" stroke="{LINE}"/>'
    for place, (name, fen) in enumerate(bars):
        top, long = TOP + place * ROW, PLOT * abs(fen) // span
        yield f"<g><title>{escape(name)} {signed_money(fen)}</title>"
        yield f'<text x="4" y="{top + 15}">{escape(short_name(name, NAME_PLACES_MAX))}</text>'
        if fen:
            left = zero if fen > 0 else zero - long
            yield (
                f'<rect x="{left}" y="{top}" width="{max(long, 2)}" height="{BAR}" rx="3" '
                f'fill="{MORE if fen > 0 else LESS}"/>'
            )
        end, anchor = (zero + long + 6, "start") if fen >= 0 else (zero - long - 6, "end")
        words = signed_money(fen)
        yield f'<text x="{end}" y="{top + 15}" text-anchor="{anchor}">{words}</text></g>'
