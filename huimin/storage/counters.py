"""Counters of what happens too often, in one small file that all processes of a folder share.

The file is mapped into memory, so that counting costs a few microseconds and no transaction. It has
a fixed size: whoever brings any number of names can make it forget, but not grow. Names are kept as
keyed hashes, which nobody can aim at each other and which say nothing about people.

Counting is by sliding window: the counts of this period, and of the one before for as much of it as
lies within the window.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: one process alone counts rightly
    fcntl = None  # type: ignore[assignment]

FILE_NAME = "counters.bin"
KEY_BYTES = 32
# Name, number of the period, its count, the count of the period before, the period's length.
ENTRY = struct.Struct("<16sQIII")
NAME_BYTES = 16
# A name has its place in one group; there the least count makes room for a new name.
GROUP_ENTRIES = 8
GROUPS = 8_192
GROUP_BYTES = GROUP_ENTRIES * ENTRY.size
FILE_BYTES = KEY_BYTES + GROUPS * GROUP_BYTES
COUNT_MAX = 2**32 - 1


class Counters:
    """The counters of a folder."""

    def __init__(self, folder: Path) -> None:
        handle = os.open(folder / FILE_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        self._file = os.fdopen(handle, "r+b", buffering=0)
        self._lock = threading.Lock()
        with self._alone():
            # A file of another length is of another version, or cut: it starts anew.
            if os.fstat(handle).st_size != FILE_BYTES:
                os.ftruncate(handle, 0)
                _reserve(handle)
                os.pwrite(handle, os.urandom(KEY_BYTES), 0)
        self._map = mmap.mmap(handle, FILE_BYTES)
        self._key = self._map[:KEY_BYTES]

    def count(self, name: str, *, limit: int, seconds: int, now: float) -> bool:
        """Count one for a name; False, and nothing counted, when that were more than the limit.

        `now` is in seconds since 1970.
        """
        return self._look(name, limit, seconds, now, add=True)

    def has_room(self, name: str, *, limit: int, seconds: int, now: float) -> bool:
        """Whether one more would be within the limit; counts nothing."""
        return self._look(name, limit, seconds, now, add=False)

    def close(self) -> None:
        """Close the file. May be called twice."""
        self._map.close()
        self._file.close()

    def _look(self, name: str, limit: int, seconds: int, now: float, *, add: bool) -> bool:
        digest = hashlib.blake2b(name.encode(), digest_size=24, key=self._key).digest()
        name_hash, group = (
            digest[:NAME_BYTES],
            int.from_bytes(digest[NAME_BYTES:], "little") % GROUPS,
        )
        period = int(now // seconds)
        with self._alone():
            place, latest, count, before = self._entry(name_hash, group, period, seconds, now)
            weight = 1.0 - (now % seconds) / seconds if latest == period else 1.0
            if before * weight + count + 1 > limit:
                return False
            if add:
                entry = (name_hash, latest, min(count + 1, COUNT_MAX), before, seconds)
                ENTRY.pack_into(self._map, place, *entry)
        return True

    def _entry(
        self, name_hash: bytes, group: int, period: int, seconds: int, now: float
    ) -> tuple[int, int, int, int]:
        """Where the name's entry is or may be, its period, its count and the count before."""
        first = KEY_BYTES + group * GROUP_BYTES
        least = (COUNT_MAX * 2, first)
        for place in range(first, first + GROUP_BYTES, ENTRY.size):
            name, latest, count, before, length = ENTRY.unpack_from(self._map, place)
            if name == name_hash and length == seconds:
                if period == latest + 1:
                    return place, period, 0, count
                # A clock that was put back a little goes on with what was counted; counts from
                # further ahead would never age, so they are dropped.
                if period <= latest <= period + 1:
                    return place, latest, count, before
                return place, period, 0, 0
            is_over = length == 0 or abs(now // length - latest) > 1
            least = min(least, (0 if is_over else count + before, place))
        return least[1], period, 0, 0

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock:
            if fcntl is None:
                yield
                return
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


def _reserve(handle: int) -> None:
    """Give the file its length with room on the disk: a page that finds none later is fatal."""
    os.ftruncate(handle, FILE_BYTES)
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, FILE_BYTES)
