"""The reach by town or village as a picture: of the people entitled, who used a card. SVG.

Presentation attributes only, for the strictest content policy. The axis always runs from
0 to 100 %, so that a small share looks small; the filled bar is use, the outline valid cards, and
the numbers stand beside it: it reads in grey and in print. The page has the same as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from huimin.core.money import BASIS_POINTS, percent_words
from huimin.core.short_name import short_name
from huimin.reach.counts import Reach

ACCENT = "#0B6E4F"
WIDTH, LABEL, VALUE = 400, 132, 80
PLOT = WIDTH - LABEL - VALUE
TOP, BOTTOM, ROW, BAR = 72, 48, 30, 14
NAME_PLACES_MAX = 20
TICKS_BP = (0, 2_500, 5_000, 7_500, 10_000)


def reach_chart_svg(rows: Sequence[Reach], words: Mapping[str, str]) -> str:
    """The places with people entitled. `words`: title, used, carded, axis, place."""
    shown = [row for row in rows if row.entitled]
    height = TOP + max(len(shown), 1) * ROW + BOTTOM
    title = escape(words["title"])
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
            f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'font-family="sans-serif" font-size="13" fill="currentColor" aria-label="{title}">',
            f"<title>{title}</title>",
            _text(WIDTH // 2, 22, words["title"], "middle", 16),
            *_legend(words),
            *_axis(TOP + len(shown) * ROW, words),
            *(line for n, row in enumerate(shown) for line in _bar(row, TOP + n * ROW)),
            "</svg>",
        ]
    )


def share_text(basis_points: int | None) -> str:
    """A share for people: 8230 → "82.3%", "—" where there is nobody to be a share of."""
    return "—" if basis_points is None else percent_words((basis_points + 5) // 10 * 10)


def _legend(words: Mapping[str, str]) -> Iterator[str]:
    yield f'<rect x="{LABEL}" y="36" width="16" height="12" fill="{ACCENT}"/>'
    yield _text(LABEL + 22, 47, words["used"], size=12)
    yield (
        f'<rect x="{LABEL + 130}" y="36" width="16" height="12" fill="none" stroke="currentColor"/>'
    )
    yield _text(LABEL + 152, 47, words["carded"], size=12)
    yield _text(LABEL - 8, TOP - 8, words["place"], "end", 12)


def _axis(bottom: int, words: Mapping[str, str]) -> Iterator[str]:
    for tick in TICKS_BP:
        x = LABEL + PLOT * tick // BASIS_POINTS
        yield (
            f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}" stroke="currentColor" '
            f'stroke-opacity="{"1" if tick == 0 else "0.2"}"/>'
        )
        yield _text(x, bottom + 16, percent_words(tick), "middle", 11)
    yield _text(LABEL + PLOT // 2, bottom + 36, words["axis"], "middle", 12)


def _bar(row: Reach, top: int) -> Iterator[str]:
    used = PLOT * (row.used_bp or 0) // BASIS_POINTS
    carded = PLOT * (row.carded_bp or 0) // BASIS_POINTS
    said = f"{share_text(row.used_bp)} / {share_text(row.carded_bp)}"
    yield f"<g><title>{escape(f'{row.name} {said}')}</title>"
    yield _text(LABEL - 8, top + 18, short_name(row.name, NAME_PLACES_MAX), "end", 12)
    yield f'<rect x="{LABEL}" y="{top + 7}" width="{used}" height="{BAR}" fill="{ACCENT}"/>'
    yield (
        f'<rect x="{LABEL}" y="{top + 5}" width="{carded}" height="{BAR + 4}" fill="none" '
        'stroke="currentColor"/>'
    )
    yield _text(LABEL + PLOT + 6, top + 18, said, size=11)
    yield "</g>"


def _text(x: int, y: int, text: str, anchor: str = "start", size: int = 13) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'
