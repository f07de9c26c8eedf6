"""A county that is really served, and its server kept up as systemd does, while it is hurt.

`huimin run` with two workers runs in a session of its own; when it ends, what is left of it is
killed and it is started anew (Restart=always).
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from huimin.instance import Instance
from tests.benchmarks.serving import free_port
from tests.faults.tills import Till
from tests.making.cards import make_card
from tests.making.holders import make_holder
from tests.making.merchants import make_outlet, make_terminal
from tests.making.policies import make_policy

WORKERS = 2
RETURN_SECONDS_MAX = 300
LOOK_SECONDS = 0.05
# systemd waits as well before it starts anew (RestartSec).
RESTART_SECONDS = 0.2


def fill_county(instance: Instance, tills: int, cards_each: int) -> list[Till]:
    """A policy, and tills of two outlets with the cards that are shown at them."""
    make_policy(instance)
    # Open at all hours, so that nothing depends on when it runs.
    outlets = [make_outlet(instance, opening_hours="24 小时") for _ in range(2)]
    filled = []
    for number in range(tills):
        _terminal, key = make_terminal(instance, outlets[number % len(outlets)])
        holders = [make_holder(instance) for _ in range(cards_each)]
        cards = [(make_card(instance, holder)["token"], holder["id"]) for holder in holders]
        filled.append(Till(key, cards))
    return filled


class ServedCounty:
    """The server over a folder; `starts` counts how often it was started."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.port = free_port()
        self.starts = 0
        self.last_words: deque[bytes] = deque(maxlen=40)
        kept = {name: word for name, word in os.environ.items() if not name.startswith("HUIMIN_")}
        self._environment = {**kept, "HUIMIN_WORKERS": str(WORKERS), **variables}
        self._command = [sys.executable, "-m", "huimin", "--folder", str(folder), "run"]
        self._command += ["--port", str(self.port)]
        self._stopping = threading.Event()
        self._server = self._start()
        self._keeper = threading.Thread(target=self._keep_up, daemon=True)
        self._keeper.start()

    def workers(self) -> list[int]:
        """The processes of its workers that run now."""
        number = self._server.pid
        with contextlib.suppress(FileNotFoundError):
            return [
                int(n) for n in Path(f"/proc/{number}/task/{number}/children").read_text().split()
            ]
        return []

    def kill_workers(self, processes: Sequence[int]) -> None:
        """kill -9 of these, in the middle of whatever they do."""
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def kill_all(self) -> None:
        """kill -9 of the server with all its workers: nobody is left who has the files open."""
        server = self._server
        _kill_group(server)
        server.wait()

    def terminate(self) -> None:
        """SIGTERM, as `systemctl restart` sends it."""
        self._server.terminate()

    @contextlib.contextmanager
    def files_limited(self, size: int) -> Iterator[None]:
        """Until the block ends, writing at or beyond that byte of any file is an error (EFBIG),
        which SQLite takes for a disk that fails (SQLITE_IOERR).
        """
        self._limit_files(size)
        try:
            yield
        finally:
            self._limit_files(resource.RLIM_INFINITY)

    def _limit_files(self, size: int) -> None:
        for process in (self._server.pid, *self.workers()):
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def wait_until_served(self, without: Sequence[int] = ()) -> float:
        """Return when all workers run, none of them one of `without`, and tills can be served
        (/readyz); the seconds that took."""
        began = time.monotonic()
        while not self._is_served(set(without)):
            assert time.monotonic() - began < RETURN_SECONDS_MAX, self.words()
            time.sleep(LOOK_SECONDS)
        return time.monotonic() - began

    def wait_until_tried(self, starts: int) -> None:
        """Return when a start after so many has either come to answer or ended again."""
        began = time.monotonic()
        while self.starts <= starts or not (self._answers("livez") or self.starts > starts + 1):
            assert time.monotonic() - began < RETURN_SECONDS_MAX, self.words()
            time.sleep(LOOK_SECONDS)

    def words(self) -> str:
        """The last that the server said."""
        return b"".join(self.last_words).decode(errors="replace")

    def close(self) -> None:
        """Stop it as an operator does."""
        self._stopping.set()
        self._server.terminate()
        self._keeper.join()

    def _is_served(self, gone: set[int]) -> bool:
        workers = self.workers()
        if len(workers) < WORKERS or gone & set(workers):
            return False
        return self._answers("readyz")

    def _answers(self, path: str) -> bool:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=30).close()
            return True
        return False

    def _start(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        server = subprocess.Popen(
            self._command,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        # A pipe, because a limit of files must not hit what it says.
        threading.Thread(target=self._listen, args=(server,), daemon=True).start()
        return server

    def _listen(self, server: subprocess.Popen[bytes]) -> None:
        assert server.stdout is not None
        self.last_words.extend(server.stdout)

    def _keep_up(self) -> None:
        while True:
            self._server.wait()
            _kill_group(self._server)
            if self._stopping.wait(RESTART_SECONDS):
                return
            self._server = self._start()


def _kill_group(server: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
