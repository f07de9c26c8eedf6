"""The chart of a month: well-formed, safe, labelled, and true to the figures."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest

from huimin.core.bar_charts import HALF, NARROW, WIDE
from huimin.core.chart_shapes import ACCENT, TINT, Box, Words
from huimin.core.chart_svg import chart_svg
from huimin.core.money import money_text
from huimin.core.period_words import month_words
from huimin.core.text_width import display_width
from huimin.instance import Instance
from huimin.reports.charts import BARS_MAX, months_chart, report_chart
from huimin.reports.figures import NOTHING, OutletRow, ReportRow
from huimin.reports.monthly import MonthlyReport, monthly_report
from tests.reports.busy import busy_report
from tests.reports.county import GROUPINGS, make_small_county

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def report(sqlite_instance: Instance, clock: Any) -> MonthlyReport:
    county = make_small_county(sqlite_instance)
    for card in range(4):
        county.sell(card, card, 10_000 * (card + 1))
    clock.advance(days=1)
    for card in range(4):
        county.sell(card, card + 1, 12_300 * (card + 1))
    return sqlite_instance.engine.read(lambda tx: monthly_report(tx, "2026-11"))


def month_chart_svg(
    report: MonthlyReport, language: str = "zh_Hans", grouping: str = "kind"
) -> str:
    return chart_svg(report_chart(report, language, grouping))


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("grouping", GROUPINGS)
@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant", "en"])
def test_every_group_has_a_bar_a_name_and_an_amount(
    report: MonthlyReport, grouping: str, language: str
) -> None:
    svg = month_chart_svg(report, language, grouping)
    written = texts(svg)
    # What was only in an earlier month has no bar of this one.
    rows = [row for row in report.rows(grouping) if row.redemptions or row.reversals]
    titles = [node.text or "" for node in ElementTree.fromstring(svg).iter(f"{SVG}title")]
    for row in rows:
        # Columns are too narrow for their amounts: those stand in the table and over the column.
        said = titles if grouping in ("weekday", "hour") else written
        assert any(text.endswith(money_text(row.discount_fen)) for text in said)
    bars = re.findall(r'<rect [^>]*fill="#0B6E4F"><title>', svg)
    assert rows and len(bars) == len(rows)


def test_axes_and_unit_are_written(report: MonthlyReport) -> None:
    written = texts(month_chart_svg(report, "zh_Hans", "town"))
    assert "2026年11月优惠金额（按持卡人所在镇街）" in written
    assert "本月" in written and "上月" in written
    running = texts(month_chart_svg(replace(report, as_of="2026-11-03"), "zh_Hans", "town"))
    assert "上月同期" in running
    # Where nothing was recorded before, nothing is compared.
    alone = replace(report, nothing_as_zero=False, total=replace(report.total, previous=NOTHING))
    alone = replace(alone, cards=alone.cards[:1], claims=alone.claims[:1])
    assert "上月" not in texts(month_chart_svg(alone, "zh_Hans", "town"))


def test_bars_are_as_long_as_the_amounts(report: MonthlyReport) -> None:
    svg = month_chart_svg(report, "zh_Hans", "kind")
    widths = [
        float(width) for width in re.findall(r'width="([0-9.]+)" height="14" [^>]*><title>', svg)
    ]
    amounts = [row.discount_fen for row in report.rows("kind")]
    for width, amount in zip(widths, amounts, strict=True):
        assert width / widths[0] == pytest.approx(amount / amounts[0], abs=0.01)


def test_a_strict_content_policy_shows_it(report: MonthlyReport) -> None:
    svg = month_chart_svg(report, "zh_Hans")
    assert "style" not in svg and "<script" not in svg and " on" not in svg.replace(" one", "")
    assert "href" not in svg


def test_a_hostile_name_stays_text() -> None:
    name = '<script>alert(1)</script>&"'
    row = OutletRow(
        key="1",
        name=name,
        discount_fen=800,
        redemptions=1,
        kind="other",
        division_code="512022001000",
        merchant_name="x",
        credit_code="x",
    )
    total = ReportRow(key="total", name="合计", discount_fen=800, redemptions=1)
    report = MonthlyReport("2026-10", "2026-09", "2025-10", total, {"outlet": (row,)}, ())
    svg = month_chart_svg(report, "en", "outlet")
    assert "<script" not in svg
    titles = [node.text for node in ElementTree.fromstring(svg).iter(f"{SVG}title")]
    assert any((title or "").startswith(name) for title in titles)


def test_a_month_in_which_more_was_returned_than_sold_is_drawn(
    sqlite_instance: Instance, clock: Any
) -> None:
    county = make_small_county(sqlite_instance)
    county.sell(0, 0, 10_000)
    clock.advance(days=1)
    county.take_back(0)
    report = sqlite_instance.engine.read(lambda tx: monthly_report(tx, "2026-11"))
    svg = month_chart_svg(report, "zh_Hans")
    assert "−¥8.00" in texts(svg)
    assert 'width="-' not in svg


def test_an_empty_month_says_so(sqlite_instance: Instance) -> None:
    report = sqlite_instance.engine.read(lambda tx: monthly_report(tx, "2030-01"))
    assert "这段时间没有优惠交易。" in texts(month_chart_svg(report))
    assert "No discounts were given in this period." in texts(month_chart_svg(report, "en", "town"))


def test_columns_stand_in_their_order_with_labelled_axes(report: MonthlyReport) -> None:
    weekday = texts(month_chart_svg(report, "zh_Hans", "weekday"))
    assert [text for text in weekday if len(text) == 3 and text.startswith("星期")] == [
        f"星期{day}" for day in "一二三四五六日"
    ]
    assert "优惠金额（元）" in weekday
    hours = texts(month_chart_svg(report, "en", "hour"))
    assert {"0", "3", "21"} <= set(hours)


def test_a_long_title_stays_within_the_drawing(report: MonthlyReport) -> None:
    days = replace(report, month="2026-10-05..2026-11-18")
    for language in ("zh_Hans", "en"):
        svg = chart_svg(report_chart(days, language, "village", width=NARROW))
        lines = re.findall(r'font-size="(\d+)" font-weight="bold">([^<]*)<', svg)
        assert len(lines) > 1
        for size, line in lines:
            # English letters are narrower than the half of a square that is counted for them here.
            assert display_width(unescape(line)) * int(size) / 2 <= NARROW


def test_long_names_and_large_sums_stay_whole_and_within_the_drawing() -> None:
    for width in (NARROW, HALF, WIDE):
        for grouping in ("outlet", "town", "kind", "hour"):
            chart = report_chart(busy_report(), grouping=grouping, width=width)
            for words in (shape for shape in chart.shapes if isinstance(shape, Words)):
                needed = display_width(words.text) * words.size / 2
                left = {"start": 0, "middle": needed / 2, "end": needed}[words.anchor]
                assert words.x - left >= -1 and words.x - left + needed <= width + 1, words
        drawn = report_chart(busy_report(), grouping="outlet", width=width)
        whole = "".join(shape.text for shape in drawn.shapes if isinstance(shape, Words))
        assert busy_report().top[0].name in whole and "…" not in whole


def test_twelve_months_stand_in_their_order_and_one_that_runs_is_light() -> None:
    report = busy_report()
    chart = months_chart(replace(report, as_of="2026-10-20"), width=HALF)
    columns = [shape for shape in chart.shapes if isinstance(shape, Box) and shape.says]
    assert [column.colour for column in columns] == [ACCENT] * 11 + [TINT]
    assert [shape.says.split()[0] for shape in columns] == [
        month_words(each.month) for each in report.months
    ]
    texts_of = [shape.text for shape in chart.shapes if isinstance(shape, Words)]
    assert "10亿" in texts_of and "11月" in texts_of
    narrow = months_chart(report, width=NARROW)
    assert "¥1,028,806,575.10" in [s.text for s in narrow.shapes if isinstance(s, Words)]


def test_a_long_grouping_draws_its_first_bars_and_says_so(report: MonthlyReport) -> None:
    (row,) = report.rows("village")[:1]
    villages = tuple(
        replace(row, key=str(n), name=f"第{n}村", discount_fen=100 * n) for n in range(30)
    )
    long = replace(report, groups={**report.groups, "village": villages})
    written = texts(month_chart_svg(long, "zh_Hans", "village"))
    shown = [text for text in written if re.fullmatch(r"第\d+村", text)]
    assert shown == [f"第{n}村" for n in range(29, 29 - BARS_MAX, -1)]
    assert any("前 12 名" in text for text in written)
