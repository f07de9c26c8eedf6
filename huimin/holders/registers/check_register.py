"""Read a whole register and classify its rows: accepted, refused, repeated, left out.

Nothing is written here. The whole file is read before anything is imported, so that a file that is
damaged at its end changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from huimin.core.catalogue import sentence, text
from huimin.holders.registers.cells import Sheet, SheetRow
from huimin.holders.registers.ended_list import ended_title
from huimin.holders.registers.find_header import (
    LEVELS_MAX,
    SEARCHED_ROWS,
    find_headers,
    next_table,
    people_above,
)
from huimin.holders.registers.header import COLUMN_NAMES, Header
from huimin.holders.registers.problem import Problem, column_letter, file_problem, problem_at
from huimin.holders.registers.result import LeftOut, Question, RefusedRow, RegisterCheck, Understood
from huimin.holders.registers.row_view import Circumstances
from huimin.holders.registers.sheets import Opener, open_sheets
from huimin.holders.registers.table import ABOVE, Table
from huimin.storage.giving_way import give_way

SAMPLE_ROWS = 3
UNREAD_TABLE = sentence("表头不全的表，没有读")
HASH_BYTES = 1 << 20

Progress = Callable[[int, int], None]


def check_register(
    path: Path,
    circumstances: Circumstances,
    progress: Progress | None = None,
    opened: Opener = open_sheets,
) -> RegisterCheck:
    """Check a register. `progress(done, total)` counts rows; the total is an estimate.

    Raises FieldProblems on `file` when it can't be read or has no sheet with a header.
    """
    check = RegisterCheck(circumstances.file_name, file_sha256=_sha256(path))
    seen: dict[str, int] = {}
    done = total = 0
    for sheet in opened(path):
        total += sheet.row_count
        for count in _check_sheet(sheet, circumstances, check, seen):
            give_way()
            if progress is not None and count % 200 == 0:
                progress(done + count, max(total, done + count))
        done += sheet.row_count
        if progress is not None:
            progress(done, total)
    check.settle()
    if not check.headers and not check.refused:
        raise file_problem(
            "没有找到名册的表头：需要有姓名、身份证号码、乡镇（街道）、村（社区）、保障类别、"
            "认定日期各列。"
        )
    return check


def _check_sheet(
    sheet: Sheet, circumstances: Circumstances, check: RegisterCheck, seen: dict[str, int]
) -> Iterator[int]:
    if sheet.hidden:
        _leave_out(check, sheet.title, sentence("隐藏的工作表"), sheet.rows)
        return
    rows = iter(sheet.rows)
    first = list(islice(rows, SEARCHED_ROWS))
    about = _about_sheet(sheet, circumstances)
    headers = find_headers(first, about.supplement.fields, about.supplement.columns)
    if not headers:
        _leave_out(check, sheet.title, sentence("没有表头"), chain(first, rows))
        return
    problem = _title_problem(sheet.title, first, headers[0]) or _header_problem(
        sheet.title, headers, about
    )
    if problem is not None:
        check.refused.append(RefusedRow(sheet.title, headers[0].row_number, (), (problem,)))
        check.questions += _questions(sheet.title, first, headers)
        check.rows += 1
        below = (row for row in chain(first, rows) if row.number > headers[0].row_number)
        _leave_out(check, sheet.title, sentence("没有读的工作表，原因见表头"), below)
        return
    for row in people_above(first, headers[0]):
        check.rows += 1
        check.left_out.append(LeftOut(sheet.title, row.number, ABOVE, lost=True))
    check.headers[sheet.title] = headers[0].spelled
    check.understood.append(Understood(sheet.title, headers, _samples(first, headers[0])))
    yield from _take_rows(sheet.title, chain(first, rows), headers, about, check, seen)


def _take_rows(
    sheet: str,
    rows: Iterable[SheetRow],
    headers: list[Header],
    about: Circumstances,
    check: RegisterCheck,
    seen: dict[str, int],
) -> Iterator[int]:
    """Put each row below the header where it belongs; yields the number of rows so far."""
    tables = [Table(sheet, header, about, check, seen) for header in headers]
    above: deque[SheetRow] = deque(maxlen=LEVELS_MAX - 1)
    for count, row in enumerate(rows, start=1):
        if row.number > headers[0].row_number:
            supplement = about.supplement
            another = next_table(
                row, headers[0], supplement.fields, supplement.columns, tuple(above)
            )
            above.append(row)
            if another:
                # A second table in the sheet, with columns of its own.
                for table in tables:
                    table.end_household()
                headers = another
                tables = _begin_table(sheet, row, headers, about, check, seen)
            elif row.holds_anything and not tables:
                check.rows += 1
                check.left_out.append(LeftOut(sheet, row.number, UNREAD_TABLE, lost=True))
            elif row.holds_anything:
                with_person = [table for table in tables if table.has_person(row)] or tables[:1]
                check.rows += len(with_person)
                for table in with_person:
                    table.take(row)
        yield count
    for table in tables:
        table.end_household()


def _begin_table(
    sheet: str,
    row: SheetRow,
    headers: list[Header],
    about: Circumstances,
    check: RegisterCheck,
    seen: dict[str, int],
) -> list[Table]:
    """The tables of another header below; none if nothing can be read under it, which is said."""
    problem = _header_problem(sheet, headers, about)
    if problem is not None:
        check.rows += 1
        check.refused.append(RefusedRow(sheet, row.number, row.cells, (problem,)))
        return []
    check.understood.append(Understood(sheet, headers, ()))
    return [Table(sheet, header, about, check, seen) for header in headers]


def _leave_out(check: RegisterCheck, sheet: str, why: str, rows: Iterable[SheetRow]) -> None:
    """Leave a sheet out by name, with the number of its rows that hold anything."""
    count = sum(1 for row in rows if row.holds_anything)
    if count:
        check.rows += count
        check.left_out.append(LeftOut(sheet, None, why, lost=True, rows=count))


def _about_sheet(sheet: Sheet, circumstances: Circumstances) -> Circumstances:
    """The circumstances with what only the sheet's name tells: its village, or its town."""
    supplement, places = circumstances.supplement, circumstances.places
    if supplement.village is None:
        named = places.only_village(sheet.title)
        town = places.town_named(sheet.title)
        if named is not None:
            supplement = replace(supplement, village=named[1], town=supplement.town or named[0])
        elif town is not None and supplement.town is None:
            supplement = replace(supplement, town=town)
    return replace(circumstances, supplement=supplement, epoch=sheet.epoch or circumstances.epoch)


def _title_problem(sheet: str, first: Sequence[SheetRow], header: Header) -> Problem | None:
    """That a sheet's name or title says that these people are no longer, or not yet, entitled."""
    above = [row for row in first if row.number < header.first_row]
    title = ended_title([sheet, *(cell for row in above for cell in _texts(row))])
    if title is None:
        return None
    return problem_at(
        sheet,
        header.row_number,
        "ended_list",
        text(
            "表名“{title}”写明是停保、死亡、退出或还没有审批通过的人，这张工作表没有导入；"
            "要结束他们的保障，请用“结束保障”页的停保名单。",
            title=" ".join(title.split()),
        ),
    )


def _texts(row: SheetRow) -> list[str]:
    return [cell for cell in row.cells if isinstance(cell, str)]


def _header_problem(
    sheet: str, headers: Sequence[Header], circumstances: Circumstances
) -> Problem | None:
    """Why a sheet with a header can't be read: a column is missing, or several may be meant."""
    for header in headers:
        for name, columns in header.unclear.items():
            return problem_at(
                sheet,
                header.row_number,
                "header_unclear",
                text(
                    "{columns}都可能是保障对象本人的{name}，分不清是哪一列，这张工作表没有导入；"
                    "请指明列，或在表头写明是谁的。",
                    columns=tuple(
                        text(
                            "{letter} 列“{spelled}”",
                            letter=column_letter(column),
                            spelled=header.spelled.get(column, ""),
                        )
                        for column in columns
                    ),
                    name=COLUMN_NAMES.text(name),
                ),
            )
    missing = headers[0].missing(circumstances.supplement.fields)
    if not missing:
        return None
    return problem_at(
        sheet,
        headers[0].row_number,
        "header_missing",
        text(
            "表头缺少{columns}列，这张工作表没有导入；请补上该列后再导入。",
            columns=tuple(text("“{name}”", name=COLUMN_NAMES.text(name)) for name in missing),
        ),
    )


def _questions(
    sheet: str, first: Sequence[SheetRow], headers: Sequence[Header]
) -> Iterator[Question]:
    for header in headers:
        for name, columns in header.unclear.items():
            yield Question(sheet, name, columns, header, _samples(first, header))


def _samples(first: Sequence[SheetRow], header: Header) -> tuple[SheetRow, ...]:
    below = [row for row in first if row.number > header.row_number and not row.blank]
    return tuple(below[:SAMPLE_ROWS])


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(HASH_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
