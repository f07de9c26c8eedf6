"""The month's report as files: the same sums in each, safe to open, the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pypdfium2
import pytest

from huimin.core.formula_guard import formula_safe
from huimin.core.money import yuan, yuan_text
from huimin.core.text_width import display_width
from huimin.instance import Instance
from huimin.reports.columns import UNKNOWN
from huimin.reports.exports import EXPORTS, export_report, file_name
from huimin.reports.facts import facts_of
from huimin.reports.monthly import MonthlyReport, monthly_report
from huimin.reports.report_table import table_text
from huimin.reports.template.example import example_template
from huimin.reports.template.fill import filled_template
from tests.making.claims import make_claim
from tests.making.merchants import make_merchant, make_outlet, make_terminal
from tests.reports.county import GROUPINGS, make_small_county

COUNTY = "乐至县"
DANGEROUS = '=HYPERLINK("http://evil.example","点我")'


@pytest.fixture
def report(sqlite_instance: Instance, clock: Any) -> MonthlyReport:
    """Two months with an odd fen in each sum, and an outlet whose name is a formula."""
    county = make_small_county(sqlite_instance)
    outlet = make_outlet(
        sqlite_instance,
        "other",
        name=DANGEROUS,
        merchant_id=make_merchant(sqlite_instance, name="+1 商行")["id"],
    )
    county.keys.append(make_terminal(sqlite_instance, outlet)[1])
    for card in range(4):
        county.sell(card, card, 12_345 + card)
    clock.advance(days=1)
    for card in range(4):
        county.sell(card, card + 1, 1_234_567 + card)
    county.take_back(0, 777)
    return sqlite_instance.engine.read(lambda tx: monthly_report(tx, "2026-11"))


@pytest.fixture
def with_claims(sqlite_instance: Instance, clock: Any) -> MonthlyReport:
    """November, with two claims sent in October and one a year before."""
    clock.now = datetime(2025, 11, 5, 2, 0, tzinfo=UTC)
    county = make_small_county(sqlite_instance)
    make_claim(sqlite_instance, county.cards[0], county.keys[0])
    clock.now = datetime(2026, 10, 31, 2, 0, tzinfo=UTC)
    for card in (1, 2):
        make_claim(sqlite_instance, county.cards[card], county.keys[0])
    clock.advance(days=2)
    county.sell(0, 0, 10_000)
    return sqlite_instance.engine.read(lambda tx: monthly_report(tx, "2026-11"))


def test_claims_of_earlier_months_stand_in_every_file(with_claims: MonthlyReport) -> None:
    """Sent: none now, two the month before, one a year before."""
    shown = json.loads(export_report(with_claims, "json", COUNTY))["claims"]
    periods = (shown, shown["previous"], shown["last_year"])
    assert [each["submitted"] for each in periods] == [0, 2, 1]
    table = export_report(with_claims, "csv", COUNTY).decode("utf-8-sig")
    (line,) = [row for row in csv.reader(io.StringIO(table)) if row[3] == "登记补录"]
    assert line[-3:] == ["0", "2", "1"]
    for form in ("xlsx", "official"):
        content = (
            filled_template(example_template(), with_claims, COUNTY)
            if form == "official"
            else export_report(with_claims, form, COUNTY)
        )
        sheet = openpyxl.load_workbook(io.BytesIO(content))["封面"]
        (row,) = [list(row) for row in sheet.values if row[0] == "登记补录"]
        assert row[1:4] == [0, 2, -2], form
    pages = pypdfium2.PdfDocument(export_report(with_claims, "pdf", COUNTY))
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    assert re.search(r"登记补录\s+0\s+2\s+-2\s+1\s+-1", text)
    assert re.search(r"登记补录 +0 +2 +-2 +1 +-1", table_text(with_claims, COUNTY))


def test_what_was_signed_without_earlier_counts_is_written_as_it_was(
    report: MonthlyReport,
) -> None:
    """A report kept before they were counted gives its own JSON again, and no figure it had not."""
    kept = report.as_dict()
    for part in ("claims", "alerts", "offline"):
        kept[part] = {
            name: value
            for name, value in kept[part].items()
            if name not in ("previous", "last_year")
        }
    read = MonthlyReport.from_dict(kept)
    assert read.as_dict() == kept
    earlier = {fact.code: fact.previous for fact in facts_of(read)}
    assert earlier["claims_open"] is None and earlier["offline_share_bp"] is None


def workbook_of(report: MonthlyReport) -> Any:
    content = export_report(report, "xlsx", COUNTY)
    return openpyxl.load_workbook(io.BytesIO(content), rich_text=False)


def tables_of(book: Any) -> list[Any]:
    """The sheets of the groupings, in the report's order."""
    return [sheet for sheet in book if sheet.title.startswith("按")]


def table_rows(sheet: Any) -> Iterator[dict[str, Any]]:
    """The rows under the header, the total last, as heading → cell."""
    headings = [cell.value for cell in sheet[3]]
    for row in sheet.iter_rows(min_row=4):
        if row[1].value is None:
            return
        yield dict(zip(headings, row, strict=True))


@pytest.mark.parametrize("form", sorted(EXPORTS))
def test_the_same_report_gives_the_same_bytes(report: MonthlyReport, form: str) -> None:
    first = export_report(report, form, COUNTY)
    assert export_report(report, form, COUNTY) == first
    assert file_name(report, form).startswith("huimin-report-2026-11.")


def test_workbook_says_what_an_office_expects(report: MonthlyReport) -> None:
    book = workbook_of(report)
    assert book.sheetnames[:3] == ["封面", "图表", "近 2 个月"]
    assert len(tables_of(book)) == len(GROUPINGS)
    for sheet in tables_of(book):
        words = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert sheet["A1"].value.startswith("乐至县惠民卡优惠月报表")
        assert sheet["A1"].alignment.horizontal == "center"
        assert any(str(area).startswith("A1:") for area in sheet.merged_cells.ranges)
        assert sheet["A2"].value == "期间：2026年11月1日至2026年11月30日"
        assert "单位：元" in words
        assert sheet["A3"].value == "序号"
        assert "合计" in words
        for signer in ("填报人：", "审核人：", "负责人：", "填报日期："):
            assert signer in words


def test_workbook_is_set_up_for_a4(report: MonthlyReport) -> None:
    for sheet in tables_of(workbook_of(report)):
        assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # One page wide (the default, which is left out) and as many high as it takes.
        assert sheet.page_setup.fitToWidth in (None, 1) and sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$1:$3"
        assert sheet.print_area
        assert "&P" in sheet.oddFooter.center.text and "&N" in sheet.oddFooter.center.text


def test_workbook_amounts_are_exact_numbers(report: MonthlyReport) -> None:
    book = workbook_of(report)
    for grouping, sheet in zip(GROUPINGS, tables_of(book), strict=True):
        rows = list(table_rows(sheet))
        wanted = [*report.ordered(grouping), report.total]
        assert len(rows) == len(wanted)
        for row, figures in zip(rows, wanted, strict=True):
            amount, discount = row["交易金额"], row["优惠金额"]
            assert (amount.data_type, discount.data_type) == ("n", "n")
            assert amount.number_format.startswith("#,##0.00")
            assert Decimal(str(amount.value)) == Decimal(yuan(figures.amount_fen))
            assert Decimal(str(discount.value)) == Decimal(yuan(figures.discount_fen))
            cards = UNKNOWN if figures.cards_used is None else figures.cards_used
            assert row["用卡张数"].value == cards
            change = Decimal(str(row["较上月增减"].value))
            assert change == Decimal(yuan(figures.discount_change_fen))


def test_workbook_amounts_are_written_without_a_float_s_tail(report: MonthlyReport) -> None:
    with zipfile.ZipFile(io.BytesIO(export_report(report, "xlsx", COUNTY))) as packed:
        for name in packed.namelist():
            if name.startswith("xl/worksheets/sheet"):
                values = re.findall(r"<c[^>]*><v>([^<]*)</v>", packed.read(name).decode())
                assert values
                assert all(re.fullmatch(r"-?\d+(\.\d{1,4})?", value) for value in values)


def test_workbook_codes_are_text_and_nothing_is_a_formula(report: MonthlyReport) -> None:
    book = workbook_of(report)
    outlets = {row["惠民示范点"].value: row for row in table_rows(tables_of(book)[0])}
    assert DANGEROUS in outlets
    for sheet in book:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells)
    for row in [*outlets.values()][:-1]:
        code = row["统一社会信用代码"]
        assert code.data_type == "s" and len(code.value) == 18 and code.number_format == "@"
    towns = [row["行政区划代码"] for row in table_rows(tables_of(book)[GROUPINGS.index("town")])][
        :-1
    ]
    assert all(cell.data_type == "s" and len(cell.value) == 12 for cell in towns)


def test_workbook_columns_are_wide_enough(report: MonthlyReport) -> None:
    for sheet in tables_of(workbook_of(report)):
        # Neighbours of one width are written as one range, from min to max.
        widths = {
            place: found.width
            for found in sheet.column_dimensions.values()
            for place in range(found.min, found.max + 1)
        }
        for place in range(2, sheet.max_column + 1):
            width = widths[place]
            for row in table_rows(sheet):
                cell = list(row.values())[place - 1]
                shown = cell.value
                if cell.data_type == "n" and "0.00" in cell.number_format:
                    shown = f"{cell.value:,.2f}"
                # A text that is wider than any column is wrapped, a number would be ####.
                needed = display_width(str(shown))
                assert needed <= width or (cell.data_type == "s" and cell.alignment.wrap_text)


def test_workbook_holds_no_time_of_its_making(report: MonthlyReport) -> None:
    book = workbook_of(report)
    assert book.properties.created.isoformat() == "2026-11-30T00:00:00"


def test_csv_opens_in_excel_and_adds_up(report: MonthlyReport) -> None:
    content = export_report(report, "csv", COUNTY)
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    total = rows[-1]
    assert total["分组"] == "合计"
    for grouping in ("惠民示范点", "示范点类别", "持卡人所在镇街", "保障类别"):
        part = [row for row in rows if row["分组"] == grouping]
        for column in ("交易金额（元）", "优惠金额（元）", "商户承担（元）", "政府承担（元）"):
            assert sum(Decimal(row[column]) for row in part) == Decimal(total[column])
    assert Decimal(total["优惠金额（元）"]) == Decimal(yuan(report.total.discount_fen))
    assert {row["名称"] for row in rows if row["分组"] == "示范点类别"} >= {"超市", "药店", "医院"}


def test_csv_has_no_cell_that_starts_a_formula(report: MonthlyReport) -> None:
    content = export_report(report, "csv", COUNTY).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(content)):
        for cell in row:
            is_number = re.fullmatch(r"-?\d+\.\d\d|-?[\d,]+\.\d%", cell)
            assert is_number or not cell.startswith(("=", "+", "-", "@", "\t"))
    assert f"'{DANGEROUS}" in [row[3] for row in csv.reader(io.StringIO(content))]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "  =1", "\r=1"])
def test_formula_safe(text: str) -> None:
    assert formula_safe(text) == f"'{text}"
    assert formula_safe("时代百盛·宏扬店") == "时代百盛·宏扬店"


def test_json_holds_every_figure_in_fen(report: MonthlyReport) -> None:
    found = json.loads(export_report(report, "json", COUNTY))
    assert found["unit"] == "fen"
    assert found["total"]["discount_fen"] == report.total.discount_fen
    assert found["total"]["previous"]["discount_fen"] == report.total.previous.discount_fen
    assert found["total"]["change"]["discount_fen"] == report.total.discount_change_fen
    assert {row["key"] for row in found["by_eligibility"]} == {"tekun", "dibao", "major_illness"}
    assert all("credit_code" in row for row in found["by_outlet"])


def test_table_columns_stand_under_each_other(report: MonthlyReport) -> None:
    lines = export_report(report, "table", COUNTY).decode().splitlines()
    kinds = lines[lines.index("乐至县惠民卡优惠月报表（分示范点类别）") + 2 :][:6]
    assert kinds[-1].startswith("合计")
    assert len({display_width(line) for line in kinds}) == 1
    assert yuan_text(report.total.discount_fen) in kinds[-1]


def test_table_of_an_empty_month_says_so(sqlite_instance: Instance) -> None:
    empty = sqlite_instance.engine.read(lambda tx: monthly_report(tx, "2030-01"))
    assert export_report(empty, "table", COUNTY).decode() == "乐至县2030年1月没有优惠交易。\n"
    for form in ("csv", "xlsx", "json", "pdf"):
        assert export_report(empty, form, COUNTY)


def test_workbook_s_cover_has_every_line_and_is_signed(report: MonthlyReport) -> None:
    sheet = workbook_of(report)["封面"]
    assert sheet["A1"].value == "乐至县惠民卡优惠月报表"
    lines = {row[0].value: row for row in sheet.iter_rows(min_row=4)}
    for fact in facts_of(report):
        cell = lines[fact.name][1]
        wanted = {"money": yuan(fact.now or 0), "rate": f"{fact.now or 0}e-4"}.get(fact.sort)
        assert Decimal(str(cell.value)) == Decimal(wanted or fact.now or 0), fact.code
    change = lines["优惠金额"][3]
    assert Decimal(str(change.value)) == Decimal(yuan(report.total.discount_change_fen))
    signed = [cell.value for row in sheet.iter_rows() for cell in row]
    assert {"填报人：", "审核人：", "负责人：", "填报日期："} <= set(signed)
    assert DANGEROUS in signed  # the first outlet by discount, as text


def test_csv_has_the_cover_and_the_adjustments(report: MonthlyReport) -> None:
    content = export_report(report, "csv", COUNTY).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    cover = {row["名称"]: row for row in rows if row["分组"] == "概览"}
    assert cover["优惠金额"]["数值"] == yuan(report.total.discount_fen)
    assert cover["新发卡张数"]["上期数值"] == str(report.cards[1].new)
    assert cover["没有交易的示范点"]["上期数值"] == ""
    adjusted = [row for row in rows if row["分组"].startswith("跨月调整")]
    assert [row["代码"] for row in adjusted] == [row.key for row in report.adjustments]


def test_pdf_says_the_same_on_numbered_a4_pages(report: MonthlyReport) -> None:
    document = pypdfium2.PdfDocument(export_report(report, "pdf", COUNTY, annexes=GROUPINGS))
    texts = [page.get_textpage().get_text_range() for page in document]
    assert {tuple(round(side) for side in page.get_size()) for page in document} == {(842, 595)}
    for number, text in enumerate(texts, start=1):
        assert f"第 {number} 页，共 {len(texts)} 页" in text
    whole = re.sub(r"\s", "", "".join(texts))
    assert "乐至县惠民卡优惠月报表" in texts[0] and "期间：2026年11月1日" in texts[0]
    for signer in ("填报人：", "审核人：", "负责人：", "填报日期："):
        assert signer in texts[0]
    for grouping in GROUPINGS:
        for row in report.rows(grouping):
            assert re.sub(r"\s", "", row.name) in whole
    assert f"{report.total.discount_fen // 100:,}.{report.total.discount_fen % 100:02d}" in whole
    assert "近2个月优惠金额（元）" in whole  # a chart


def test_pdf_repeats_the_headings_of_a_long_table(report: MonthlyReport) -> None:
    (row,) = report.rows("village")[:1]
    villages = tuple(replace(row, key=str(n), name=f"第{n}村") for n in range(60))
    long = replace(report, groups={**report.groups, "village": villages})
    document = pypdfium2.PdfDocument(export_report(long, "pdf", COUNTY, annexes=["village"]))
    texts = [page.get_textpage().get_text_range() for page in document]
    pages = [text for text in texts if re.search(r"第\d+村", text)]
    assert len(pages) > 1 and all("行政区划代码" in re.sub(r"\s", "", text) for text in pages)
    assert all(f"第{n}村" in re.sub(r"\s", "", "".join(pages)) for n in range(60))


def test_a_range_says_how_its_rows_were_counted(report: MonthlyReport) -> None:
    days = "2026-10-05..2026-10-18"
    ranged = replace(report, month=days, previous_month=days, last_year_month=days)
    table = export_report(ranged, "table", COUNTY).decode()
    assert "期间：2026年10月5日至2026年10月18日" in table and "本表按交易日统计" in table
    assert "较上期增减" in table and "月报表（" not in table
    content = export_report(ranged, "csv", COUNTY).decode("utf-8-sig")
    assert content.startswith("期间（按交易日）")
    assert json.loads(export_report(ranged, "json", COUNTY))["counted_by"] == "business_day"
    words = [cell.value for row in workbook_of(ranged)["封面"].iter_rows() for cell in row]
    assert any("本表按交易日统计" in str(word) for word in words)
    pdf = pypdfium2.PdfDocument(export_report(ranged, "pdf", COUNTY))
    assert "本表按交易日统计" in pdf[0].get_textpage().get_text_range()
    assert file_name(ranged, "pdf") == "huimin-report-2026-10-05_2026-10-18.pdf"
