"""What the tests have read strangers' files by: a thread instead of a process of its own.

Everything else is the program's own: the order, the plain values on their way, the refusals.
"""

from __future__ import annotations

import contextlib
import os
import threading
from typing import IO

from huimin.apart.child import carry_out
from huimin.apart.wire import receive

EndsOfPipe = tuple[IO[bytes], IO[bytes]]


class ThreadForProcess:
    """As much of a `subprocess.Popen` as huimin/apart takes; nothing limits it."""

    def __init__(self) -> None:
        self._requests, self.stdin = _pipe()
        self.stdout, self._answers = _pipe()
        self._thread = threading.Thread(target=self._carry_out, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """It ends at its next answer or question, when its pipes are closed."""

    def wait(self, seconds_max: float) -> None:
        self._thread.join(seconds_max)

    def _carry_out(self) -> None:
        with self._requests, contextlib.suppress(EOFError, BrokenPipeError), self._answers:
            carry_out(receive(self._requests), self._requests, self._answers)


def _pipe() -> EndsOfPipe:
    read, write = os.pipe()
    return open(read, "rb"), open(write, "wb")
