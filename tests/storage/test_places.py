"""Places that processes share: so many at once, and none outlives its process."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from huimin.storage import places as places_module
from huimin.storage.engine import StorageProblem
from huimin.storage.places import Places


def test_a_name_has_so_many_places_for_everybody_together(tmp_path: Path) -> None:
    with contextlib.closing(Places(tmp_path)) as one, contextlib.closing(Places(tmp_path)) as other:
        first = one.take("uploads", 3)
        assert first is not None
        assert None not in (other.take("uploads", 3), one.take("uploads", 3))
        assert (one.take("uploads", 3), other.take("uploads", 3)) == (None, None)
        assert other.take("something else") is not None
        one.give_back(first)
        assert other.take("uploads", 3) == first
        other.give_back(first)
        with other.waited_for("uploads", 3, seconds=60) as came:
            assert came
            with one.waited_for("uploads", 3, seconds=0) as came_too:
                assert not came_too
    with contextlib.closing(Places(tmp_path)) as later:
        assert [later.take("uploads", 3) is not None for _ in range(4)] == [True] * 3 + [False]


def test_a_place_is_free_again_when_its_process_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from huimin.storage.places import Places;"
        "places = Places(pathlib.Path(sys.argv[1]));"
        "print(places.take('lead') is not None, flush=True); sys.stdin.read()"
    )
    with (
        contextlib.closing(Places(tmp_path)) as places,
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == b"True\n"
        assert places.take("lead") is None
        process.kill()
        process.wait()
        assert places.take("lead") is not None


def test_a_file_system_without_locks_is_said_and_not_taken_for_a_place_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WithoutLocks:
        def __getattr__(self, name: str) -> Any:
            return getattr(fcntl, name)

        def fcntl(self, *_: Any) -> None:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with contextlib.closing(Places(tmp_path)) as places:
        place = places.take("sale")
        assert place is not None
        monkeypatch.setattr(places_module, "fcntl", WithoutLocks())
        with pytest.raises(StorageProblem, match=r"places\.lock"):
            places.take("another sale")
        places.give_back(place)  # what was done there is done
