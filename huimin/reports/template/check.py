"""A county's template workbook, read and checked before anything is kept or filled.

What is wrong is said with the sheet and cell. A template holds no formula, link, macro or chart:
what comes out of it holds figures and words only.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from huimin.core.refusals import FieldProblems, field_problem
from huimin.reports.template.fields import BY, PLACEHOLDER, grouping_named, is_column, is_single

FILE_BYTES_MAX = 2 * 1024 * 1024
UNPACKED_BYTES_MAX = 30 * 1024 * 1024
PARTS_MAX = 500
SHEETS_MAX, CELLS_MAX, PROBLEMS_SHOWN = 30, 20_000, 5
FORBIDDEN_PARTS = {
    "vbaproject": ("宏", "macros"),
    "externallinks/": ("外部链接", "links to other files"),
    "embeddings/": ("嵌入对象", "embedded objects"),
    "connections.xml": ("数据连接", "data connections"),
    "charts/": ("图表", "charts"),
    "pivottables/": ("数据透视表", "pivot tables"),
}
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, KeyError, ValueError),
    *(TypeError, AttributeError, IndexError, EOFError, NotImplementedError, RuntimeError, OSError),
)
Problem = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """A sheet: its grouping, and the row that is repeated for each group; None without one."""

    grouping: str | None
    row: int | None


def opened_template(content: bytes) -> tuple[Any, dict[str, SheetPlan]]:
    """The workbook, and the plan of each sheet by its name. Raises FieldProblems on `template`."""
    _check_file(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), keep_links=False)
    except UNREADABLE:
        raise _unreadable() from None
    if len(book.worksheets) > SHEETS_MAX or book.chartsheets:
        raise field_problem(
            "template",
            f"模板最多 {SHEETS_MAX} 张工作表，不能有图表工作表。",
            f"A template has at most {SHEETS_MAX} sheets and no chart sheets.",
        )
    problems: list[Problem] = []
    plans = {sheet.title: _plan(sheet, problems) for sheet in book.worksheets}
    if not problems and not any(map(_has_placeholder, book.worksheets)):
        problems.append(
            (
                "模板里没有 {{…}}，不知道数字填在哪里；可以先下载样板来改",
                "There is no {{…}} that says where figures go; start from the example",
            )
        )
    if problems:
        raise _refused(problems)
    return book, plans


def placeholders(cell: Any) -> list[str]:
    """The names in braces in a cell."""
    return PLACEHOLDER.findall(cell.value) if isinstance(cell.value, str) else []


def _check_file(content: bytes) -> None:
    if not content or len(content) > FILE_BYTES_MAX:
        raise field_problem(
            "template",
            "请选择不超过 2 MB 的 .xlsx 文件。",
            "Choose an .xlsx file of at most 2 MB.",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > PARTS_MAX or unpacked > UNPACKED_BYTES_MAX:
                raise _unreadable()
            names = [part.filename.lower() for part in parts]
    except UNREADABLE:
        raise _unreadable() from None
    for sign, (chinese, english) in FORBIDDEN_PARTS.items():
        if any(sign in name for name in names):
            raise field_problem(
                "template",
                f"模板里不能有{chinese}，请删去后再上传。",
                f"A template cannot hold {english}; remove them and upload it again.",
            )


def _plan(sheet: Any, problems: list[Problem]) -> SheetPlan:
    if sheet.max_row * sheet.max_column > CELLS_MAX:
        problems.append((f"工作表“{sheet.title}”太大", f"The sheet “{sheet.title}” is too large"))
        return SheetPlan(None, None)
    grouping, rows = grouping_named(sheet.title), []
    for row in sheet.iter_rows():
        for cell in row:
            found = [name for name in placeholders(cell) if name.startswith(BY)]
            if found:
                grouping = grouping_named(found[-1].removeprefix(BY)) or grouping
            if any(is_column(name) for name in placeholders(cell)):
                rows.append(cell.row)
            problems.extend(_cell_problems(cell))
    problems.extend(_row_problems(sheet, sorted(set(rows)), grouping))
    return SheetPlan(grouping, rows[0] if rows else None)


def _cell_problems(cell: Any) -> Iterator[Problem]:
    at, where = _place(cell)
    if cell.data_type == "f":
        yield (
            f"{at}有公式，请改成文字或 {{{{…}}}}",
            f"{where} is a formula; write text or {{{{…}}}}",
        )
        return
    if cell.data_type not in ("s", "n", "d", "b", "inlineStr"):
        yield f"{at}是错误值，请改正", f"{where} is an error value"
    if getattr(cell, "hyperlink", None):
        yield f"{at}有超链接，请去掉", f"{where} has a link; remove it"
    if not isinstance(cell.value, str):
        return
    if PLACEHOLDER.sub("", cell.value).count("{{") or PLACEHOLDER.sub("", cell.value).count("}}"):
        yield f"{at}的 {{{{ 和 }}}} 不成对", f"{where}: {{{{ and }}}} do not match"
    for name in placeholders(cell):
        known = is_column(name) or is_single(name)
        if name.startswith(BY):
            known = grouping_named(name.removeprefix(BY)) is not None
        if not known:
            shown = name[:40]
            yield f"{at}的 {{{{{shown}}}}} 不认识", f"{where}: {{{{{shown}}}}} is not known"


def _row_problems(sheet: Any, rows: list[int], grouping: str | None) -> Iterator[Problem]:
    name = sheet.title
    if len(rows) > 1:
        yield (
            f"工作表“{name}”的第 {rows[0]} 行和第 {rows[1]} 行都是重复行，每张表只能有一行",
            f"Rows {rows[0]} and {rows[1]} of the sheet “{name}” both repeat; only one can",
        )
    if rows and grouping is None:
        yield (
            f"工作表“{name}”没有说明按什么分组：请写一格 {{{{by:outlet}}}}，或改表名为“按商户”这样",
            f"The sheet “{name}” does not say its grouping: write {{{{by:outlet}}}} in a cell",
        )
    for merged in sheet.merged_cells.ranges:
        if rows and merged.min_row <= rows[0] <= merged.max_row and merged.size["rows"] > 1:
            yield (
                f"工作表“{name}”的合并单元格 {merged.coord} 跨过了重复行，请拆开",
                f"The merged cells {merged.coord} of the sheet “{name}” cross the repeated row",
            )


def _has_placeholder(sheet: Any) -> bool:
    return any(placeholders(cell) for row in sheet.iter_rows() for cell in row)


def _place(cell: Any) -> tuple[str, str]:
    return (
        f"工作表“{cell.parent.title}”的 {cell.coordinate} ",
        f"{cell.coordinate} of the sheet “{cell.parent.title}”",
    )


def _refused(problems: list[Problem]) -> FieldProblems:
    shown, more = problems[:PROBLEMS_SHOWN], len(problems) - PROBLEMS_SHOWN
    chinese = "；".join(sentence for sentence, _ in shown)
    english = "; ".join(sentence for _, sentence in shown)
    if more > 0:
        chinese, english = f"{chinese}；另有 {more} 处", f"{english}; and {more} more"
    return field_problem("template", f"{chinese}。", f"{english}.")


def _unreadable() -> FieldProblems:
    return field_problem(
        "template",
        "这个文件不是完好的 .xlsx 工作簿，请另存为 .xlsx 再上传。",
        "This file is no sound .xlsx workbook; save it as .xlsx and upload it again.",
    )
