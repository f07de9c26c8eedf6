"""The shipped server: granian, a worker process a core, and in each 32 threads that run the
application.

In each worker one writer thread commits for all its threads, which wait together and share its
commits; the writers of the workers take turns (storage/write_turn.py). What one process alone would
remember is shared by files of the folder (storage/places.py, storage/counters.py) or read from the
database. When the server is stopped, running requests are answered before the instance is closed,
so that nothing that was answered is lost.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import multiprocessing.util
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any, cast

from flask import Flask

from huimin.access.passwords import share_with
from huimin.command_line import CommandProblem, echo
from huimin.core.system_words import system_words
from huimin.division_changes.apply import apply_due
from huimin.instance import Instance
from huimin.jobs.lead import Lead
from huimin.jobs.repeated import Repeated
from huimin.messages.facts import post_purchases
from huimin.messages.send import send_due
from huimin.notices.sender import Sender
from huimin.policies.budget_words import tell_budgets
from huimin.report_mail.post import post_due
from huimin.serving import logs
from huimin.serving.probes import readiness_of
from huimin.serving.pulse import COUNTS, FOLDER_VARIABLE, SHARED_FOLDER, beat
from huimin.serving.readiness import LOOK_SECONDS
from huimin.serving.supervise import Patience, Supervisor
from huimin.settings import Settings
from huimin.storage.engine import StorageProblem
from huimin.storage.open_engine import care_for_log, open_engine
from huimin.storage.places import Places
from huimin.web.current import instance_of

# Named as text, because the application is wired above this room.
WORKER_APP = "huimin.app:make_worker_app"
BACKLOG = 1024
# Connections at a time; further ones wait in the backlog.
CONNECTIONS_MAX = 4096
# The head of a request; granian closes a connection that has not sent a whole one in 30 s.
HEADER_BYTES_MAX = 64 * 1024
START_SECONDS_MAX = 60
WORKER_STOP_SECONDS_MAX = 20
# By default CPython lets a busy thread keep the interpreter for 5 ms. The writer releases it at
# every statement and would wait that long to get it back, with everybody waiting for the writer.
SWITCH_SECONDS = 0.0005
# How often the database's log is folded: after a second of many sales that is some megabytes.
LOG_SECONDS = 1
# How long a one-time code waits before it goes to a phone.
CODE_SECONDS = 2


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises StorageProblem for the database and ClickException for a taken port.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from huimin.serving.worker import spawn_worker

    open_engine(settings).close()  # report problems here, not in a worker that can't start
    if settings.port == 0:
        settings = settings.listening_at(None, _free_port(settings.host))
    else:
        require_free(settings.host, settings.port)
    logs.configure()
    os.environ.update(settings.environment())
    server = Granian(
        WORKER_APP,
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        # In HTTP/2 one connection could have any number of bodies under way.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=HEADER_BYTES_MAX),
        websockets=False,
        workers=settings.workers,
        backlog=BACKLOG,
        backpressure=CONNECTIONS_MAX,
        workers_kill_timeout=WORKER_STOP_SECONDS_MAX,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    )
    server.respawned_wrks = Patience()
    with tempfile.TemporaryDirectory(prefix="huimin-") as pulses:
        os.environ[FOLDER_VARIABLE] = pulses
        if settings.metrics:
            counts = Path(pulses) / COUNTS
            counts.mkdir(mode=0o700)
            os.environ[SHARED_FOLDER] = str(counts)
        supervisor = Supervisor(
            _own_address(settings),
            # granian names the attribute that holds a worker's process in a subclass alone.
            lambda: {one.inner.pid for one in cast(Any, list(server.wrks)) if one.is_alive()},
            Path(pulses),
            settings.stuck_seconds,
        )
        supervisor.start()
        os.register_at_fork(after_in_child=partial(_end_new_workers_at_once, os.getpid()))
        try:
            server.serve(spawn_worker)
        finally:
            supervisor.stop()
    # Of several workers that end at the same moment none may be the last to close the database, and
    # its log would stay: closing it once more folds the log into the file.
    with contextlib.suppress(StorageProblem):
        open_engine(settings).close()


def _end_new_workers_at_once(server_process: int) -> None:
    """Let a signal end a worker that has only just been forked.

    A worker inherits the handler of the process above it, which only notes that a signal came, and
    would go on starting; nobody would tell it a second time.
    """
    if os.getppid() == server_process:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)


def start_worker() -> None:
    """Prepare the process before the application is created in it."""
    # granian handles the signals once the application exists; until then nothing has begun.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    sys.setswitchinterval(SWITCH_SECONDS)


def serve_from_worker(app: Flask) -> None:
    """Close the instance when the process ends, and announce the address once it answers.

    One worker does what is done beside the requests: the first, or another one after its end.
    """
    instance = instance_of(app)
    share_with(instance.settings.workers)
    lead = Lead(instance.part(Places))
    # Both, because a worker may end either way, depending on how it was started.
    multiprocessing.util.Finalize(instance, instance.close, exitpriority=10)
    atexit.register(instance.close)
    readiness = readiness_of(app)

    def look() -> None:
        readiness.look()
        beat()

    # What is there now stays. A collection that went through it all stopped every till for 0.1 s.
    gc.collect()
    gc.freeze()
    # From now on the process above this one counts the seconds.
    beat()
    pulse = Repeated("pulse", look, seconds=LOOK_SECONDS)
    for beside in (*_beside_requests(instance, lead), pulse):
        multiprocessing.util.Finalize(beside, beside.stop, exitpriority=20)
        atexit.register(beside.stop)
        beside.start()
    if lead.is_mine():
        threading.Thread(target=_announce, args=(instance.settings,), daemon=True).start()


def _beside_requests(instance: Instance, lead: Lead) -> list[Sender | Repeated]:
    """What is done beside the requests, by the worker that has the lead: all of it writes."""
    if instance.settings.read_only:
        return []
    log_care = care_for_log(instance.engine)
    return [
        *([] if log_care is None else [Repeated("log", log_care, lead, seconds=LOG_SECONDS)]),
        Sender(instance.engine, instance.settings, instance.clock, lead),
        # Divisions change on their day without a timer.
        Repeated("divisions", lambda: apply_due(instance.engine, now=instance.clock()), lead),
        Repeated(
            "budgets",
            lambda: tell_budgets(instance.engine, instance.settings, now=instance.clock()),
            lead,
        ),
        # The sender mails what is posted here.
        Repeated(
            "report-mail",
            lambda: post_due(instance.engine, instance.settings, clock=instance.clock),
            lead,
        ),
        # Codes go on their own: somebody waits for one, and what else is due may be much.
        Repeated("codes", lambda: send_due(instance, "codes"), lead, seconds=CODE_SECONDS),
        Repeated("messages", lambda: send_due(instance, "others"), lead),
        Repeated("purchases", lambda: post_purchases(instance), lead),
    ]


def _announce(settings: Settings) -> None:
    """Print the address once it answers."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection(_own_address(settings), timeout=1).close()
            echo("正在服务：http://{address}", address=f"{host}:{settings.port}")
            note_open_listening(settings)
            return
        time.sleep(0.02)


def _own_address(settings: Settings) -> tuple[str, int]:
    """Where this machine itself reaches the server."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
    return own.get(settings.host, settings.host), settings.port


def note_open_listening(settings: Settings) -> None:
    """Say on standard error that the server is reached from other machines without a proxy."""
    if settings.open_without_proxy:
        echo(
            "注意：别的机器能直接连到 {host}，前面没有反向代理：没有加密，"
            "每个地址能开多少连接也没有限制。"
            "请在前面放反向代理并设 HUIMIN_PROXIES，或只监听 127.0.0.1。",
            host=settings.host,
            err=True,
        )


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
                why=system_words(error),
            ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
