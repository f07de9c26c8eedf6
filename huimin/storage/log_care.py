"""SQLite's write-ahead log, folded into the database while tills go on writing.

Where nobody else does it, the writer folds the log once it has grown to 16 MB, and as long as one
reads an old snapshot, at every commit after that: every till waits for the disk, 0.1 s and more. So
in the server a connection of its own folds what there is every second, beside the writer. Where
there is so much that the log would not begin anew by itself, the last pages of it, next to nothing,
are folded while the writer waits for some milliseconds.

What came after an old snapshot can't be folded while somebody reads it, and the log grows.
Afterwards SQLite uses the file again from its start but leaves it as long as it was. It is cut in a
second in which nobody sold anything, because that takes the disk 0.1 s.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from huimin.storage.sqlite_engine import connect, log_of

MEGABYTE = 1024 * 1024
# A longer file is cut, and one that is far longer even while tills wait.
LONG_BYTES = 64 * MEGABYTE
TOO_LONG_BYTES = 256 * MEGABYTE
# With more pages of 4 KB in it, the log is made to begin anew.
PAGES_MAX = 8_000
# While a hundred megabytes are folded tills write some more, which the next pass folds.
PASSES = 4
# The writer may wait for so many pages, some milliseconds, and as long for a reader.
PAGES_LEFT_MAX = 200
WAIT_MS = 10


class LogCare:
    """The care for the log of one database, from one call to the next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written_at: int | None = None

    def __call__(self) -> None:
        """Fold the log; cut the file if it is long, nobody needs it and nothing has been written.

        What somebody reads or folds just now is left to the next call.
        """
        with closing(connect(self._path)) as connection:
            connection.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
            try:
                self._fold(connection)
            except sqlite3.OperationalError:  # the database is locked or the disk is full
                return

    def _fold(self, connection: sqlite3.Connection) -> None:
        size, written_at = _size_and_last_write(self._path)
        is_idle, self._written_at = written_at == self._written_at, written_at
        for _ in range(PASSES):
            folded = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            left = folded["log"] - folded["checkpointed"]
            if folded["busy"] or left <= PAGES_LEFT_MAX:
                break
        if folded["busy"] or left > PAGES_LEFT_MAX:
            return
        if size > TOO_LONG_BYTES or (size > LONG_BYTES and is_idle):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        elif folded["log"] > PAGES_MAX:
            connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()


def _size_and_last_write(database: Path) -> tuple[int, int]:
    """Bytes, and nanoseconds of the file's own clock; zeros where there is no log."""
    try:
        state = log_of(database).stat()
    except FileNotFoundError:
        return 0, 0
    return state.st_size, state.st_mtime_ns
