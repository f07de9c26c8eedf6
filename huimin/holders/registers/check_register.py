"""Read a whole register and classify its rows: accepted, refused, repeated, left out.

Nothing is written here. The whole file is read before anything is imported, so that a file that is
damaged at its end changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huimin.core.catalogue import sentence, text
from huimin.holders.people import HolderDraft
from huimin.holders.registers.cells import Sheet, SheetRow
from huimin.holders.registers.header import COLUMN_NAMES, SEARCHED_ROWS, Header, find_header
from huimin.holders.registers.problem import Problem, file_problem, problem_at
from huimin.holders.registers.row import Circumstances, not_a_person, read_row, who_is_meant
from huimin.holders.registers.sheets import open_sheets

PEOPLE_MAX = 100_000
HASH_BYTES = 1 << 20

Progress = Callable[[int, int], None]
LEFT_OUT = {"total": sentence("合计、签字或说明"), "header": sentence("重复的表头")}


@dataclass(frozen=True, slots=True)
class AcceptedRow:
    """A row that can be imported."""

    sheet: str
    row: int
    draft: HolderDraft


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that needs correction, with its original cells.

    `name` and `id_number` are None if they can't be read.
    """

    sheet: str
    row: int
    cells: tuple[Any, ...]
    problems: tuple[Problem, ...]
    name: str | None = None
    id_number: str | None = None


@dataclass(frozen=True, slots=True)
class RepeatedRow:
    """A row whose person has appeared before; `differs` if its data are different."""

    sheet: str
    row: int
    id_number: str
    first_sheet: str
    first_row: int
    differs: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A sheet (`row` is None) or a row without people, and why."""

    sheet: str
    row: int | None
    why: str


@dataclass
class RegisterCheck:
    """A checked register. `headers` are the sheets' header cells, for the workbook to correct."""

    file_name: str
    file_sha256: str = ""
    accepted: list[AcceptedRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    repeated: list[RepeatedRow] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    headers: dict[str, dict[int, str]] = field(default_factory=dict)

    @property
    def problems(self) -> list[Problem]:
        """All problems of all refused rows, in order."""
        return [problem for row in self.refused for problem in row.problems]


def check_register(
    path: Path, circumstances: Circumstances, progress: Progress | None = None
) -> RegisterCheck:
    """Check a register. `progress(done, total)` counts rows; the total is an estimate.

    Raises FieldProblems on `file` when it can't be read or has no sheet with a header.
    """
    check = RegisterCheck(circumstances.file_name, file_sha256=_sha256(path))
    seen: dict[str, AcceptedRow] = {}
    done = total = 0
    for sheet in open_sheets(path):
        total += sheet.row_count
        for count in _check_sheet(sheet, circumstances, check, seen):
            if progress is not None and count % 200 == 0:
                progress(done + count, max(total, done + count))
        done += sheet.row_count
        if progress is not None:
            progress(done, total)
    if not check.headers and not check.refused:
        raise file_problem(
            "没有找到名册的表头：需要有姓名、身份证号码、乡镇（街道）、村（社区）、保障类别、"
            "认定日期各列。"
        )
    return check


def _check_sheet(
    sheet: Sheet, circumstances: Circumstances, check: RegisterCheck, seen: dict[str, AcceptedRow]
) -> Iterator[int]:
    if sheet.hidden:
        check.left_out.append(LeftOut(sheet.title, None, sentence("隐藏的工作表")))
        return
    rows = iter(sheet.rows)
    first = _take(rows, SEARCHED_ROWS)
    header = find_header(first)
    if header is None:
        check.left_out.append(LeftOut(sheet.title, None, sentence("没有表头")))
        return
    if header.missing:
        problem = problem_at(
            sheet.title,
            header.row_number,
            "header_missing",
            text(
                "表头缺少{columns}列，这张工作表没有导入；请补上该列后再导入。",
                columns=tuple(
                    text("“{name}”", name=COLUMN_NAMES.text(name)) for name in header.missing
                ),
            ),
        )
        check.refused.append(RefusedRow(sheet.title, header.row_number, (), (problem,)))
        return
    check.headers[sheet.title] = header.spelled
    count = 0
    for count, row in enumerate(_chain(first, rows), start=1):
        if row.number > header.row_number:
            _check_row(sheet.title, header, row, circumstances, check, seen)
        yield count


def _check_row(
    sheet: str,
    header: Header,
    row: SheetRow,
    circumstances: Circumstances,
    check: RegisterCheck,
    seen: dict[str, AcceptedRow],
) -> None:
    reason = not_a_person(header, row)
    if reason is not None:
        if reason != "empty":
            words = LEFT_OUT[reason]
            check.left_out.append(LeftOut(sheet, row.number, words))
        return
    if len(check.accepted) + len(check.refused) >= PEOPLE_MAX:
        raise file_problem(
            "名册超过 {people_max:,} 人，请拆成几个文件导入。", people_max=PEOPLE_MAX
        )
    result = read_row(sheet, header, row, circumstances)
    if isinstance(result, list):
        name, id_number = who_is_meant(header, row, circumstances.today)
        refused = RefusedRow(sheet, row.number, row.cells, tuple(result), name, id_number)
        check.refused.append(refused)
        return
    number = result.id_number.number
    earlier = seen.get(number)
    if earlier is not None:
        check.repeated.append(
            RepeatedRow(
                sheet,
                row.number,
                number,
                earlier.sheet,
                earlier.row,
                _content(result) != _content(earlier.draft),
            )
        )
        return
    seen[number] = AcceptedRow(sheet, row.number, result)
    check.accepted.append(seen[number])


def _content(draft: HolderDraft) -> tuple[Any, ...]:
    """A row's data about a person, without their source."""
    kinds = [(e.kind, e.starts_on) for e in draft.eligibilities]
    return (draft.name, draft.division_code, draft.phone, draft.family, tuple(kinds))


def _take(rows: Iterator[SheetRow], count: int) -> list[SheetRow]:
    return [row for _, row in zip(range(count), rows, strict=False)]


def _chain(first: Iterable[SheetRow], rest: Iterable[SheetRow]) -> Iterator[SheetRow]:
    yield from first
    yield from rest


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(HASH_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
