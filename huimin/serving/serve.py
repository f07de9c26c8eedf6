"""The shipped server: granian, WSGI, one worker process, 32 blocking threads.

One worker, because one writer thread commits for all threads, which wait together and share its
commits. When the server is stopped, running requests are answered before the instance is closed, so
that nothing that was answered is lost.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing.util
import os
import signal
import socket
import sys
import threading
import time

from huimin.command_line import CommandProblem, Instance, echo
from huimin.settings import Settings
from huimin.storage.open_engine import open_engine

# Named as text, because the application is wired above this room.
WORKER_APP = "huimin.app:make_worker_app"
BACKLOG = 1024
START_SECONDS_MAX = 60
WORKER_STOP_SECONDS_MAX = 20
# By default CPython lets a busy thread keep the interpreter for 5 ms. The writer releases it at
# every statement and would wait that long to get it back, with everybody waiting for the writer.
SWITCH_SECONDS = 0.0005


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises StorageProblem for the database and ClickException for a taken port.
    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    open_engine(settings).close()  # report problems here, not in a worker that can't start
    if settings.port == 0:
        settings = settings.listening_at(None, _free_port(settings.host))
    else:
        require_free(settings.host, settings.port)
    os.environ.update(settings.environment())
    server = Granian(
        WORKER_APP,
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.threads,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        workers_kill_timeout=WORKER_STOP_SECONDS_MAX,
        log_level=LogLevels.error,
    )
    server.serve()


def start_worker() -> None:
    """Prepare the process before the application is created in it."""
    # granian handles the signals once the application exists; until then nothing has begun.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    sys.setswitchinterval(SWITCH_SECONDS)


def serve_from_worker(instance: Instance) -> None:
    """Close the instance when the process ends, and announce the address once it answers."""
    # Both, because a worker may end either way, depending on how it was started.
    multiprocessing.util.Finalize(instance, instance.close, exitpriority=10)
    atexit.register(instance.close)
    threading.Thread(target=_announce, args=(instance.settings,), daemon=True).start()


def _announce(settings: Settings) -> None:
    """Print the address once it answers."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection((reachable, settings.port), timeout=1).close()
            echo("正在服务：http://{address}", address=f"{host}:{settings.port}")
            return
        time.sleep(0.02)


def _free_port(host: str) -> int:
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def require_free(host: str, port: int) -> None:
    """Raise ClickException when another program is listening there."""
    # granian shares its port with any other granian (SO_REUSEPORT), which would split a till's
    # requests between two databases.
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandProblem(
                "不能监听 {address}（{why}），请用 --port 换一个端口。",
                address=f"{host}:{port}",
                why=error.strerror,
            ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
