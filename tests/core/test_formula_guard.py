"""What somebody typed is no formula in any export, whatever its width and the spaces before it."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

import huimin
from huimin.core.formula_guard import formula_safe, formula_safe_row
from huimin.web.column import Column
from huimin.web.list_xlsx import list_workbook

PACKAGE = Path(huimin.__file__).parent
SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫"
SPACES = ("", " ", "\u3000", "\u00a0", "\u200b", "\ufeff", "\t", "\r\n")
# What writes cells: each goes through the guard, or writes nothing that anybody typed.
WRITES = re.compile(r"csv\.writer\(|DictWriter\(|xlsxwriter\.Workbook\(")


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("space", SPACES)
def test_no_sign_begins_a_formula(sign: str, space: str) -> None:
    text = f"{space}{sign}HYPERLINK(1)"
    assert formula_safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["\t1", "\r1", "\n1"])
def test_nor_does_a_tab_or_a_line_end(text: str) -> None:
    assert formula_safe(text) == f"'{text}"


def test_other_texts_and_numbers_stay_as_they_are() -> None:
    row = ["时代百盛·宏扬店", "1-2", "—", "a=b", "", "'=1", 5, -5, None]
    assert formula_safe_row(row) == row


def test_a_list_as_a_workbook_holds_no_formula() -> None:
    rows = [{"name": f"{sign}1+1"} for sign in SIGNS]
    content = list_workbook("＝1", [Column("姓名", "name")], rows)
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    texts = [cell.value for line in sheet.iter_rows() for cell in line if cell.value]
    assert texts == ["＝1", "姓名", *(row["name"] for row in rows)]
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} == {"s"}
    assert all(line[0].quotePrefix for line in sheet.iter_rows(min_row=3))


def test_every_writer_of_cells_uses_it() -> None:
    without = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if WRITES.search(path.read_text(encoding="utf-8"))
        and "huimin.core.formula_guard" not in path.read_text(encoding="utf-8")
    ]
    assert without == []
