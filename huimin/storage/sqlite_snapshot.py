"""One consistent copy of a SQLite database in one step, beside programs that write on.

The file is copied as it is, then its write-ahead log, while a read transaction is held. For as long
as it is held SQLite writes into the file only what the log holds up to that transaction, and
overwrites nothing of the log (https://www.sqlite.org/walformat.html, "Recovery" and "Reset"). So
every page that changed in the file meanwhile stands in the copied log too, whole, and folding that
log into the copy gives the database as it was last committed when the log was copied. SQLite's own
backup, page by page, takes three times as long, with tills waiting for the processor.

It is written in small parts, each sent to the disk before the next, so that no writer's commit
waits behind a flood of the copy's pages.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from huimin.storage.engine import StorageProblem
from huimin.storage.sqlite_engine import connect, problem_of

PART_BYTES = 4 * 1024 * 1024
# Its salts change whenever the log begins anew.
LOG_HEADER_BYTES = 32


def copy_snapshot(path: Path, target: Path) -> None:
    """Copy the database as it was last committed into the empty file `target`.

    Raises StorageProblem when the database can't be read, OSError or sqlite3.Error for the target.
    """
    log, its_log = _beside(path, "-wal"), _beside(target, "-wal")
    try:
        with closing(connect(path, query="mode=ro")) as source:
            source.execute("BEGIN")
            # The transaction begins with the first read.
            source.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
            _copy_file(path, target)
            _copy_log(log, its_log)
        _fold(target)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
            raise StorageProblem(
                "存放备份的磁盘已满，请腾出空间后再试（{folder}）。", folder=target.parent
            ) from error
        raise problem_of(path, error) or error from error
    except sqlite3.DatabaseError as error:
        raise problem_of(path, error) or error from error
    finally:
        for name in (its_log, _beside(target, "-shm")):
            name.unlink(missing_ok=True)


def _copy_log(log: Path, target: Path) -> None:
    """Copy the log, once more if it began anew meanwhile: two halves of two logs are no log.

    That can happen once: where the read transaction needs nothing of the log. Then the file is left
    alone until the transaction ends, and the log can't begin anew a second time.
    """
    with suppress(FileNotFoundError):
        began = None
        while began != (began := _log_header(log)):
            _copy_file(log, target)


def _log_header(log: Path) -> bytes:
    with log.open("rb") as file:
        return file.read(LOG_HEADER_BYTES)


def _copy_file(path: Path, target: Path) -> None:
    """Copy as much as the file has now, for the owner alone; it may grow on."""
    with path.open("rb", buffering=0) as source, open(target, "wb", opener=_for_owner) as copy:
        left = os.fstat(source.fileno()).st_size
        while part := source.read(min(PART_BYTES, left)):
            copy.write(part)
            copy.flush()
            os.fdatasync(copy.fileno())
            left -= len(part)


def _for_owner(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _fold(target: Path) -> None:
    """Bring what the copied log holds into the copied file."""
    with closing(sqlite3.connect(target)) as copy:
        busy, _, _ = copy.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StorageProblem("副本 {path} 被别的程序占用，没有做成备份。", path=target)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
