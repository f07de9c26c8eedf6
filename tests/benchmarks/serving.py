"""The shipped server in a process of its own, on a free port, while a benchmark needs it."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol


def free_port() -> int:
    """A port of the loopback address that nobody listens on.

    Nor will a connection have it before a server does, or between two servers: the system gives
    those what is above.
    """
    while True:
        port = secrets.choice(_NEVER_GIVEN_OUT)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


# Above the ports that a browser refuses, below Linux's usual ip_local_port_range.
_NEVER_GIVEN_OUT = range(16_384, 32_768)


@contextlib.contextmanager
def serving(
    folder: Path, database_url: str | None = None, checkout: Path | None = None
) -> Iterator[int]:
    """`huimin run` over the folder (or the PostgreSQL database); yields the port.

    `checkout` is another checkout whose program is run instead of this one's.
    """
    port = free_port()
    environment = {**os.environ, "HUIMIN_FOLDER": str(folder)}
    if database_url:
        environment["HUIMIN_DATABASE_URL"] = database_url
    command = [sys.executable, "-m", "huimin.cli", "run", "--port", str(port)]
    # Into a file: a pipe that nobody reads would be full one day and stop the server.
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=log, cwd=checkout
        )
        try:
            wait_until_healthy(port, server, log)
            yield port
        finally:
            server.terminate()
            server.wait(20)


def server_process() -> int:
    """The server that this process has started last and that still runs."""
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return max(map(int, children))


def cpu_seconds(process: int) -> float:
    """CPU that a process, its children, and those of them that have ended have used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    seconds = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            seconds += cpu_seconds(int(child))
    return seconds


def commits(database: Path) -> int:
    """How often an open SQLite database has been committed to, as the index of its log counts."""
    with database.with_name(f"{database.name}-shm").open("rb") as index:
        index.seek(8)
        return int.from_bytes(index.read(4), sys.byteorder)


class Server(Protocol):
    """A process that serves."""

    def poll(self) -> int | None: ...


def wait_until_healthy(
    port: int,
    server: Server,
    log: IO[bytes] | None = None,
    seconds_max: float = 90,
) -> None:
    """Return when /healthz answers; raise with the server's own words when it ends first."""
    deadline = time.monotonic() + seconds_max
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended: {_words(log)}")
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not answer /healthz in time")


def _words(log: IO[bytes] | None) -> str:
    if log is None:
        return ""
    log.seek(0)
    return log.read().decode()
