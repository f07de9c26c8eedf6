"""The chart of a dry run: one bar an outlet, in its direction and of its length, inside."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from huimin.core.chart_svg import chart_svg
from huimin.policies.dry_run import OutletChange
from huimin.policies.dry_run_chart import OUTLETS_MAX, WIDTH, dry_run_chart, signed_money

SVG = "{http://www.w3.org/2000/svg}"


def change(fen: int, name: str = "时代百盛·宏扬店") -> OutletChange:
    return OutletChange("id", name, "supermarket", discount_after_fen=fen)


def drawn(outlets: list[OutletChange]) -> ElementTree.Element:
    chart = dry_run_chart(outlets, title="增减 <&>", rest="其余", less="减少", more="增加")
    return ElementTree.fromstring(chart_svg(chart))


def rows_of(svg: ElementTree.Element) -> list[tuple[str, str, ElementTree.Element | None]]:
    """Name, amount and bar of each row, from the top: a row's texts stand at one height."""
    found: dict[float, list[str]] = {}
    for text in svg.findall(f"{SVG}text")[2:]:
        found.setdefault(float(text.attrib["y"]), []).append(text.text or "")
    bars = {float(bar.attrib["y"]): bar for bar in svg.findall(f"{SVG}rect")}
    return [(name, said, bars.get(y - 15)) for y, (name, said) in found.items()]


@given(st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=OUTLETS_MAX))
def test_each_bar_has_its_direction_and_length(changes: list[int]) -> None:
    svg = drawn([change(fen) for fen in changes])
    line = svg.find(f"{SVG}line")
    assert line is not None
    zero = float(line.attrib["x1"])
    lengths = []
    for fen, (_, said, bar) in zip(changes, rows_of(svg), strict=True):
        assert said == signed_money(fen)
        assert (bar is None) == (fen == 0)
        if bar is None:
            continue
        left, width = float(bar.attrib["x"]), float(bar.attrib["width"])
        assert left >= 0 and left + width <= WIDTH
        assert left >= zero if fen > 0 else left + width <= zero + 2
        lengths.append((abs(fen), width))
    ordered = [width for _, width in sorted(lengths)]
    assert ordered == sorted(ordered)


def test_further_outlets_are_one_bar_and_no_name_breaks_the_drawing() -> None:
    svg = drawn(
        [change(100, "<b>&很长很长很长很长很长很长很长的名字") for _ in range(OUTLETS_MAX + 5)]
    )
    rows = rows_of(svg)
    assert len(rows) == OUTLETS_MAX + 1
    assert rows[-1][:2] == ("其余", "+¥5.00")
    assert svg.find(f".//{SVG}b") is None
