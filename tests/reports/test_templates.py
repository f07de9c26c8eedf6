"""The county's own workbook: checked cell by cell, filled exactly, kept in versions."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from huimin.audit.record import events_of
from huimin.core.money import yuan
from huimin.core.refusals import FieldProblems
from huimin.instance import Instance
from huimin.reports.monthly import MonthlyReport, monthly_report
from huimin.reports.template.check import opened_template
from huimin.reports.template.example import example_template
from huimin.reports.template.fill import filled_template
from tests.making.staff import csrf_of, make_staff, sign_in
from tests.reports.county import GROUPINGS, make_small_county

COUNTY = "乐至县"
DANGEROUS = '=HYPERLINK("http://evil.example","点我")'


@pytest.fixture
def report(sqlite_instance: Instance) -> MonthlyReport:
    county = make_small_county(sqlite_instance)
    for card in range(4):
        county.sell(card, card, 12_345 + card)
    return sqlite_instance.engine.read(lambda tx: monthly_report(tx, "2026-10"))


def workbook(write: Callable[[Any], None], title: str = "按惠民示范点") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    write(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(template: bytes, report: MonthlyReport) -> Any:
    return openpyxl.load_workbook(io.BytesIO(filled_template(template, report, COUNTY)))


def own_form(sheet: Any) -> None:
    """A form with a merged title, a row to repeat, totals, and signatures under it."""
    sheet["A1"] = "{{county}}{{month}}统计表"
    sheet.merge_cells("A1:D1")
    sheet.append(["单位", "笔数", "优惠（{{unit}}）", "备注"])
    sheet.append(["{{name}}", "{{redemptions}}", "{{discount_fen}}", "第 {{number}} 名"])
    sheet["A3"].font = Font(bold=True)
    sheet.row_dimensions[3].height = 33
    sheet.append(["合计", "{{total.redemptions}}", "{{total.discount_fen}}"])
    sheet["A5"] = "填报人："
    sheet.merge_cells("A5:B5")
    sheet.print_area = "A1:D5"


def test_the_row_is_repeated_with_its_looks_and_what_stood_under_it_moves(
    report: MonthlyReport,
) -> None:
    sheet = filled(workbook(own_form), report).active
    rows = report.rows("outlet")
    assert len(rows) == 3
    assert sheet["A1"].value == "乐至县2026年10月统计表" and sheet["C2"].value == "优惠（元）"
    for number, row in enumerate(rows, start=1):
        name, count, money, place = sheet[2 + number]
        assert (name.value, count.value) == (row.name, row.redemptions)
        assert Decimal(str(money.value)) == Decimal(yuan(row.discount_fen))
        assert money.number_format.startswith("#,##0.00")
        assert place.value == f"第 {number} 名"
        assert name.font.bold and sheet.row_dimensions[2 + number].height == 33
    assert sheet["A6"].value == "合计"
    assert Decimal(str(sheet["C6"].value)) == Decimal(yuan(report.total.discount_fen))
    assert sheet["A7"].value == "填报人："
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:D1", "A7:B7"}
    assert sheet.print_area.endswith("$D$7")


def test_the_same_report_and_template_give_the_same_bytes(
    report: MonthlyReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = workbook(own_form)
    first = filled_template(template, report, COUNTY)
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    assert filled_template(template, report, COUNTY) == first
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert {part.date_time for part in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-10-31T00:00:00Z</dcterms:modified>" in packed.read("docProps/core.xml")


def test_who_signed_stands_in_it(report: MonthlyReport) -> None:
    def write(sheet: Any) -> None:
        own_form(sheet)
        sheet["A5"] = "填报人：{{prepared}}，{{prepared_on}}"

    template = workbook(write)
    assert filled(template, report).active["A7"].value == "填报人：，"
    signed = replace(report, signers=("李一", "王二", "赵三", "2026年11月2日"))
    assert filled(template, signed).active["A7"].value == "填报人：李一，2026年11月2日"


def test_a_name_that_looks_like_a_formula_stays_text(report: MonthlyReport) -> None:
    rows = tuple(replace(row, name=DANGEROUS) for row in report.rows("outlet"))
    hostile = replace(report, groups={**report.groups, "outlet": rows})
    sheet = filled(workbook(own_form), hostile).active
    assert sheet["A3"].value == DANGEROUS
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_grouping_without_a_row_leaves_its_line_empty(sqlite_instance: Instance) -> None:
    empty = sqlite_instance.engine.read(lambda tx: monthly_report(tx, "2030-01"))
    sheet = filled(workbook(own_form), empty).active
    assert [cell.value for cell in sheet[3]] == [None, None, None, "第  名"]
    assert sheet["B4"].value == 0


def test_the_example_is_a_template_and_says_every_figure(report: MonthlyReport) -> None:
    assert example_template() == example_template()
    book = filled(example_template(), report)
    assert len(book.sheetnames) == len(GROUPINGS) + 1
    for grouping, sheet in zip(GROUPINGS, book.worksheets[1:], strict=True):
        names = [sheet.cell(4 + n, 2).value for n in range(len(report.rows(grouping)))]
        assert names == [row.name for row in report.rows(grouping)]
    left = [c.value for s in book for r in s.iter_rows() for c in r if "{{" in str(c.value)]
    assert left == []


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [
        ("C4", "=SUM(C3:C3)", "C4 有公式"),
        ("B2", "{{dicount_fen}}", "{{dicount_fen}} 不认识"),
        ("B2", "{{name", "不成对"),
        ("A8", "{{name}}", "第 3 行和第 8 行都是重复行"),
        ("D2", "{{by:nothing}}", "{{by:nothing}} 不认识"),
    ],
)
def test_what_is_wrong_is_said_with_its_cell(cell: str, value: str, told: str) -> None:
    def write(sheet: Any) -> None:
        own_form(sheet)
        sheet[cell] = value

    with pytest.raises(FieldProblems) as refused:
        opened_template(workbook(write))
    (problem,) = refused.value.problems
    assert problem.field == "template" and told in problem.message()
    assert cell in problem.message("en") or "Rows 3 and 8" in problem.message("en")


def test_a_sheet_that_does_not_say_its_grouping_is_refused() -> None:
    with pytest.raises(FieldProblems, match="没有说明按什么分组"):
        opened_template(workbook(own_form, title="表一"))

    def said(sheet: Any) -> None:
        own_form(sheet)
        sheet["E1"] = "{{by:merchant}}"

    _, plans = opened_template(workbook(said, title="表一"))
    assert (plans["表一"].grouping, plans["表一"].row) == ("merchant", 3)


def with_part(content: bytes, name: str) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK no workbook",
        with_part(workbook(own_form), "xl/vbaProject.bin"),
        with_part(workbook(own_form), "xl/externalLinks/externalLink1.xml"),
        workbook(lambda sheet: None),
        b"x" * (2 * 1024 * 1024 + 1),
    ],
)
def test_a_file_that_is_no_template_is_refused(content: bytes) -> None:
    with pytest.raises(FieldProblems) as refused:
        opened_template(content)
    assert refused.value.problems[0].field == "template"


@pytest.fixture
def app(sqlite_app: Any) -> Any:
    return sqlite_app


def send(client: Any, content: bytes) -> Any:
    data = {
        "template": (io.BytesIO(content), "官方表.xlsx"),
        "csrf_token": csrf_of(client, "/reports/templates/"),
    }
    return client.post("/reports/templates/", data=data, follow_redirects=True)


def test_upload_preview_use_and_back(
    sqlite_instance: Instance, app: Any, report: MonthlyReport
) -> None:
    client = app.test_client()
    sign_in(client, make_staff(sqlite_instance, "administrator")["username"])
    wrong = send(client, workbook(lambda sheet: sheet.append(["=1+1"])))
    assert wrong.status_code == 422 and "A1" in wrong.text
    template = workbook(own_form)
    assert "模板已保存" in send(client, template).text
    send(client, example_template())
    (second, first) = sqlite_instance.engine.read(
        lambda tx: tx.connection.execute(
            "SELECT * FROM report_template ORDER BY version DESC"
        ).fetchall()
    )
    assert client.get("/reports/official/2026-10.xlsx").status_code == 404
    at = f"/reports/templates/{first['id']}"
    assert client.get(f"{at}/original.xlsx").data == template
    wanted = filled_template(template, report, COUNTY)
    assert client.get(f"{at}/preview.xlsx?month=2026-10").data == wanted
    token = {"csrf_token": csrf_of(client, "/reports/templates/")}
    for used in (second, first):
        client.post(f"/reports/templates/{used['id']}/use", data=token)
    assert client.get("/reports/official/2026-10.xlsx").data == wanted
    assert "/reports/official/2026-10.xlsx" in client.get("/reports/?month=2026-10").text
    client.post("/reports/templates/built-in", data=token)
    assert client.get("/reports/official/2026-10.xlsx").status_code == 404
    events = sqlite_instance.engine.read(lambda tx: events_of(tx, "report_template", first["id"]))
    assert [event["action"].rpartition(".")[2] for event in events] == ["kept", "used", "put_aside"]


def test_only_an_administrator_uploads(sqlite_instance: Instance, app: Any) -> None:
    client = app.test_client()
    sign_in(client, make_staff(sqlite_instance, "auditor")["username"])
    assert client.get("/reports/templates/").status_code == 403
    assert "/reports/templates/" not in client.get("/reports/").text
