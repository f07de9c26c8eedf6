"""The shipped server stays up: a worker that dies is started anew, and a stop cuts no answer."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from huimin.instance import Instance
from huimin.serving.supervise import Supervisor
from tests.benchmarks.serving import free_port
from tests.served import running, wait_for_workers, workers_of

SECONDS_MAX = 300


def answers(port: int, path: str) -> int | None:
    """The status of the answer; None while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return None


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket at which a service manager listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(SECONDS_MAX)
        yield listening


def wait_for(manager: socket.socket, line: str) -> None:
    """Return once the server has sent that line."""
    deadline = time.monotonic() + SECONDS_MAX
    while line not in manager.recv(4096).decode().splitlines():
        assert time.monotonic() < deadline, line


def test_a_worker_that_dies_or_hangs_is_replaced_and_systemd_hears_of_what_answers(
    sqlite_instance: Instance, manager: socket.socket
) -> None:
    sqlite_instance.close()
    notified = {
        "NOTIFY_SOCKET": manager.getsockname(),
        "WATCHDOG_USEC": "800000",
        "HUIMIN_STUCK_SECONDS": "30",
        "HUIMIN_WORKERS": "1",
    }
    with running(sqlite_instance.settings.folder, **notified) as (port, server):
        wait_for(manager, "READY=1")
        wait_for(manager, "WATCHDOG=1")
        (first,) = wait_for_workers(server.pid, 1)
        os.kill(first, signal.SIGKILL)
        wait_for(manager, "STATUS=the server does not answer")
        wait_for(manager, "WATCHDOG=1")
        while answers(port, "/readyz") != 200:
            wait_for(manager, "WATCHDOG=1")
        (second,) = wait_for_workers(server.pid, 1, gone={first})
        os.kill(second, signal.SIGSTOP)
        wait_for(manager, "STATUS=the server does not answer")
        # Nobody lets it go on: it is killed, and another takes its place.
        wait_for(manager, "WATCHDOG=1")
        wait_for_workers(server.pid, 1, gone={first, second})
        server.terminate()
        assert server.wait(SECONDS_MAX) == 0


def test_a_worker_that_is_killed_again_at_once_does_not_end_the_server(
    sqlite_instance: Instance,
) -> None:
    sqlite_instance.close()
    with running(sqlite_instance.settings.folder, HUIMIN_WORKERS="1") as (port, server):
        killed: set[int] = set()
        while len(killed) < 3:
            for worker in set(workers_of(server.pid)) - killed:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
                killed.add(worker)
            assert server.poll() is None, f"ended after {len(killed)}"
        while answers(port, "/livez") != 200:
            assert server.poll() is None


def test_a_worker_that_hangs_before_its_first_sign_of_life_is_ended_too(tmp_path: Path) -> None:
    """It listens already, so that every second request would wait for it for ever."""
    nobody = ("127.0.0.1", free_port())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as hanging:
        supervisor = Supervisor(nobody, lambda: {hanging.pid}, tmp_path, stuck_seconds=0)
        supervisor.start()
        try:
            assert hanging.wait(SECONDS_MAX) == -signal.SIGKILL
        finally:
            supervisor.stop()
            hanging.kill()
