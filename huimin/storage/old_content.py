"""What is deleted or overwritten must also be gone from the database's files.

SQLite overwrites deleted content with zeros (`secure_delete`, sqlite_engine.py), but its log keeps
earlier pages until it is merged and cut; what an older program left in free pages only a VACUUM
takes away. PostgreSQL keeps dead rows until they are vacuumed, and their bytes until the pages are
written again.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing, suppress

from huimin.storage.engine import Engine
from huimin.storage.file_parts import PART_BYTES
from huimin.storage.locked_files import locked_file
from huimin.storage.sqlite_engine import SqliteEngine, connect, log_of

# A reader that began before the erasure still needs the log.
WAIT_SECONDS_MAX = 30.0
PAUSE_SECONDS = 0.1


def cut_log(engine: Engine) -> bool:
    """Merge SQLite's log into the file and cut it to nothing; False if readers kept it too long.

    On PostgreSQL: vacuum, so that dead rows go from their pages. It runs beside other work.
    """
    if not isinstance(engine, SqliteEngine):
        engine.run_alone("VACUUM")  # type: ignore[attr-defined]
        return True
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    with closing(connect(engine.path)) as connection:
        while True:
            with suppress(sqlite3.OperationalError):
                row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if row["busy"] == 0:
                    return True
            if time.monotonic() > deadline:
                return False
            time.sleep(PAUSE_SECONDS)


def compact(engine: Engine) -> None:
    """Write the whole database anew, without anything that was deleted. Others wait meanwhile."""
    if isinstance(engine, SqliteEngine):
        with closing(connect(engine.path)) as connection:
            connection.execute("VACUUM")
        cut_log(engine)
    else:
        engine.run_alone("VACUUM FULL")  # type: ignore[attr-defined]


def still_holds(engine: Engine, texts: Iterable[str]) -> bool | None:
    """Whether a text stands anywhere in SQLite's files, in free pages too; None on PostgreSQL."""
    if not isinstance(engine, SqliteEngine):
        return None
    wanted = [text.encode() for text in texts]
    log = log_of(engine.path)
    if _holds(locked_file(engine.path), wanted):
        return True
    if not log.exists():
        return False
    with log.open("rb") as file:
        return _holds(file.fileno(), wanted)


def _holds(file: int, wanted: list[bytes]) -> bool:
    # A text may begin in one part and end in the next.
    overlap = max(map(len, wanted), default=1) - 1
    start = 0
    while part := os.pread(file, PART_BYTES + overlap, start):
        if any(one in part for one in wanted):
            return True
        start += PART_BYTES
    return False
