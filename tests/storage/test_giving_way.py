"""Long work gives way: sales get in between two parts, and the interpreter lock is let go of."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from math import inf
from typing import Any

import pytest

from huimin.instance import Instance
from huimin.storage import giving_way
from huimin.storage.giving_way import (
    SWITCH_SECONDS,
    behind_the_tills,
    give_way,
    in_parts,
    long_work,
)


def test_what_came_during_a_part_is_written_before_the_next_one(
    sqlite_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving_way, "PART_SECONDS", 0)
    engine: Any = sqlite_instance.engine
    written: list[str] = []
    sales: list[threading.Thread] = []

    def write(_tx: Any, item: str) -> str:
        written.append(item)
        sale = threading.Thread(
            target=lambda: engine.write(lambda _tx: written.append(f"sale during {item}"))
        )
        sale.start()
        sales.append(sale)
        # The part is over only when the till stands in the queue.
        while engine._jobs.empty():
            pass
        return item

    items = ["first", "second", "third"]
    parts = list(in_parts(engine, items, write, items_max=100))
    for sale in sales:
        sale.join()
    assert parts == [["first"], ["second"], ["third"]]
    assert written == [
        *("first", "sale during first", "second", "sale during second"),
        *("third", "sale during third"),
    ]


def test_a_part_is_whole_or_not_at_all_and_ends_at_its_most(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving_way, "PART_SECONDS", inf)
    monkeypatch.setattr(giving_way, "PART_SECONDS_IN_ALL", inf)
    done: list[list[int]] = []

    def write(tx: Any, item: int) -> int:
        row = {"month": f"20{item:02d}-01", "now": "2026-11-29T00:00:00.000Z"}
        tx.connection.execute(
            f"INSERT INTO month_lock (month, locked_at) VALUES ('{row['month']}', '{row['now']}')"
        )
        if item == 6:
            raise KeyError(item)
        return item

    with pytest.raises(KeyError):
        for part in in_parts(instance.engine, list(range(9)), write, items_max=4):
            done.append(part)
    count = instance.engine.read(
        lambda tx: tx.connection.execute("SELECT COUNT(*) AS rows FROM month_lock").fetchone()
    )
    assert done == [[0, 1, 2, 3]] and count["rows"] == 4


def test_the_interpreter_lock_changes_hands_sooner_while_long_work_runs() -> None:
    usual = sys.getswitchinterval()
    with pytest.raises(KeyError), long_work():
        with long_work():
            give_way()
            assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
        assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
        raise KeyError
    give_way()  # outside of a block it does nothing
    assert sys.getswitchinterval() == pytest.approx(usual)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """As at a keyboard: a shell starts what runs in the background deaf to SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_what_a_command_computes_ends_between_two_steps_when_it_is_interrupted() -> None:
    began, ended = threading.Event(), threading.Event()

    def work() -> None:
        try:
            while True:
                began.set()
                give_way()
        finally:
            ended.set()

    def interrupt() -> None:
        began.wait()
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        behind_the_tills(work)
    assert ended.wait(60)
    assert behind_the_tills(lambda: 7) == 7
    with pytest.raises(KeyError):
        behind_the_tills(lambda: {}["nothing"])


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one processor")
def test_what_computes_behind_the_tills_leaves_the_processor_of_a_worker(
    own_processor: int,
) -> None:
    def priority_and_processors() -> tuple[int, set[int]]:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), os.sched_getaffinity(0)

    priority, processors = behind_the_tills(priority_and_processors)
    assert priority > os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert own_processor in processors and len(processors) > 1
    assert os.sched_getaffinity(0) == {own_processor}


def test_where_a_priority_is_the_process_its_own_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    lowered: list[int] = []
    monkeypatch.setattr(os, "nice", lowered.append)
    monkeypatch.setattr(sys, "platform", "darwin")
    behind_the_tills(lambda: None)
    assert not lowered
    monkeypatch.setattr(sys, "platform", "linux")
    behind_the_tills(lambda: None)
    assert lowered
