"""A county's template workbook, read and checked before anything is kept or filled.

What is wrong is said with the sheet and cell. A template holds no formula, link, macro or chart:
what comes out of it holds figures and words only.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from huimin.apart.apart import Finished, apart
from huimin.apart.limits import Limits
from huimin.core.catalogue import Text, text
from huimin.core.refusals import FieldProblems, field_problem
from huimin.reports.template.fields import BY, PLACEHOLDER, grouping_named, is_column, is_single

FILE_BYTES_MAX = 2 * 1024 * 1024
UNPACKED_BYTES_MAX = 30 * 1024 * 1024
PARTS_MAX = 500
LIMITS = Limits(cpu_seconds=10, seconds=30, memory_bytes=768 * 1024 * 1024)
SHEETS_MAX, CELLS_MAX, PROBLEMS_SHOWN = 30, 20_000, 5
PLACES = "{{…}}"
FORBIDDEN_PARTS = {
    "vbaproject": text("宏"),
    "externallinks/": text("外部链接"),
    "embeddings/": text("嵌入对象"),
    "connections.xml": text("数据连接"),
    "charts/": text("图表"),
    "pivottables/": text("数据透视表"),
}
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, KeyError, ValueError),
    *(TypeError, AttributeError, IndexError, EOFError, NotImplementedError, RuntimeError, OSError),
)


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
            "template", "模板最多 {sheets_max} 张工作表，不能有图表工作表。", sheets_max=SHEETS_MAX
        )
    problems: list[Text] = []
    plans = {sheet.title: _plan(sheet, problems) for sheet in book.worksheets}
    if not problems and not any(map(_has_placeholder, book.worksheets)):
        problems.append(
            text("模板里没有 {places}，不知道数字填在哪里；可以先下载样板来改", places=PLACES)
        )
    if problems:
        raise _refused(problems)
    return book, plans


def require_template(content: bytes) -> None:
    """Check a workbook in a process of its own. Raises FieldProblems on `template`."""
    with (
        apart(f"{__name__}:opened_there", content, limits=LIMITS, exceeded=_too_much) as checker,
        contextlib.suppress(Finished),
    ):
        checker.ask()


def opened_there(content: bytes) -> Iterator[None]:
    """In the other process: open it and say nothing of it."""
    opened_template(content)
    yield from ()


def _too_much() -> FieldProblems:
    return field_problem("template", "模板太大或太复杂，没有读完；请删去多余的工作表、行和格式。")


def placeholders(cell: Any) -> list[str]:
    """The names in braces in a cell."""
    return PLACEHOLDER.findall(cell.value) if isinstance(cell.value, str) else []


def _check_file(content: bytes) -> None:
    if not content or len(content) > FILE_BYTES_MAX:
        raise field_problem("template", "请选择不超过 2 MB 的 .xlsx 文件。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > PARTS_MAX or unpacked > UNPACKED_BYTES_MAX:
                raise _unreadable()
            names = [part.filename.lower() for part in parts]
    except UNREADABLE:
        raise _unreadable() from None
    for sign, part in FORBIDDEN_PARTS.items():
        if any(sign in name for name in names):
            raise field_problem("template", "模板里不能有{part}，请删去后再上传。", part=part)


def _plan(sheet: Any, problems: list[Text]) -> SheetPlan:
    if sheet.max_row * sheet.max_column > CELLS_MAX:
        problems.append(text("工作表“{sheet}”太大", sheet=sheet.title))
        return SheetPlan(None, None)
    grouping, rows = grouping_named(sheet.title), []
    for row in sheet.iter_rows():
        for cell in row:
            groupings_named = [name for name in placeholders(cell) if name.startswith(BY)]
            if groupings_named:
                grouping = grouping_named(groupings_named[-1].removeprefix(BY)) or grouping
            if any(is_column(name) for name in placeholders(cell)):
                rows.append(cell.row)
            problems.extend(_cell_problems(cell))
    problems.extend(_row_problems(sheet, sorted(set(rows)), grouping))
    return SheetPlan(grouping, rows[0] if rows else None)


def _cell_problems(cell: Any) -> Iterator[Text]:
    at = text("工作表“{sheet}”的 {cell}", sheet=cell.parent.title, cell=cell.coordinate)
    if cell.data_type == "f":
        yield text("{at} 有公式，请改成文字或 {places}", at=at, places=PLACES)
        return
    if cell.data_type not in ("s", "n", "d", "b", "inlineStr"):
        yield text("{at} 是错误值，请改正", at=at)
    if getattr(cell, "hyperlink", None):
        yield text("{at} 有超链接，请去掉", at=at)
    if not isinstance(cell.value, str):
        return
    if PLACEHOLDER.sub("", cell.value).count("{{") or PLACEHOLDER.sub("", cell.value).count("}}"):
        yield text("{at} 的 {{{{ 和 }}}} 不成对", at=at)
    for name in placeholders(cell):
        known = is_column(name) or is_single(name)
        if name.startswith(BY):
            known = grouping_named(name.removeprefix(BY)) is not None
        if not known:
            yield text("{at} 的 {name} 不认识", at=at, name=f"{{{{{name[:40]}}}}}")


def _row_problems(sheet: Any, rows: list[int], grouping: str | None) -> Iterator[Text]:
    name = sheet.title
    if len(rows) > 1:
        yield text(
            "工作表“{sheet}”的第 {first} 行和第 {second} 行都是重复行，每张表只能有一行",
            sheet=name,
            first=rows[0],
            second=rows[1],
        )
    if rows and grouping is None:
        yield text(
            "工作表“{sheet}”没有说明按什么分组：请写一格 {{{{by:outlet}}}}，或改表名为“按商户”这样",
            sheet=name,
        )
    for merged in sheet.merged_cells.ranges:
        if rows and merged.min_row <= rows[0] <= merged.max_row and merged.size["rows"] > 1:
            yield text(
                "工作表“{sheet}”的合并单元格 {cells} 跨过了重复行，请拆开",
                sheet=name,
                cells=merged.coord,
            )


def _has_placeholder(sheet: Any) -> bool:
    return any(placeholders(cell) for row in sheet.iter_rows() for cell in row)


def _refused(problems: list[Text]) -> FieldProblems:
    first, more = tuple(problems[:PROBLEMS_SHOWN]), len(problems) - PROBLEMS_SHOWN
    if more > 0:
        return field_problem("template", "{problems}；另有 {more} 处。", problems=first, more=more)
    return field_problem("template", "{problems}。", problems=first)


def _unreadable() -> FieldProblems:
    return field_problem("template", "这个文件不是完好的 .xlsx 工作簿，请另存为 .xlsx 再上传。")
