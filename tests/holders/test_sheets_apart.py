"""The sheets of a file that somebody sent, read in a process of its own; hostile ones refused."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from huimin.core.refusals import FieldProblems
from huimin.holders.registers.cells import Formula, Merged
from huimin.holders.registers.sheets import open_sheets
from huimin.holders.registers.sheets_apart import LISTS, sheets_apart

pytestmark = pytest.mark.usefixtures("read_apart")

MB = 1024 * 1024
# As a list is read, on however busy a machine.
IN_TIME = replace(LISTS, limits=replace(LISTS.limits, seconds=300))


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        first, second = book.add_worksheet("一"), book.add_worksheet("二")
        second.hide()
        first.write_row(0, 0, ["订单号", "实付", "日期"])
        first.merge_range(1, 0, 3, 0, "A1")
        first.write_formula(2, 1, "=1+2")
        first.write_datetime(
            3, 2, datetime(2026, 10, 31), book.add_format({"num_format": "yyyy-mm-dd"})
        )
        second.write_column(0, 0, range(1_000))
    return path


def test_sheets_are_read_as_in_this_process(workbook: Path) -> None:
    here = [(s.title, s.hidden, s.row_count, list(s.rows)) for s in open_sheets(workbook)]
    there = [
        (s.title, s.hidden, s.row_count, list(s.rows)) for s in sheets_apart(workbook, IN_TIME)
    ]
    assert there == here
    cells = [cell for row in there[0][3] for cell in row.cells]
    assert Merged("A1") in cells and any(isinstance(cell, Formula) for cell in cells)
    # A sheet whose rows nobody wants is passed over.
    assert [s.title for s in sheets_apart(workbook, IN_TIME)] == ["一", "二"]


def test_a_sheet_with_too_many_rows_is_refused_before_it_is_read(workbook: Path) -> None:
    with pytest.raises(FieldProblems, match="999"):
        list(sheets_apart(workbook, replace(IN_TIME, rows=999)))
    with pytest.raises(FieldProblems):
        list(sheets_apart(workbook, replace(IN_TIME, unpacked_bytes=1_000)))


@pytest.mark.parametrize(
    "inserted",
    [
        b'<sheetData x="' + b"a" * (20 * MB) + b'">',
        b"<sheetData>" + b"<a>" * 200 + b"</a>" * 200,
        b"<sheetData>" + b'<a b="1"><c/>' * 60_000 + b"</a>" * 60_000,
        b"<sheetData>" + b"a" * MB,
    ],
    ids=["a long attribute", "a deep nest", "a deep nest of others", "a long text"],
)
def test_what_no_workbook_holds_is_refused_before_it_is_parsed(
    workbook: Path, tmp_path: Path, inserted: bytes
) -> None:
    path = tmp_path / "hostile.xlsx"
    with zipfile.ZipFile(workbook) as good, zipfile.ZipFile(path, "w", 8) as hostile:
        for name in good.namelist():
            part = good.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"<sheetData>", inserted, 1)
            hostile.writestr(name, part)
    with pytest.raises(FieldProblems, match="表格不会有的内容"):
        list(open_sheets(path))
