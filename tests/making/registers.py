"""Registers to test with: rows of cells written as .xlsx or .csv files."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from huimin.divisions.load import package_divisions
from huimin.holders.registers.check_register import check_register
from huimin.holders.registers.places import Places
from huimin.holders.registers.result import RegisterCheck
from huimin.holders.registers.row_view import Circumstances
from tests.making.holders import id_number

HEADER = (
    *("序号", "姓名", "性别", "公民身份号码", "联系电话", "乡镇（街道）", "村（社区）"),
    *("保障类别", "认定日期", "家庭成员", "备注"),
)
TODAY = date(2026, 10, 31)
FIELDS = (
    *("serial", "name", "gender", "id_number", "phone", "town", "village"),
    *("kind", "starts_on", "family", "remark"),
)


def register_row(**over: Any) -> list[Any]:
    """A right row of an invented person under HEADER; `over` replaces cells by field."""
    cells = {
        "serial": 1,
        "name": "张小梅",
        "gender": "女",
        "id_number": id_number(),
        "phone": "13800000000",
        "town": "高寺镇",
        "village": "清水村村民委员会",
        "kind": "低保",
        "starts_on": "2024-10-17",
        "family": None,
        "remark": None,
        **over,
    }
    return [cells[field] for field in FIELDS]


def write_xlsx(
    path: Path,
    rows: Sequence[Sequence[Any]],
    *,
    title: str = "名册",
    header: Sequence[str] = HEADER,
    above: Sequence[Sequence[Any]] = (("困难群众名册",), ("填报单位：民政局",)),
    merged: Sequence[str] = (),
) -> Path:
    """One sheet: rows above, header, rows. `merged` are areas such as "F4:F6"."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in [*above, header, *rows]:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    book.save(path)
    return path


def write_csv(
    path: Path, rows: Sequence[Sequence[Any]], *, encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    """The same as text."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([("名册",), HEADER, *rows])
    return path


def check(path: Path, **over: Any) -> RegisterCheck:
    """Check a file against the county's divisions on TODAY."""
    around = Circumstances(Places(package_divisions()), TODAY, path.name, **over)
    return check_register(path, around)


def codes(checked: RegisterCheck) -> list[tuple[int, str | None, str]]:
    """(row, column, code) of every problem."""
    return [(problem.row, problem.column, problem.code) for problem in checked.problems]
