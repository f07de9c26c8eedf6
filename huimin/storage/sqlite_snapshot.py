"""One consistent copy of a SQLite database in one step, beside programs that write on.

A read transaction is held over the whole copy: writers go on in the log, and the copy never begins
anew, as SQLite's shell does whenever somebody has written. It is written in small parts, each sent
to the disk before the next, so that no writer's commit waits behind a flood of the copy's pages.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from huimin.storage.engine import StorageProblem
from huimin.storage.sqlite_engine import connect, problem_of

PART_BYTES = 4 * 1024 * 1024


def copy_snapshot(path: Path, target: Path) -> None:
    """Copy the database as it was last committed into the empty file `target`.

    Raises StorageProblem when the database can't be read, OSError or sqlite3.Error for the target.
    """
    try:
        with closing(connect(path, query="mode=ro")) as source:
            source.execute("BEGIN")
            # The transaction begins with the first read.
            source.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
            (page_bytes,) = source.execute("PRAGMA page_size").fetchone().values()
            _copy(source, target, max(1, PART_BYTES // page_bytes))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
            raise StorageProblem(
                "存放备份的磁盘已满，请腾出空间后再试（{folder}）。", folder=target.parent
            ) from error
        raise problem_of(path, error) or error from error
    except sqlite3.DatabaseError as error:
        raise problem_of(path, error) or error from error


def _copy(source: sqlite3.Connection, target: Path, pages: int) -> None:
    with target.open("rb") as file, closing(sqlite3.connect(target)) as copy:
        # What is cut off is thrown away as a whole, so nothing of it need survive.
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        source.backup(copy, pages=pages, progress=lambda *_: os.fdatasync(file.fileno()), sleep=0)
        os.fsync(file.fileno())
