"""Who is having a file read: one at a time of each person or till, and few in all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from huimin.core.refusals import Refusal

AT_ONCE = 2
WAITING_MAX = 4
WAIT_SECONDS_MAX = 20


class Readers:
    """The files that this process is having read."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._names: set[str] = set()
        self._reading = 0

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Run the block, which has a file read, when it is this person's or till's turn.

        Raises Refusal `file_in_progress` while another file of that name is read, and
        `too_many_uploads` when too many wait.
        """
        with self._changed:
            if name in self._names:
                raise Refusal("file_in_progress")
            if len(self._names) >= AT_ONCE + WAITING_MAX:
                raise Refusal("too_many_uploads")
            self._names.add(name)
            came = self._changed.wait_for(lambda: self._reading < AT_ONCE, WAIT_SECONDS_MAX)
            if not came:
                self._names.discard(name)
                raise Refusal("too_many_uploads")
            self._reading += 1
        try:
            yield
        finally:
            with self._changed:
                self._names.discard(name)
                self._reading -= 1
                self._changed.notify_all()
