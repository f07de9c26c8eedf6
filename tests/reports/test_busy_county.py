"""The files of a busy county: four pages, no figure broken, charts of its own, codes that stay."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pypdfium2
import pytest

from huimin.core.money import yuan_text
from huimin.core.refusals import FieldProblems
from huimin.reports.as_signed import made_as_signed
from huimin.reports.columns import columns_of, shown_text
from huimin.reports.exports import checked_annexes, export_report
from huimin.reports.facts import facts_of
from huimin.reports.figures import NOTHING
from huimin.reports.monthly import MonthlyReport
from huimin.reports.report_table import table_text
from huimin.reports.standing_out import month_sentence, standing_out
from tests.reports.busy import DIGITS_CODE, LARGE_FEN, busy_report

COUNTY = "乐至县"


def pages_of(content: bytes) -> list[str]:
    """The text of each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]


def test_the_pdf_has_four_pages_and_signatures_on_its_cover() -> None:
    pages = pages_of(export_report(busy_report(), "pdf", COUNTY))
    assert len(pages) == 4
    for signer in ("填报人：", "审核人：", "负责人：", "填报日期："):
        assert signer in pages[0]
    assert str(month_sentence(busy_report()).say()) in re.sub(r"\s*\n", "", pages[0])
    assert "孔雀乡人民政府便民服务中心" in re.sub(r"\s", "", pages[2])
    first = busy_report().top[0]
    assert re.sub(r"\s", "", first.name) in re.sub(r"\s", "", pages[3])
    assert "其余 31 个" in pages[3]


def test_annexes_hold_every_row_with_no_figure_broken_and_no_page_empty() -> None:
    report = busy_report()
    pages = pages_of(export_report(report, "pdf", COUNTY, annexes=checked_annexes(["all"])))
    assert all(len(page) > 100 for page in pages)
    lines = {part for page in pages for part in re.split(r"\s+", page)}
    for grouping, rows in report.groups.items():
        for row in (*rows, report.total):
            for column in columns_of(grouping, report):
                if column.sort != "text":
                    assert shown_text(column.value(row), column.sort) in lines
    assert yuan_text(LARGE_FEN) in lines
    outlets = [page for page in pages if "统一社会信用代码" in re.sub(r"\s", "", page)]
    first, second = (int(code[6:]) for code in re.findall(r"915120\d{12}", outlets[0])[:2])
    assert first == 299 and second == 298, "the outlet with most discount stands first"


def test_annexes_are_named_by_their_codes() -> None:
    assert checked_annexes(["village", " outlet", ""]) == ["outlet", "village"]
    with pytest.raises(FieldProblems):
        checked_annexes(["policy"])


def test_the_workbook_draws_its_charts_from_its_cells() -> None:
    content = export_report(busy_report(), "xlsx", COUNTY)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        charts = [
            packed.read(name).decode()
            for name in packed.namelist()
            if name.startswith("xl/charts/chart")
        ]
    sources = [re.findall(r"<c:f>('?)(.*?)\1!", chart)[0][1] for chart in charts]
    assert sources[:3] == ["近 12 个月", "按示范点类别", "按持卡人所在镇街"]
    assert {"按惠民示范点", "按商户", "按星期", "按时段", "按保障类别"} <= set(sources)
    assert all("barChart" in chart for chart in charts)
    # What a program that does not calculate shows: the figures themselves.
    assert "孔雀乡人民政府便民服务中心" in charts[2]
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book["封面"].page_setup.fitToHeight in (None, 1)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_codes_of_digits_are_marked_as_text_in_a_csv() -> None:
    report = busy_report()
    content = export_report(report, "csv", COUNTY).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    outlets = [row["代码"] for row in rows if row["分组"] == "惠民示范点"]
    assert outlets[7] == "'" + DIGITS_CODE.format(number=7)
    towns = [row["代码"] for row in rows if row["分组"] == "持卡人所在镇街"]
    assert [code.removeprefix("'") for code in towns] == [row.key for row in report.rows("town")]
    lettered = replace(report.rows("outlet")[0], credit_code="91512022MA6BCDEF0X")
    one = replace(report, groups={"outlet": (lettered,)})
    assert ",91512022MA6BCDEF0X," in export_report(one, "csv", COUNTY).decode("utf-8-sig")


def test_a_year_without_anything_is_a_dash_in_every_file() -> None:
    report = busy_report()
    total = report.total
    assert report.change(total, "discount_fen", "last_year") is None
    assert report.change(total, "discount_fen") == LARGE_FEN // 12 - LARGE_FEN // 13
    saved = next(fact for fact in facts_of(report) if fact.code == "discount_fen")
    assert saved.cells()[-2:] == ("—", "—")
    cover = openpyxl.load_workbook(io.BytesIO(export_report(report, "xlsx", COUNTY)))["封面"]
    (line,) = [row for row in cover.values if row[0] == "优惠金额"]
    assert line[4:] == ("—", "—")
    page = pages_of(export_report(report, "pdf", COUNTY))[0]
    assert re.search(r"用卡张数\s+456,789\s+456,789\s+0\s+—\s+—", page)
    assert re.search(r"优惠金额.*—\s+—", table_text(report, COUNTY))
    text = export_report(report, "csv", COUNTY).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    assert {row["去年同月优惠（元）"] for row in rows} == {""}


def test_what_stands_out_is_said_with_its_figures_and_small_numbers_are_not() -> None:
    report = busy_report()
    town = report.rows("town")[1]

    def with_town(before: int, now: int) -> MonthlyReport:
        changed = replace(town, cards_used=now, previous=replace(town.previous, cards_used=before))
        return replace(report, groups={**report.groups, "town": (changed,)}, silent=())

    def words(of: MonthlyReport) -> list[str]:
        return [text.say() for text in standing_out(of)]

    assert "第2镇的用卡张数比上月多 12%（100 → 112）。" in words(with_town(100, 112))
    assert "第2镇的用卡张数比上月少 50%（100 → 50）。" in words(with_town(100, 50))
    running = replace(with_town(100, 112), as_of="2026-10-20")
    assert "第2镇的用卡张数比上月同期多 12%（100 → 112）。" in words(running)
    for before, now in ((8, 16), (29, 60), (100, 109), (200, 209), (60, 29)):
        assert not any("第2镇" in sentence for sentence in words(with_town(before, now)))
    # Kinds of aid are never named, and nothing is compared with a month that has nothing.
    whole = "".join(words(report))
    aid = [row.name for row in report.rows("eligibility") if row.key != "other"]
    assert not any(name in whole for name in aid)
    empty = replace(report, total=replace(report.total, previous=NOTHING), cards=report.cards[:1])
    empty = replace(empty, claims=empty.claims[:1], alerts=empty.alerts[:1])
    assert not any("比上月" in sentence for sentence in words(empty))
    assert "比上月" not in month_sentence(empty).say()


def test_a_month_that_runs_says_up_to_when_in_every_file() -> None:
    report: Any = replace(busy_report(), as_of="2026-10-20")
    said = "（截至 2026年10月20日）"
    assert all(said in page for page in pages_of(export_report(report, "pdf", COUNTY)))
    book = openpyxl.load_workbook(io.BytesIO(export_report(report, "xlsx", COUNTY)))
    assert all(said in str(sheet["A2"].value) for sheet in book)
    assert said in table_text(report, COUNTY)
    assert "较上月同期增减（元）" in export_report(report, "csv", COUNTY).decode("utf-8-sig")


def test_the_difference_of_two_shares_is_in_points_and_signed_files_stay_as_they_were() -> None:
    report = busy_report()
    fact = next(fact for fact in facts_of(report) if fact.code == "used_share_bp")
    assert [*fact.cells()][1:4] == ["91.4%", "91.5%", "-0.2 个百分点"]
    for form, reads in (
        ("pdf", lambda content: "".join(pages_of(content))),
        ("table", bytes.decode),
    ):
        today, earlier = (
            re.sub(r"\s", "", reads(export_report(report, form, COUNTY, layout=layout)))
            for layout in ("today", "points_as_percent")
        )
        assert "-0.2个百分点" in today, form
        assert "百分点" not in earlier and "-0.2%" in earlier, form
        # What was signed before is made again by its digest.
        signed = export_report(report, form, COUNTY, layout="points_as_percent")
        again = made_as_signed(
            lambda layout, form=form: export_report(report, form, COUNTY, layout=layout),
            hashlib.sha256(signed).hexdigest(),
        )
        assert again == signed
    book = openpyxl.load_workbook(io.BytesIO(export_report(report, "xlsx", COUNTY)))
    row = next(row for row in book.worksheets[0].rows if row[0].value == "用卡率")
    assert (row[3].value, row[3].number_format.split(";")[0]) == (-0.18, '0.0" 个百分点"')
