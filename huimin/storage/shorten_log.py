"""SQLite's write-ahead log made short again, after a reader that stayed for long.

As long as one reads an old snapshot, nothing of the log that came after it can be folded into the
database, and it grows. Afterwards SQLite uses the file again from its start but leaves it as long
as it was. Here it is cut, in two steps: the pages are folded by a connection of its own while tills
go on writing; only what is left after that, next to nothing, is folded while the writer waits.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from huimin.storage.sqlite_engine import connect, log_bytes

MEGABYTE = 1024 * 1024
# The writer folds the log at 16 MB; only what has grown far beyond is cut, and folded here alone.
LONG_BYTES = 32 * MEGABYTE
# While the first hundred megabytes are folded tills write some more, which the next pass folds.
PASSES = 4
# The writer may wait for so many pages of 4 KB, some milliseconds, and as long for a reader.
PAGES_LEFT_MAX = 1_000
WAIT_MS = 100


def shorten_log(path: Path, long_bytes: int = LONG_BYTES) -> bool:
    """Cut the log of that database if it is long and nobody needs it; whether it was cut.

    Does nothing where somebody reads or folds it just now: the next call tries again.
    """
    if log_bytes(path) <= long_bytes:
        return False
    with closing(connect(path)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
        try:
            for _ in range(PASSES):
                folded = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                left = folded["log"] - folded["checkpointed"]
                if folded["busy"] or left <= PAGES_LEFT_MAX:
                    break
            if folded["busy"] or left > PAGES_LEFT_MAX:
                return False
            cut = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:  # the database is locked or the disk is full
            return False
    return not cut["busy"]
