"""A SQLite database as of one commit, read beside programs that write on.

A read transaction is held. For as long as it is, SQLite overwrites nothing in the write-ahead log
that the transaction may need, and brings into the file only what the log held when it began
(https://www.sqlite.org/walformat.html, "Recovery" and "Reset"). So each page is the last one that
the log held of it at that moment, or else the file's. Where the file had all of it by then, the log
may begin anew, and the file is left alone until the transaction ends. SQLite's own backup, page by
page, takes three times as long, with tills waiting for the processor.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from huimin.storage.file_parts import PART_BYTES
from huimin.storage.locked_files import locked_file
from huimin.storage.sqlite_engine import (
    busy_problem,
    connect,
    damaged_problem,
    index_of,
    log_of,
    problem_of,
    unreadable_problem,
)

# The index begins with two copies of its header, by which readers know a torn one: the count of
# the log's frames in the machine's order of bytes, and the salts, which change whenever the log
# begins anew.
INDEX_HEADER_BYTES = 48
FRAME_COUNT, INDEX_SALTS = slice(16, 20), slice(32, 40)
# In the log: its header, and before each page the frame's, which begins with the page's number.
LOG_HEADER_BYTES, FRAME_HEADER_BYTES, PAGE_NUMBER_BYTES = 32, 24, 4
LOG_SALTS_AT, SALTS_BYTES = 16, 8
# A till may commit between two looks at the index, but not every time.
LOOKS_MAX = 1_000


class Snapshot:
    """A database as of one commit: `connection` reads it by statements, `parts` as a file."""

    def __init__(self, path: Path, connection: sqlite3.Connection, log: _Log) -> None:
        self.connection = connection
        self.size_bytes = log.page_bytes * _number(connection, "PRAGMA page_count")
        self._path, self._log = path, log

    def parts(self) -> Iterator[bytes]:
        """What its file would hold without a log, in parts of PART_BYTES and a last one.

        Raises StorageProblem when the file is cut or can't be read.
        """
        file = locked_file(self._path)
        for start in range(0, self.size_bytes, PART_BYTES):
            yield self._part(file, start, min(PART_BYTES, self.size_bytes - start))

    def _part(self, file: int, start: int, size: int) -> bytes:
        try:
            part = bytearray(os.pread(file, size, start))
        except OSError as error:
            raise unreadable_problem(self._path, error) from error
        page_bytes = self._log.page_bytes
        in_file = len(part)
        part.extend(bytes(size - in_file))
        for at in range(0, size, page_bytes):
            page = self._log.page((start + at) // page_bytes + 1)
            if page is not None:
                part[at : at + page_bytes] = page
            elif at + page_bytes > in_file:
                raise damaged_problem(self._path)
        return bytes(part)


class _Log:
    """The last page of each number in the log, as it was when a read transaction began."""

    def __init__(self, log: int, index_header: bytes, page_bytes: int) -> None:
        self.page_bytes = page_bytes
        self._log, self._salts = log, index_header[INDEX_SALTS]
        self._places: dict[int, int] = {}
        for frame in range(int.from_bytes(index_header[FRAME_COUNT], sys.byteorder)):
            at = LOG_HEADER_BYTES + frame * (FRAME_HEADER_BYTES + page_bytes)
            number = int.from_bytes(os.pread(log, PAGE_NUMBER_BYTES, at), "big")
            self._places[number] = at + FRAME_HEADER_BYTES

    def page(self, number: int) -> bytes | None:
        """The page, or None where the file's is the right one."""
        at = self._places.get(number)
        if at is None:
            return None
        page = os.pread(self._log, self.page_bytes, at)
        # A log that begins anew gets its header before its first frame: until then it is the old.
        if os.pread(self._log, SALTS_BYTES, LOG_SALTS_AT) == self._salts:
            return page
        self._places.clear()
        return None


@contextmanager
def snapshot_of(path: Path) -> Iterator[Snapshot]:
    """The database at `path` as it was last committed, until the end of the block.

    Raises StorageProblem when it can't be read.
    """
    try:
        with closing(connect(path, query="mode=ro")) as connection:
            # The first to come makes the index of the log.
            page_bytes = _number(connection, "PRAGMA page_size")
            _number(connection, "SELECT COUNT(*) FROM sqlite_schema")
            header = _begun(path, connection)
            # Nobody locks the log itself, so this one may be closed.
            with log_of(path).open("rb", buffering=0) as log:
                yield Snapshot(path, connection, _Log(log.fileno(), header, page_bytes))
    except sqlite3.DatabaseError as error:
        raise problem_of(path, error) or error from error


def _begun(path: Path, connection: sqlite3.Connection) -> bytes:
    """Begin a read transaction; returns the index's header of the commit that it sees.

    It is the same before and after: each commit changes it.
    """
    index = locked_file(index_of(path))
    for _ in range(LOOKS_MAX):
        before = os.pread(index, 2 * INDEX_HEADER_BYTES, 0)
        connection.execute("BEGIN")
        # The transaction begins with the first read.
        _number(connection, "SELECT COUNT(*) FROM sqlite_schema")
        header = before[:INDEX_HEADER_BYTES]
        if before == header * 2 == os.pread(index, 2 * INDEX_HEADER_BYTES, 0):
            return header
        connection.execute("ROLLBACK")
    raise busy_problem(path)


def _number(connection: sqlite3.Connection, query: str) -> int:
    (value,) = connection.execute(query).fetchone().values()
    return int(value)
