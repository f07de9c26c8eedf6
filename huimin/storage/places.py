"""Places that all processes of a folder share: of each name, so many may be taken at once.

What may happen only once at a time (work under one idempotency key, the work of a timer) or only so
often (large uploads) must hold for all workers of a server together. A place is a lock on one byte
of a file of the folder, which the system gives back by itself when its process ends, however it
ends; the file stays empty.
"""

from __future__ import annotations

import errno
import hashlib
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: one process alone
    fcntl = None  # type: ignore[assignment]

import structlog

from huimin.core.system_words import system_words
from huimin.storage.engine import StorageProblem

log = structlog.get_logger(__name__)

FILE_NAME = "places.lock"
# How many places a name may have.
PLACES_MAX = 1_024
# How often somebody who waits looks again: what is waited for takes tenths of a second or more.
LOOK_SECONDS = 0.02
# struct flock of Linux: type, whence, start, length, pid.
_FLOCK = struct.Struct("@hhqqi4x")
# These locks belong to an open file, not to the process, so that two instances of one process keep
# each other out as well; other systems than Linux have the older kind only.
_SET_LOCK = getattr(fcntl, "F_OFD_SETLK", None)
# What the system says of a lock that somebody else has.
TAKEN = (errno.EAGAIN, errno.EACCES)


class Places:
    """The places of a folder, and those that were taken through this object."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._lock = threading.Lock()
        self._taken: set[int] = set()
        self._closed = False

    def take(self, name: str, most: int = 1) -> int | None:
        """Take one of the name's `most` places, to be given back; None if all are taken.

        Raises StorageProblem where the system gives no locks.
        """
        first = _first_place(name)
        with self._lock:
            for place in range(first, first + most):
                if place not in self._taken and self._set(place, taken=True):
                    self._taken.add(place)
                    return place
        return None

    def give_back(self, place: int) -> None:
        """Free a place that was taken here."""
        with self._lock:
            if place in self._taken:
                self._taken.discard(place)
                try:
                    self._set(place, taken=False)
                except StorageProblem as problem:
                    # What was done in that place is done, and is answered so.
                    log.error("a place could not be given back", problem=str(problem))

    @contextmanager
    def waited_for(self, name: str, most: int, seconds: float) -> Iterator[bool]:
        """Run the block with a place of the name, waited for so long; False where none came."""
        deadline = time.monotonic() + seconds
        place = self.take(name, most)
        while place is None and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
            place = self.take(name, most)
        try:
            yield place is not None
        finally:
            if place is not None:
                self.give_back(place)

    def close(self) -> None:
        """Give back everything. May be called twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._taken.clear()
                os.close(self._file)

    def _set(self, place: int, *, taken: bool) -> bool:
        if self._closed:
            return not taken
        if fcntl is None:
            return True
        try:
            if _SET_LOCK is not None:
                kind = fcntl.F_WRLCK if taken else fcntl.F_UNLCK
                fcntl.fcntl(self._file, _SET_LOCK, _FLOCK.pack(kind, os.SEEK_SET, place, 1, 0))
            else:
                how = fcntl.LOCK_EX | fcntl.LOCK_NB if taken else fcntl.LOCK_UN
                fcntl.lockf(self._file, how, 1, place)
        except OSError as error:
            if taken and error.errno in TAKEN:
                return False
            raise StorageProblem(
                "数据文件夹里的 {path} 不能加锁（{strerror}），请检查它所在的文件系统。",
                path=self._path,
                strerror=system_words(error),
            ) from error
        return True


def _first_place(name: str) -> int:
    digest = hashlib.blake2b(name.encode(), digest_size=6).digest()
    return int.from_bytes(digest, "little") * PLACES_MAX
