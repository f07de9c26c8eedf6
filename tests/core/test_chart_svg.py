"""A chart as SVG: every text stays text, and a pointer is told the whole of what was cut."""

from __future__ import annotations

from xml.etree import ElementTree

from huimin.core.chart_shapes import Box, Chart, Line, Words
from huimin.core.chart_svg import chart_svg

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<b onload="x">&\'</b>'


def test_no_text_leaves_its_place() -> None:
    shapes = (
        Words(1, 2, HOSTILE, says=HOSTILE),
        Box(0, 0, 1, 1, full=False, says=HOSTILE),
        Line(0, 0, 1, 1),
    )
    svg = ElementTree.fromstring(chart_svg(Chart(HOSTILE, HOSTILE, 10, 10, shapes)))
    assert {node.tag for node in svg.iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "text", "rect", "line")
    }
    said = [node.text for node in svg.iter() if node.tag in (f"{SVG}title", f"{SVG}desc")]
    assert said == [HOSTILE] * 4 and svg.attrib["aria-label"] == HOSTILE
