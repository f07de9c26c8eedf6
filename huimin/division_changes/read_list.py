"""Read a list of changes: 生效日期, 变更, 原代码, 原名称, 新代码, 新名称, 依据; CSV or workbook.

What each row says is read here; whether it can be done is decided against the county's divisions in
plan.py. Nothing is taken in silence: a row that can't be read is a problem of its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from huimin.core.refusals import Problems
from huimin.core.visible_text import visible
from huimin.division_changes.list_words import COLUMNS, REMARK, SPELLINGS
from huimin.holders.registers.cells import Formula, Merged, Sheet, SheetRow
from huimin.holders.registers.dates import EXCEL_EPOCH, read_date
from huimin.holders.registers.problem import file_problem
from huimin.holders.registers.sheets import Opener, open_sheets

NEEDED = ("effective_on", "kind", "basis")
SEARCHED_ROWS = 10
LINES_MAX = 2_000
NAME_MAX, BASIS_MAX = 40, 100
CODE_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it was written; "" where it says nothing. `number` is its row in the file."""

    number: int
    effective_on: date
    kind: str
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    basis: str


def read_change_list(
    path: Path, problems: Problems, *, today: date, opened: Opener = open_sheets
) -> list[Line]:
    """The rows of the first sheet that has the head; bad rows are noted in `problems`.

    Raises FieldProblems on `file` when there is no such sheet, no row, or too many.
    """
    lines: list[Line] | None = None
    for sheet in opened(path):
        if lines is not None:
            _require_nothing_more(sheet, problems)
            continue
        lines = _read_sheet(sheet, problems, today)
    if lines is None:
        raise file_problem(
            "没有找到表头：要有 生效日期、变更、原代码、原名称、新代码、新名称、"
            "依据（批文号）这几列。"
        )
    if not lines and not problems:
        raise file_problem("表头下面没有内容。")
    return lines


def _read_sheet(sheet: Sheet, problems: Problems, today: date) -> list[Line] | None:
    places: dict[str, int] | None = None
    lines: list[Line] = []
    for count, row in enumerate(sheet.rows):
        if places is None:
            places = _head(row)
            if places is None and count >= SEARCHED_ROWS:
                return None
            continue
        if row.blank:
            continue
        if len(lines) >= LINES_MAX:
            raise file_problem("一份文件最多 {most} 行变更，请分成几份。", most=LINES_MAX)
        if row.hidden or row.struck:
            problems.refuse(
                "file", "第 {line} 行：是隐藏的或划掉的行，请删去或改正。", line=row.number
            )
            continue
        line = _read_row(row, places, problems, today, sheet.epoch or EXCEL_EPOCH)
        if line is not None:
            lines.append(line)
    return lines if places is not None else None


def _require_nothing_more(sheet: Sheet, problems: Problems) -> None:
    if any(not row.blank for row in sheet.rows):
        problems.refuse(
            "file", "工作表“{sheet}”也有内容，请只留一张变更表。", sheet=sheet.title[:20]
        )


def _head(row: SheetRow) -> dict[str, int] | None:
    """The columns of a head, or None if the row is none."""
    places: dict[str, int] = {}
    for place, cell in enumerate(row.cells):
        word = re.sub(r"[\s*＊]", "", _text(cell))
        for name, spellings in COLUMNS.items():
            if word in spellings or REMARK.sub("", word) in spellings:
                places.setdefault(name, place)
    named = places.keys() & {"old_code", "old_name", "new_code", "new_name"}
    return places if named and set(NEEDED) <= places.keys() else None


def _read_row(
    row: SheetRow, places: dict[str, int], problems: Problems, today: date, epoch: date
) -> Line | None:
    """The line, or None with what is wrong noted."""
    before = len(problems)
    cells = {
        name: row.cells[place] if place < len(row.cells) else None for name, place in places.items()
    }

    texts = {name: _text(cells.get(name)) for name in COLUMNS}
    if any(isinstance(cell, Formula) for cell in cells.values()):
        problems.refuse("file", "第 {line} 行：有公式，请改为填写好的文字。", line=row.number)
        return None
    effective_on = _day(cells["effective_on"], today, epoch)
    if effective_on is None:
        problems.refuse(
            "file", "第 {line} 行：生效日期要写成 2026-12-01 这样的日期。", line=row.number
        )
    kind = SPELLINGS.get(re.sub(r"\s", "", texts["kind"]))
    if kind is None:
        problems.refuse(
            "file", "第 {line} 行：变更要写 撤并、更名、划转、新设 或 撤销。", line=row.number
        )
    if not texts["basis"] or len(texts["basis"]) > BASIS_MAX:
        problems.refuse(
            "file",
            "第 {line} 行：请写依据（批文号），{most} 字以内。",
            line=row.number,
            most=BASIS_MAX,
        )
    codes = {name: _code(texts[name]) for name in ("old_code", "new_code")}
    for name, code in codes.items():
        if code is None:
            problems.refuse(
                "file",
                "第 {line} 行：代码“{code}”不是 9 位或 12 位数字（Excel 里请把这一列设为文本）。",
                line=row.number,
                code=texts[name][:20],
            )
    for name in ("old_name", "new_name"):
        if len(texts[name]) > NAME_MAX:
            problems.refuse(
                "file", "第 {line} 行：名称太长，{most} 字以内。", line=row.number, most=NAME_MAX
            )
    if len(problems) > before or effective_on is None or kind is None:
        return None
    return Line(
        row.number,
        effective_on,
        kind,
        str(codes["old_code"]),
        texts["old_name"],
        str(codes["new_code"]),
        texts["new_name"],
        texts["basis"],
    )


def _day(cell: Any, today: date, epoch: date) -> date | None:
    if isinstance(cell, Merged):
        cell = cell.value
    try:
        return read_date(cell, today, epoch=epoch)
    except ValueError:
        return None


def _code(text: str) -> str | None:
    """Twelve digits; "" for nothing; None for what is no code."""
    digits = re.sub(r"[\s-]", "", text).removesuffix(".0")
    if not digits:
        return ""
    if not re.fullmatch("[0-9]{9}|[0-9]{12}", digits, re.ASCII):
        return None
    return digits.ljust(CODE_DIGITS, "0")


def _text(cell: Any) -> str:
    if isinstance(cell, Merged):
        cell = cell.value
    if cell is None or isinstance(cell, Formula):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(visible(str(cell)).split())
