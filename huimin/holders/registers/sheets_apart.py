"""The sheets of a file that somebody sent, read in a process of its own (huimin/apart)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from huimin.apart.apart import Apart, Finished, apart
from huimin.apart.limits import Limits
from huimin.core.refusals import FieldProblems
from huimin.holders.registers.cells import Formula, Merged, Sheet, SheetRow
from huimin.holders.registers.problem import file_problem
from huimin.holders.registers.sheets import open_sheets

ROWS_AT_ONCE = 200
MORE, NEXT = "more", "next"
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What a kind of file may be: rows of a sheet, bytes once unpacked, and what reading takes."""

    rows: int
    unpacked_bytes: int
    limits: Limits


REGISTERS = FileLimits(1_048_576, 400 * MB, Limits(300, 1_800, 1_536 * MB))
# The same where somebody waits at a terminal's prompt, and no till is served by the process.
COMMANDS = replace(REGISTERS, limits=replace(REGISTERS.limits, nice=0))
# A shop's or an office's list of a day: read while somebody waits.
LISTS = FileLimits(20_000, 40 * MB, Limits(10, 30, 512 * MB))


def sheets_apart(path: Path, kind: FileLimits) -> Iterator[Sheet]:
    """As `open_sheets`, in a process of its own; the rows of a sheet end with its turn.

    Raises FieldProblems on `file`, also when the file needs more than its kind may.
    """
    about = (str(path), kind.rows, kind.unpacked_bytes)
    work = f"{__name__}:parts_of"
    with apart(work, *about, limits=kind.limits, exceeded=too_much) as reader:
        question: str | None = None
        while True:
            try:
                title, row_count, hidden, merged, epoch = reader.ask(question)
            except Finished:
                return
            yield Sheet(title, _rows(reader), row_count, hidden, merged, epoch)
            question = NEXT


def lists_apart(path: Path) -> Iterator[Sheet]:
    """The same for a small list."""
    return sheets_apart(path, LISTS)


def registers_apart(path: Path) -> Iterator[Sheet]:
    """The same for a register."""
    return sheets_apart(path, REGISTERS)


def registers_for_commands(path: Path) -> Iterator[Sheet]:
    """The same for a register that a command reads."""
    return sheets_apart(path, COMMANDS)


def too_much() -> FieldProblems:
    """What a file is told that needs more time or memory than its kind may."""
    return file_problem(
        "文件太大或太复杂，没有读完；请删去多余的工作表、行和格式，或拆成几个文件。"
    )


def parts_of(path: str, rows_max: int, unpacked_bytes_max: int) -> Iterator[Any]:
    """In the other process: what each sheet is, then its rows in groups, as they are asked for."""
    for sheet in open_sheets(Path(path), unpacked_bytes_max=unpacked_bytes_max):
        if sheet.row_count > rows_max:
            raise file_problem(
                "工作表“{sheet}”超过 {rows_max:,} 行，请只留需要的行。",
                sheet=sheet.title,
                rows_max=rows_max,
            )
        request = yield sheet.title, sheet.row_count, sheet.hidden, sheet.merged, sheet.epoch
        while request == MORE:
            rows = islice(sheet.rows, ROWS_AT_ONCE)
            request = yield [
                (row.number, tuple(map(_plain, row.cells)), row.hidden, row.struck, row.beyond)
                for row in rows
            ]


def _rows(reader: Apart) -> Iterator[SheetRow]:
    while rows := reader.ask(MORE):
        for number, cells, *marks in rows:
            yield SheetRow(number, tuple(map(_cell, cells)), *marks)


# Formulas and merged cells are sent as pairs, for nothing but plain values passes.
def _plain(cell: Any) -> Any:
    if isinstance(cell, Formula):
        return "formula", cell.text
    if isinstance(cell, Merged):
        return "merged", _plain(cell.value)
    return cell


def _cell(cell: Any) -> Any:
    if not isinstance(cell, tuple):
        return cell
    kind, value = cell
    return Formula(value) if kind == "formula" else Merged(_cell(value))
