"""A worker process of the shipped server: granian receives, the WSGI application answers.

granian's own WSGI worker takes a thread for a request before its body has arrived, so that as many
unfinished bodies as there are threads stop everybody. Its RSGI worker receives bodies without a
thread, but as coroutines of an event loop. So this is its RSGI worker without an event loop: what
granian wants to have run in the loop runs at once in the thread of granian's pool that asks for it.
Measured in turn on one machine, CPU of a look-up and of a sale against the WSGI worker's: this 1.03
and 0.95 (`python -m tests.benchmarks.bodies`), RSGI with an event loop and a pool of threads 1.05
and 1.03, an ASGI application 1.20 and 1.09.

This depends on how granian starts its workers, which pyproject.toml therefore holds to one minor
version, and which tests/serving proves on the running server.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import IO, Any

from granian import _granian
from granian.server.mp import WorkerProcess

from huimin.access.known_caller import known_caller
from huimin.instance import Instance
from huimin.serving.bodies import Bodies
from huimin.serving.metrics import count_answer
from huimin.serving.wsgi_call import Proto, Scope, answer, environ_of
from huimin.storage.places import Places
from huimin.web.uploads import REQUEST_BYTES_MAX, bytes_max_of

# granian's type stubs don't know what its own workers are called with.
granian_parts: Any = _granian
# Open files and sockets of the process; the system's usual 1,024 is fewer than the connections.
OPEN_FILES = 16_384
# How long a stop may go unnoticed.
SIGNAL_SECONDS = 0.5


class NoLoop:
    """Stands where granian expects an event loop."""

    def call_soon_threadsafe(
        self, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> None:
        """Call it at once."""
        callback(*args)

    call_soon = call_soon_threadsafe


@WorkerProcess.wrap_target
def spawn_worker(
    worker_id: int,
    app: Any,
    sock: Any,
    ipc: Any,
    _loop: Any,
    _runtime_mode: Any,
    runtime_threads: int,
    runtime_blocking_threads: int,
    _blocking_threads: int,
    blocking_threads_idle_timeout: int,
    backpressure: int,
    _task_impl: Any,
    http_mode: Any,
    http1_settings: Any,
    http2_settings: Any,
    websockets: bool,
    static_path: Any,
    _log_access_format: Any,
    ssl: Any,
    _scope_options: Any,
    metrics: Any,
) -> None:
    """Serve until the process is told to stop; the parameters are those of granian's targets."""
    instance: Instance = app.extensions["huimin"]
    settings = instance.settings
    _allow_open_files()
    _stay_on_own_processors(worker_id, settings.workers)

    def answer_request(scope: Scope, proto: Proto, body: IO[bytes], length: int | None) -> None:
        answer(app, scope, proto, body, length)

    bodies = Bodies(
        answer_request,
        bytes_max=lambda scope: bytes_max_of(app, environ_of(scope, io.BytesIO())),
        known=lambda scope: known_caller(app, environ_of(scope, io.BytesIO())),
        count=lambda status, code: count_answer(app, status, code),
        places=instance.part(Places),
        always_taken=REQUEST_BYTES_MAX,
        seconds=settings.body_seconds,
        proxies=settings.proxies,
    )
    stopped = _stopped_by_signals(bodies)
    worker = granian_parts.RSGIWorker(
        worker_id,
        sock,
        ipc,
        runtime_threads,
        runtime_blocking_threads,
        settings.threads,
        blocking_threads_idle_timeout,
        backpressure,
        http_mode,
        http1_settings,
        http2_settings,
        websockets,
        static_path,
        *ssl,
        metrics,
    )
    no_loop = NoLoop()
    scheduler = granian_parts.CallbackScheduler(no_loop, None, None, None, None)
    scheduler._schedule_fn = lambda watcher: bodies.take(watcher.scope, watcher.proto)
    over = threading.Event()
    stopped.add_cb(over.set)
    worker.serve_mtr(scheduler, no_loop, stopped)
    # The kernel may hand a signal to one of granian's threads, but Python runs the handler in this
    # one: if it slept on, nobody would notice a stop until the process is killed.
    while not over.wait(SIGNAL_SECONDS):
        pass


def _stopped_by_signals(bodies: Bodies) -> Any:
    """granian's signal to stop, set by SIGTERM and SIGINT: what runs is still answered."""
    stopped = granian_parts.WorkerSignal()

    def stop(_number: int, _frame: FrameType | None) -> None:
        bodies.stop()
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopped


def _stay_on_own_processors(worker_id: int, workers: int) -> None:
    """Keep all threads of this worker, which is one of 1 to `workers`, on processors of its own.

    Only one of them runs Python at a time. Where they wander, what the last one had in the cache of
    its processor is fetched anew by the next: with this, sales at 64 connections are 1.2 times as
    many (`python -m tests.benchmarks.checkout`). One worker, one without a processor left for it,
    and one on a system that can't do this go where the system sends them.
    """
    if not hasattr(os, "sched_setaffinity"):
        return
    own = sorted(os.sched_getaffinity(0))[worker_id - 1 :: workers]
    if workers == 1 or not own:
        return
    for thread in os.listdir("/proc/self/task"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            os.sched_setaffinity(int(thread), own)


def _allow_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < most:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
