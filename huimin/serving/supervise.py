"""Watch over the workers from the process above them, and tell systemd that they live.

A worker that dies is started anew by granian, some times in a row (`Patience`). One that hangs is
found here: by its pulse, and then killed, so that it is started anew as well. systemd is told that
all is well (sd_notify, WATCHDOG=1) only after an answer to /livez, which proves that requests are
answered and the writer works.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from huimin.serving.pulse import forget, seconds_since_beat

log = structlog.get_logger(__name__)

SECONDS_BETWEEN = 5.0
ANSWER_SECONDS_MAX = 10
# A worker that was started anew so often, in so short a time, can't be helped by another start.
DEATHS_MAX, DEATHS_SECONDS = 5, 30.0
REQUEST = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class Patience(dict[int, float]):
    """When granian last started each worker anew, for as long as it does not matter.

    granian ends the server when a worker dies within five seconds of its start, whoever killed it.
    So it is told of that start only where one has died DEATHS_MAX times within DEATHS_SECONDS: then
    no new start mends what is wrong, and the service manager starts the server by its own rules.
    """

    def __init__(self) -> None:
        super().__init__()
        self._starts: dict[int, list[float]] = {}

    def __setitem__(self, worker: int, started: float) -> None:
        recent = [at for at in self._starts.get(worker, []) if started - at < DEATHS_SECONDS]
        self._starts[worker] = [*recent, started]
        super().__setitem__(worker, started)

    def get(self, worker: int, never: float = 0) -> float:  # type: ignore[override]
        """When the worker was started anew, or `never`."""
        often = len(self._starts.get(worker, [])) >= DEATHS_MAX
        return super().get(worker, never) if often else never


class Supervisor:
    """The thread that looks after the workers; `processes` gives the ids of those that run."""

    def __init__(
        self,
        address: tuple[str, int],
        processes: Callable[[], set[int]],
        pulses: Path,
        stuck_seconds: int,
    ) -> None:
        self._address, self._processes, self._pulses = address, processes, pulses
        self._stuck_seconds = stuck_seconds
        self._seconds = _seconds_between()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="huimin-supervisor", daemon=True)
        self._ready = False
        # When each worker that runs was seen first.
        self._seen_at: dict[int, float] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds if self._ready else 0.2):
            try:
                self._look()
            except Exception:
                log.exception("the workers could not be looked after")

    def _look(self) -> None:
        answered = answers(self._address)
        if answered:
            tell_systemd("WATCHDOG=1" if self._ready else "READY=1\nSTATUS=serving")
            self._ready = True
        elif self._ready:
            tell_systemd("STATUS=the server does not answer")
        alive = self._processes()
        now = time.monotonic()
        self._seen_at = {process: self._seen_at.get(process, now) for process in alive}
        for process in alive:
            silent = seconds_since_beat(self._pulses, process)
            if silent is None:
                # It is starting, or hangs in that; or the disk has no room for the sign, and it
                # answers.
                silent = 0 if answered else now - self._seen_at[process]
            if silent > self._stuck_seconds:
                log.error("a worker hangs and is started anew", worker=process, seconds=int(silent))
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        forget(self._pulses, alive)


def answers(address: tuple[str, int]) -> bool:
    """Whether /livez is answered with 200."""
    try:
        with socket.create_connection(address, ANSWER_SECONDS_MAX) as connection:
            connection.settimeout(ANSWER_SECONDS_MAX)
            connection.sendall(REQUEST)
            return connection.recv(64).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def tell_systemd(message: str) -> None:
    """Send lines of sd_notify(3); nothing where no service manager asked for them."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    # A name that begins with @ is of Linux' abstract namespace, which is written with a NUL.
    name = "\0" + path[1:] if path.startswith("@") else path
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.settimeout(1)
        to.connect(name)
        to.sendall(message.encode())


def _seconds_between() -> float:
    """Four signs within the time after which systemd would take the server for dead."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    if not microseconds.isdigit():
        return SECONDS_BETWEEN
    return max(0.2, min(SECONDS_BETWEEN, int(microseconds) / 4e6))
