"""The counters of the limits: one file that processes share, which never grows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimin.storage import counters as module
from huimin.storage.counters import FILE_BYTES, FILE_NAME, GROUP_ENTRIES, Counters

MINUTE = 60
NOW = 1_800_000_000.0
COUNTING = """
import sys
from pathlib import Path
from huimin.storage.counters import Counters
counters = Counters(Path(sys.argv[1]))
allowed = [counters.count("till", limit=500, seconds=60, now=1_800_000_000.0) for _ in range(400)]
print(sum(allowed))
"""


@pytest.fixture
def counters(tmp_path: Path) -> Iterator[Counters]:
    counters = Counters(tmp_path)
    yield counters
    counters.close()


def allowed(counters: Counters, name: str, count: int, now: float, limit: int = 10) -> int:
    return sum(counters.count(name, limit=limit, seconds=MINUTE, now=now) for _ in range(count))


def test_so_many_are_allowed_in_a_window_that_slides(counters: Counters) -> None:
    assert allowed(counters, "a", 30, NOW) == 10
    assert not counters.has_room("a", limit=10, seconds=MINUTE, now=NOW)
    assert allowed(counters, "b", 3, NOW) == 3, "each name has its own count"
    # Half of the period before still lies within the window.
    assert allowed(counters, "a", 30, NOW + 1.5 * MINUTE) == 5
    assert allowed(counters, "a", 30, NOW + 4 * MINUTE) == 10
    assert allowed(counters, "a", 30, NOW + 3 * MINUTE) == 0, "put back a little: frees nobody"


def test_what_was_counted_while_the_clock_was_far_ahead_is_dropped(counters: Counters) -> None:
    assert allowed(counters, "a", 30, NOW + 86_400) == 10
    assert allowed(counters, "a", 30, NOW) == 10, "it would have been refused for a day"
    assert not counters.has_room("a", limit=10, seconds=MINUTE, now=NOW)


def test_names_counted_far_ahead_make_room_for_others(
    counters: Counters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GROUPS", 1)
    for number in range(GROUP_ENTRIES):
        allowed(counters, f"ahead {number}", 10, NOW + 86_400)
    assert allowed(counters, "a", 2, NOW) + allowed(counters, "b", 2, NOW) == 4
    assert allowed(counters, "a", 30, NOW) == 8, "it kept its place beside entries of the future"


@given(st.lists(st.floats(0, 20), min_size=1, max_size=80))
def test_no_period_ever_has_more_than_the_limit(waits: list[float]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        counters, now, taken = Counters(Path(folder)), NOW, []
        for wait in waits:
            now += wait
            if counters.count("a", limit=7, seconds=MINUTE, now=now):
                taken.append(int(now // MINUTE))
        counters.close()
    assert all(taken.count(period) <= 7 for period in taken)


def test_processes_count_together_and_a_new_start_forgets_nothing(tmp_path: Path) -> None:
    several = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTING, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert sum(int(one.communicate()[0]) for one in several) == 500
    counters = Counters(tmp_path)
    assert not counters.has_room("till", limit=500, seconds=MINUTE, now=NOW)
    counters.close()
    counters.close()


def test_any_number_of_names_takes_no_more_room_and_frees_no_full_counter(
    counters: Counters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GROUPS", 4)
    assert allowed(counters, "till", 10, NOW) == 10
    for number in range(4 * GROUP_ENTRIES * 20):
        counters.count(f"stranger {number}", limit=10, seconds=MINUTE, now=NOW)
    assert allowed(counters, "till", 1, NOW) == 0
    file = tmp_path / FILE_NAME
    assert file.stat().st_size == FILE_BYTES
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"stranger" not in file.read_bytes()


def test_a_file_that_was_cut_starts_anew(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"x" * 100)
    counters = Counters(tmp_path)
    assert allowed(counters, "a", 30, NOW) == 10
    counters.close()
