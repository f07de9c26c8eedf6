"""Write the refused rows to a workbook that can be corrected and imported again.

Each sheet keeps its name and header; every bad cell is coloured and has its problem as a comment.
No text becomes a formula, and a number that Excel has truncated stays a number, so that it is
refused again until somebody has typed it completely.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from huimin.core.catalogue import say, sentence
from huimin.core.formula_guard import formula_safe
from huimin.core.system_words import system_words
from huimin.holders.registers.cells import Formula, Merged
from huimin.holders.registers.problem import column_letter, file_problem
from huimin.holders.registers.result import RefusedRow, RegisterCheck
from huimin.storage.giving_way import give_way
from huimin.storage.new_file import replacing

SHEET_NAME_MAX = 31
HELP = sentence(
    "请改正红色单元格（悬停可看说明），改好后直接导入本文件；"
    "“原行号”“问题”两列不用删。身份证号码列已设为文本格式，请输入完整的 18 位。"
)
HEADER_ROW = 2
WIDTH_MIN, WIDTH_MAX = 6, 28
NOTE_WIDTH = 60
# Comments take memory and slow Excel down; below this row only the column “问题” has the problem.
COMMENTED_ROWS_MAX = 2_000


def write_refused_workbook(path: Path, check: RegisterCheck, *, now: datetime) -> bool:
    """Write the workbook (mode 0600) in one step; False if there is no row to correct.

    Raises FieldProblems on `refused` when it can't be written.
    """
    rows = [row for row in check.refused if row.cells]
    if not rows:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replacing(path) as half_made:
            _write(str(half_made), check, rows, now)
    except OSError as error:
        raise file_problem(
            "待修改的工作簿写不到 {path}：{why}；请用 --refused 写明别的位置。",
            path=path,
            why=system_words(error),
        ) from error
    return True


def _write(path: str, check: RegisterCheck, rows: Sequence[RefusedRow], now: datetime) -> None:
    book = xlsxwriter.Workbook(
        path,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    book.set_properties({"created": now.replace(tzinfo=None), "title": say("待修改的名册")})
    formats = {
        "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "bad": book.add_format(
            {"num_format": "@", "text_wrap": True, "valign": "top", "bg_color": "#FFC7CE"}
        ),
        "header": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E7EEF7"}),
        "note": book.add_format({"text_wrap": True, "valign": "top", "font_color": "#9C0006"}),
        "help": book.add_format({"font_color": "#44546A"}),
    }
    names: set[str] = set()
    for title, spelled in check.headers.items():
        mine = [row for row in rows if row.sheet == title]
        if mine:
            sheet = book.add_worksheet(_sheet_name(title, names))
            _write_sheet(sheet, spelled, mine, formats)
    book.close()


def _write_sheet(
    sheet: Any, spelled: dict[int, str], rows: Sequence[RefusedRow], formats: dict[str, Any]
) -> None:
    width = max([*spelled, *(len(row.cells) - 1 for row in rows)]) + 1
    for column in range(width):
        text = spelled.get(column, "")
        size = min(max(2 * len(text) + 2, WIDTH_MIN), WIDTH_MAX)
        sheet.set_column(column, column, 22 if "身份" in text or "证件" in text else size)
    sheet.set_column(width, width, 8)
    sheet.set_column(width + 1, width + 1, NOTE_WIDTH)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    sheet.write_string(0, 0, HELP, formats["help"])
    for column in range(width):
        _write_text(sheet, HEADER_ROW, column, spelled.get(column, ""), formats["header"])
    sheet.write_string(HEADER_ROW, width, say("原行号"), formats["header"])
    sheet.write_string(HEADER_ROW, width + 1, say("问题"), formats["header"])
    for number, row in enumerate(rows, start=HEADER_ROW + 1):
        give_way()
        _write_row(sheet, number, row, width, formats)


def _write_row(
    sheet: Any, number: int, row: RefusedRow, width: int, formats: dict[str, Any]
) -> None:
    notes_by_column: dict[str, list[str]] = {}
    for problem in row.problems:
        if problem.column is not None:
            notes_by_column.setdefault(problem.column, []).append(problem.message)
    for column in range(width):
        cell = row.cells[column] if column < len(row.cells) else None
        notes = notes_by_column.get(column_letter(column))
        _write_cell(sheet, number, column, cell, formats["bad" if notes else "text"])
        if notes and number <= COMMENTED_ROWS_MAX:
            sheet.write_comment(number, column, "\n".join(notes), {"x_scale": 2.2})
    sheet.write_string(number, width, f"{row.row}", formats["text"])
    messages = "\n".join(problem.message for problem in row.problems)
    sheet.write_string(number, width + 1, messages, formats["note"])


def _write_cell(sheet: Any, row: int, column: int, cell: Any, style: Any) -> None:
    if isinstance(cell, Merged):
        cell = cell.value
    if isinstance(cell, bool) or cell is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(cell, int | float) and cell == cell and abs(cell) != float("inf"):
        # As text, a truncated ID number could pass for another person's.
        sheet.write_number(row, column, cell, style)
    elif isinstance(cell, datetime | date):
        sheet.write_string(row, column, cell.isoformat()[:10], style)
    else:
        _write_text(
            sheet, row, column, cell.text if isinstance(cell, Formula) else str(cell), style
        )


def _write_text(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """Write text as text, which no program reads as a formula."""
    if text:
        sheet.write_string(row, column, formula_safe(text), style)
    else:
        sheet.write_blank(row, column, None, style)


def _sheet_name(title: str, used: set[str]) -> str:
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", title).strip("'")[:SHEET_NAME_MAX] or say("名册")
    plain, number = name, 2
    while name.lower() in used:
        name = f"{plain[: SHEET_NAME_MAX - 3]}_{number}"
        number += 1
    used.add(name.lower())
    return name
