"""The chart of a dry run: one bar an outlet, in its direction and of its length, inside."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from huimin.policies.dry_run import OutletChange
from huimin.policies.dry_run_chart import OUTLETS_MAX, WIDTH, dry_run_chart_svg, signed_money

SVG = "{http://www.w3.org/2000/svg}"


def change(fen: int, name: str = "时代百盛·宏扬店") -> OutletChange:
    return OutletChange("id", name, "supermarket", discount_after_fen=fen)


def drawn(outlets: list[OutletChange]) -> ElementTree.Element:
    text = dry_run_chart_svg(outlets, title="增减 <&>", rest="其余", less="减少", more="增加")
    return ElementTree.fromstring(text)


@given(st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=OUTLETS_MAX))
def test_each_bar_has_its_direction_and_length(changes: list[int]) -> None:
    svg = drawn([change(fen) for fen in changes])
    line = svg.find(f"{SVG}line")
    assert line is not None
    zero = float(line.attrib["x1"])
    groups = svg.findall(f"{SVG}g")
    assert len(groups) == len(changes)
    lengths = []
    for fen, group in zip(changes, groups, strict=True):
        assert group.findall(f"{SVG}text")[-1].text == signed_money(fen)
        bar = group.find(f"{SVG}rect")
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
    groups = svg.findall(f"{SVG}g")
    assert len(groups) == OUTLETS_MAX + 1
    last = [text.text for text in groups[-1].findall(f"{SVG}text")]
    assert last == ["其余", "+¥5.00"]
    assert svg.find(f".//{SVG}b") is None
