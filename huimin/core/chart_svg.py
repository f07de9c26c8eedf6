"""A chart as SVG for a page.

Only presentation attributes, no style and no script, as a strict content security policy demands;
every text is escaped. The page shows the data as a table, too.
"""

from __future__ import annotations

from html import escape

from huimin.core.chart_shapes import Box, Chart, Line, Shape, Words


def chart_svg(chart: Chart, look: str = "") -> str:
    """The chart as an `<svg>` element (SVG 2); `look` is a further class of it."""
    css_class = f"chart {look}".rstrip()
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{css_class}" role="img" '
            f'viewBox="0 0 {chart.width:g} {chart.height:g}" width="{chart.width:g}" '
            f'height="{chart.height:g}" font-family="sans-serif" font-size="13" '
            f'fill="currentColor" aria-label="{escape(chart.title)}">',
            f"<title>{escape(chart.title)}</title>",
            f"<desc>{escape(chart.description)}</desc>",
            *(_element(shape) for shape in chart.shapes),
            "</svg>",
        ]
    )


def _element(shape: Shape) -> str:
    if isinstance(shape, Words):
        return _words(shape)
    if isinstance(shape, Box):
        return _box(shape)
    return _line(shape)


def _words(words: Words) -> str:
    weight = ' font-weight="bold"' if words.bold else ""
    return (
        f'<text x="{words.x:g}" y="{words.y:g}" text-anchor="{words.anchor}" '
        f'font-size="{words.size}"{weight}>{escape(words.text)}{_title(words.says)}</text>'
    )


def _line(line: Line) -> str:
    return (
        f'<line x1="{line.x1:g}" y1="{line.y1:g}" x2="{line.x2:g}" y2="{line.y2:g}" '
        f'stroke="currentColor" stroke-opacity="{1 if line.strong else 0.2}"/>'
    )


def _box(box: Box) -> str:
    look = f'fill="{box.colour}"' if box.full else 'fill="none" stroke="currentColor"'
    rect = f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" {look}'
    return f"{rect}>{_title(box.says)}</rect>" if box.says else f"{rect}/>"


def _title(says: str) -> str:
    return f"<title>{escape(says)}</title>" if says else ""
