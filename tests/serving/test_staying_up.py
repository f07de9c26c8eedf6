"""The shipped server stays up: a worker that dies is started anew, and a stop cuts no answer."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

from huimin.instance import Instance
from tests.served import running

SECONDS_MAX = 60


def workers_of(server: int) -> list[int]:
    """The processes that the server has started."""
    with contextlib.suppress(FileNotFoundError):
        listed = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii")
        return [int(number) for number in listed.split()]
    return []


def answers(port: int, path: str) -> int | None:
    """The status of the answer; None while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return None


def test_a_worker_that_is_killed_is_started_anew(sqlite_instance: Instance) -> None:
    sqlite_instance.close()
    with running(sqlite_instance.settings.folder) as (port, server):
        (first,) = workers_of(server.pid)
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + SECONDS_MAX
        while workers_of(server.pid) in ([], [first]) or answers(port, "/healthz") != 200:
            assert server.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        (second,) = workers_of(server.pid)
        assert second != first
        server.terminate()
        assert server.wait(SECONDS_MAX) == 0
