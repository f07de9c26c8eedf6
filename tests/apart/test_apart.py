"""Work in a process of its own: what it may take, what comes back, and who may have it done."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import queue
import signal
import struct
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from huimin.apart.apart import Finished, WorkBroken, apart
from huimin.apart.limits import Limits
from huimin.apart.readers import AT_ONCE, WAITING_MAX, Readers
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.reports.template.example import example_template
from huimin.storage.places import Places

pytestmark = pytest.mark.usefixtures("read_apart")

MB = 1024 * 1024


def framed(said: bytes, length: int | None = None) -> bytes:
    return struct.pack(">Q", len(said) if length is None else length) + said


ENOUGH = Limits(cpu_seconds=60, seconds=300, memory_bytes=1024 * MB)
WAIT_SECONDS_MAX = 60


# -- generators that the tests run in a process of their own


def plain(text: str) -> Iterator[Any]:
    asked = yield [text, 1, 2.5, None, datetime(2026, 10, 31, 9, 30), Decimal("1.20")]
    yield asked
    raise field_problem("file", "没有表头：{name}", name="甲")


def refusing() -> Iterator[Any]:
    raise Refusal("too_many_requests", seconds=9)
    yield None


def environment() -> Iterator[Any]:
    yield sorted(name for name in os.environ if name.startswith("HUIMIN")), os.nice(0)


def processors() -> Iterator[Any]:
    yield os.sched_getaffinity(0)


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


def killed() -> Iterator[Any]:
    os.kill(os.getpid(), signal.SIGKILL)
    yield None


def taken_over(said: bytes, repetitions: int = 1) -> Iterator[Any]:
    """What a file could say that has taken the process over."""
    with contextlib.suppress(OSError):
        for _ in range(repetitions):
            os.write(1, said)
    os._exit(0)
    yield None


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


def test_a_paper_and_a_template_are_read_there() -> None:
    """Their own tests read them in a thread (tests/conftest.py)."""
    paper = io.BytesIO()
    canvas = Canvas(paper)
    canvas.drawString(100, 100, "x")
    canvas.save()
    draw, check = "huimin.holders.draw_pdf:draw_pages", "huimin.reports.template.check:opened_there"
    with apart(draw, paper.getvalue(), limits=ENOUGH, exceeded=too_much) as remote:
        assert remote.ask().startswith(b"\xff\xd8"), "a JPEG"
    template = apart(check, example_template(), limits=ENOUGH, exceeded=too_much)
    with template as remote, pytest.raises(Finished):
        remote.ask()


def test_a_refusal_with_a_code_of_its_own_keeps_it() -> None:
    with ran(refusing) as work, pytest.raises(Refusal) as caught:
        work.ask()
    assert (caught.value.code, caught.value.params) == ("too_many_requests", {"seconds": 9})


def test_it_gets_no_secret_and_comes_after_the_tills(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIMIN_SECRET_KEY", "secret")
    with ran(environment) as work:
        names, nice = work.ask()
        assert names == [] and nice > os.nice(0)
        with pytest.raises(Finished):
            work.ask()


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one processor")
def test_it_leaves_the_processor_of_a_worker(own_processor: int) -> None:
    with ran(processors) as work:
        assert len(work.ask()) > 1
    assert os.sched_getaffinity(0) == {own_processor}


@pytest.mark.parametrize(
    ("work", "limits"),
    [
        (endless, Limits(1, 300, 1024 * MB)),
        (sleeping, Limits(60, 1, 1024 * MB)),
        (hungry, Limits(60, 300, 512 * MB)),
        (impostor, ENOUGH),
        (killed, ENOUGH),
    ],
)
def test_whoever_exceeds_a_limit_gets_the_sentence_that_was_agreed(
    work: Any, limits: Limits
) -> None:
    with ran(work, limits=limits) as remote, pytest.raises(FieldProblems, match="太大"):
        remote.ask()


@pytest.mark.parametrize(
    "said",
    [
        b"\x80garbage, and no length",
        framed(b"\x80\x05garbage"),
        framed(pickle.dumps(["no", "answer", "at", "all"])),
        framed(pickle.dumps(5)),
        framed(pickle.dumps(("refused", "x"))),
        framed(b"\x80\x04\x8e" + (2**40).to_bytes(8, "little")),  # a text of a terabyte
        framed(b"", length=2**40) + b"x" * MB,
    ],
)
def test_a_process_that_a_file_has_taken_over_gets_the_sentence_too(said: bytes) -> None:
    # What it sends without end is not received.
    with (
        apart(f"{__name__}:taken_over", said, 64, limits=ENOUGH, exceeded=too_much) as remote,
        pytest.raises(FieldProblems, match="太大"),
    ):
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


# -- turns


def test_one_person_reads_one_file_at_a_time_and_few_wait(tmp_path: Path) -> None:
    readers, too_many = Readers(Places(tmp_path)), 3
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
