"""Files that people send are read in a process of its own, which may take so much and no more."""

from __future__ import annotations

import os
import queue
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from huimin.apart.apart import Finished, WorkBroken, apart
from huimin.apart.limits import Limits
from huimin.apart.readers import AT_ONCE, WAITING_MAX, Readers
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.holders.registers.cells import Formula, Merged
from huimin.holders.registers.sheets import open_sheets
from huimin.holders.registers.sheets_apart import LISTS, lists_apart, sheets_apart

MB = 1024 * 1024
ENOUGH = Limits(cpu_seconds=60, seconds=300, memory_bytes=1024 * MB)
WAIT_SECONDS_MAX = 60


# -- generators that the tests run in a process of their own


def plain(text: str) -> Iterator[Any]:
    asked = yield [text, 1, 2.5, None, datetime(2026, 10, 31, 9, 30), Decimal("1.20")]
    yield asked
    raise field_problem("file", "没有表头：{name}", name="甲")


def environment() -> Iterator[Any]:
    yield sorted(name for name in os.environ if name.startswith("HUIMIN")), os.nice(0)


def endless() -> Iterator[Any]:
    while True:
        pass
    yield None


def sleeping() -> Iterator[Any]:
    time.sleep(3600)
    yield None


def hungry() -> Iterator[Any]:
    yield len(bytearray(2048 * MB))


def broken(name: str) -> Iterator[Any]:
    yield {"张三": 1}[name]


def impostor() -> Iterator[Any]:
    yield threading.Event  # a class, which is no plain value


def ran(work: Any, *arguments: Any, limits: Limits = ENOUGH) -> Any:
    return apart(f"{__name__}:{work.__name__}", *arguments, limits=limits, exceeded=too_much)


def too_much() -> FieldProblems:
    return field_problem("file", "太大")


def test_values_come_one_by_one_and_a_refusal_as_it_was_raised() -> None:
    with ran(plain, "甲") as work:
        assert work.ask() == ["甲", 1, 2.5, None, datetime(2026, 10, 31, 9, 30), Decimal("1.20")]
        assert work.ask("乙") == "乙"
        with pytest.raises(FieldProblems, match="没有表头：甲"):
            work.ask()


def test_it_gets_no_secret_and_comes_after_the_tills(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIMIN_SECRET_KEY", "secret")
    with ran(environment) as work:
        names, nice = work.ask()
        assert names == [] and nice > os.nice(0)
        with pytest.raises(Finished):
            work.ask()


@pytest.mark.parametrize(
    ("work", "limits"),
    [
        (endless, Limits(1, 300, 1024 * MB)),
        (sleeping, Limits(60, 1, 1024 * MB)),
        (hungry, Limits(60, 300, 512 * MB)),
        (impostor, ENOUGH),
    ],
)
def test_whoever_exceeds_a_limit_gets_the_sentence_that_was_agreed(
    work: Any, limits: Limits
) -> None:
    with ran(work, limits=limits) as remote, pytest.raises(FieldProblems, match="太大"):
        remote.ask()


def test_a_bug_is_told_without_what_stood_in_the_file() -> None:
    with ran(broken, "李四") as remote, pytest.raises(WorkBroken, match="KeyError") as caught:
        remote.ask()
    assert "broken" in str(caught.value) and "李四" not in str(caught.value)


def test_nothing_is_left_when_the_block_ends() -> None:
    with ran(sleeping) as remote:
        number = remote._process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


# -- sheets


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        first, second = book.add_worksheet("一"), book.add_worksheet("二")
        second.hide()
        first.write_row(0, 0, ["订单号", "实付", "日期"])
        first.merge_range(1, 0, 3, 0, "A1")
        first.write_formula(2, 1, "=1+2")
        first.write_datetime(
            3, 2, datetime(2026, 10, 31), book.add_format({"num_format": "yyyy-mm-dd"})
        )
        second.write_column(0, 0, range(1_000))
    return path


def test_sheets_are_read_as_in_this_process(workbook: Path) -> None:
    here = [(s.title, s.hidden, s.row_count, list(s.rows)) for s in open_sheets(workbook)]
    there = [(s.title, s.hidden, s.row_count, list(s.rows)) for s in lists_apart(workbook)]
    assert there == here
    cells = [cell for row in there[0][3] for cell in row.cells]
    assert Merged("A1") in cells and any(isinstance(cell, Formula) for cell in cells)
    # A sheet whose rows nobody wants is passed over.
    assert [s.title for s in lists_apart(workbook)] == ["一", "二"]


def test_a_sheet_with_too_many_rows_is_refused_before_it_is_read(workbook: Path) -> None:
    small = type(LISTS)(999, LISTS.unpacked_bytes, LISTS.limits)
    with pytest.raises(FieldProblems, match="999"):
        list(sheets_apart(workbook, small))
    packed = type(LISTS)(LISTS.rows, 1_000, LISTS.limits)
    with pytest.raises(FieldProblems):
        list(sheets_apart(workbook, packed))


@pytest.mark.parametrize(
    "inserted",
    [
        b'<sheetData x="' + b"a" * (20 * MB) + b'">',
        b"<sheetData>" + b"<a>" * 200 + b"</a>" * 200,
        b"<sheetData>" + b'<a b="1"><c/>' * 60_000 + b"</a>" * 60_000,
        b"<sheetData>" + b"a" * MB,
    ],
    ids=["a long attribute", "a deep nest", "a deep nest of others", "a long text"],
)
def test_what_no_workbook_holds_is_refused_before_it_is_parsed(
    workbook: Path, tmp_path: Path, inserted: bytes
) -> None:
    path = tmp_path / "hostile.xlsx"
    with zipfile.ZipFile(workbook) as good, zipfile.ZipFile(path, "w", 8) as hostile:
        for name in good.namelist():
            part = good.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"<sheetData>", inserted, 1)
            hostile.writestr(name, part)
    with pytest.raises(FieldProblems, match="表格不会有的内容"):
        list(open_sheets(path))


# -- turns


def test_one_person_reads_one_file_at_a_time_and_few_wait() -> None:
    readers, too_many = Readers(), 3
    release = threading.Event()
    entered: queue.Queue[str] = queue.Queue()
    refused: queue.Queue[str] = queue.Queue()

    def read(name: str) -> None:
        try:
            with readers.turn(name):
                entered.put(name)
                release.wait(WAIT_SECONDS_MAX)
        except Refusal as refusal:
            refused.put(refusal.code)

    names = map(str, range(AT_ONCE + WAITING_MAX + too_many))
    threads = [threading.Thread(target=read, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    codes = [refused.get(timeout=WAIT_SECONDS_MAX) for _ in range(too_many)]
    assert set(codes) == {"too_many_uploads"}
    read(entered.get(timeout=WAIT_SECONDS_MAX))
    assert refused.get_nowait() == "file_in_progress"
    release.set()
    for thread in threads:
        thread.join(WAIT_SECONDS_MAX)
    assert entered.qsize() == AT_ONCE + WAITING_MAX - 1
    with readers.turn("another"):
        pass
