"""The app served over HTTP by a thread of this process, so that a test can hold what it waits for.

What only a process of its own shows is proven on the shipped server (`running`).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from huimin.app import create_app
from huimin.instance import Instance
from huimin.open_instance import open_instance, system_clock
from huimin.settings import Settings
from tests.benchmarks.serving import free_port, wait_until_healthy

# What a weak network adds to each answer, for tests/browser/windows.py.
LATENCY_MS = int(os.environ.get("HUIMIN_SERVER_LATENCY_MS", "0"))
HOLD_SECONDS_MAX = 300
STOP_SECONDS_MAX = 60
WORKERS_SECONDS_MAX = 300
Clock = Callable[[], datetime]


class QuietRequests(WSGIRequestHandler):
    """Nothing is logged."""

    def log(self, *_: Any) -> None:
        pass


class Server:
    """An instance's app at an address of the loopback, served until it is closed."""

    def __init__(self, instance: Instance, port: int = 0) -> None:
        """With port 0 a free one is taken."""
        self._server = make_server(
            "127.0.0.1",
            port,
            _late(create_app(instance=instance)) if LATENCY_MS else create_app(instance=instance),
            threaded=True,
            request_handler=QuietRequests,
        )
        self.port: int = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """From now on the address refuses every connection."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _late(app: Any) -> Any:
    """The WSGI app, whose answers come later."""

    def answer(environ: Any, start_response: Any) -> Any:
        time.sleep(LATENCY_MS / 1_000)
        return app(environ, start_response)

    return answer


@contextlib.contextmanager
def serving(instance: Instance) -> Iterator[int]:
    """Serve the instance, which the caller closes, for as long as the block runs; the port."""
    with contextlib.closing(Server(instance)) as server:
        yield server.port


@contextlib.contextmanager
def served(settings: Settings, clock: Clock = system_clock) -> Iterator[int]:
    """The same for an instance that is opened and closed here."""
    with contextlib.closing(open_instance(settings, clock)) as instance, serving(instance) as port:
        yield port


@contextlib.contextmanager
def running(folder: Path, **variables: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """`huimin run` over a folder that nobody has open: its port, and the process.

    It has two workers unless `variables` say otherwise, whatever this machine has. It is stopped,
    if it still runs, as an operator stops it.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUIMIN_")}
    kept["HUIMIN_WORKERS"] = "2"
    port = free_port()
    command = [sys.executable, "-m", "huimin", "--folder", str(folder), "run", "--port", str(port)]
    with tempfile.TemporaryFile() as words:
        server = subprocess.Popen(command, env={**kept, **variables}, stdout=words, stderr=words)
        try:
            wait_until_healthy(port, server, words)
            yield port, server
        finally:
            server.terminate()
            server.wait(STOP_SECONDS_MAX)


def workers_of(server: int) -> list[int]:
    """The processes that the server has started and that are there now."""
    with contextlib.suppress(FileNotFoundError):
        listed = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii")
        return [int(number) for number in listed.split()]
    return []


def wait_for_workers(server: int, count: int, gone: Collection[int] = ()) -> list[int]:
    """Its workers, once there are so many: one may answer before the other was begun, and one
    that was killed is listed until somebody has noticed (`gone`).
    """
    deadline = time.monotonic() + WORKERS_SECONDS_MAX
    while True:
        workers = workers_of(server)
        if len(workers) == count and not set(workers) & set(gone):
            return workers
        assert time.monotonic() < deadline, workers
        time.sleep(0.05)


class HeldJobs:
    """A clock at which jobs stand still, because a job asks the time at each step of its work.

    Nothing is held at first. Between `hold()` and `release()` a job waits at each step until
    `step()` lets it go on to its next; a step takes a second by this clock, so that all are noted.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held = False
        self._arrived = self._allowed = 0

    def __call__(self) -> datetime:
        if not threading.current_thread().name.startswith("huimin-job"):
            return datetime.now(UTC)
        with self._changed:
            self._arrived += 1
            mine = self._arrived
            self._changed.notify_all()
            self._wait(lambda: not self._held or mine <= self._allowed)
        return datetime.now(UTC) + timedelta(seconds=mine)

    def hold(self) -> None:
        """From now on a job waits at its next step."""
        with self._changed:
            self._held, self._allowed = True, self._arrived

    def wait_for_job(self) -> None:
        """Return when a job stands still."""
        with self._changed:
            self._wait(lambda: self._arrived > self._allowed)

    def step(self) -> None:
        """Let the job that stands still go on to its next step, and return when it is there."""
        with self._changed:
            self._allowed += 1
            self._changed.notify_all()
        self.wait_for_job()

    def release(self) -> None:
        """Let jobs run."""
        with self._changed:
            self._held = False
            self._changed.notify_all()

    def _wait(self, holds: Callable[[], bool]) -> None:
        assert self._changed.wait_for(holds, HOLD_SECONDS_MAX), "a job was held for too long"
