"""The workbook of refused rows: mended as a person would, it imports; unmended, it never does."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from huimin.core.refusals import FieldProblems
from huimin.holders.registers.refused_workbook import write_refused_workbook
from tests.making.holders import id_number
from tests.making.registers import check, codes, register_row, write_csv, write_xlsx

NOW = datetime(2026, 10, 31, 2, tzinfo=UTC)
DATA = Path(__file__).parent / "data"


def bad_rows() -> list[list[Any]]:
    return [
        register_row(name="=1+1"),
        register_row(id_number=5.110242011010925e17),
        register_row(village="不存在村"),
        register_row(starts_on="2026年2月30日"),
        register_row(name=None, remark="=cmd|' /C calc'!A0", phone="+8613800000000"),
        register_row(id_number=5.110242011010925e17, remark="-1"),
    ]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_mended_workbook_imports_and_the_unmended_is_refused_again(
    tmp_path: Path, form: str
) -> None:
    write = write_xlsx if form == "xlsx" else write_csv
    first = check(write(tmp_path / f"名册.{form}", [register_row(), *bad_rows()]))
    assert len(first.accepted) == 1 and len(first.refused) == 6
    path = tmp_path / "待修改" / "a.xlsx"
    assert write_refused_workbook(path, first, now=NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = check(path)
    assert again.accepted == []
    assert [code for _, _, code in codes(again)] == [code for _, _, code in codes(first)]

    book = openpyxl.load_workbook(path)
    (sheet,) = book.worksheets
    assert sheet.title == "名册"
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [c for c in cells if isinstance(c.value, str) and c.value[:1] in "=+-@" and c.value]
    bad = [cell for cell in cells if cell.comment is not None]
    assert len(bad) == 6 and all(cell.fill.fgColor.rgb == "FFFFC7CE" for cell in bad)
    mended = {
        "name_formula": "张三",
        "name_missing": "李四",
        "division": "清水村",
        "date": "2026-02-28",
    }
    for cell, (_, _, code) in zip(bad, codes(first), strict=True):
        cell.value = mended.get(code) or id_number()
    book.save(path)
    last = check(path)
    assert last.refused == [] and len(last.accepted) == 6
    assert last.accepted[4].draft.phone == "13800000000"


def test_the_sample_keeps_its_sheets_and_problems(tmp_path: Path) -> None:
    first = check(DATA / "register_sample.xlsx")
    path = tmp_path / "a.xlsx"
    write_refused_workbook(path, first, now=NOW)
    again = check(path)
    assert [(p.sheet, p.code) for p in again.problems] == [
        (p.sheet, p.code) for p in first.problems
    ]


def test_nothing_to_mend_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert not write_refused_workbook(
        path, check(write_csv(tmp_path / "a.csv", [register_row()])), now=NOW
    )
    assert not path.exists()


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    checked = check(write_csv(tmp_path / "a.csv", bad_rows()))
    for name in ("b.xlsx", "c.xlsx"):
        write_refused_workbook(tmp_path / name, checked, now=NOW)
    assert (tmp_path / "b.xlsx").read_bytes() == (tmp_path / "c.xlsx").read_bytes()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    checked = check(write_csv(tmp_path / "a.csv", bad_rows()))
    with pytest.raises(FieldProblems) as caught:
        write_refused_workbook(tmp_path / "file" / "a.xlsx", checked, now=NOW)
    assert "--refused" in caught.value.problems[0].message()
