"""SQLite: one writer thread that commits for many, and a reading connection per thread.

Durable commits cost an fsync each, and threads that contend for the write lock starve each other.
So `write` hands its work to the writer, which runs all that waits (up to 128), each in a savepoint
of its own, commits once, and only then answers each: an answer always means a durable row.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from huimin.storage.engine import StorageProblem, Transaction

T = TypeVar("T")
GROUP_MAX = 128
BUSY_TIMEOUT_MS = 10_000


class Job:
    """One use case that waits for the writer, and what came of it."""

    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Callable[[Transaction], Any]) -> None:
        self.work = work
        self.done = threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None


def dict_row(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    """A row as a dict, as psycopg's dict_row gives it."""
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open an existing database file with the settings that the rules of data ask for."""
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
        timeout=BUSY_TIMEOUT_MS / 1000,
    )
    connection.row_factory = dict_row
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


class SqliteEngine:
    """The engine over one database file, which must exist."""

    name = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._readers_lock = threading.Lock()
        self._closed = False
        with explained(path):
            self._writer = connect(path)
            self._writer.execute("PRAGMA journal_mode = WAL")
        self._thread = threading.Thread(target=self._serve, name="huimin-writer", daemon=True)
        self._thread.start()

    def read(self, work: Callable[[Transaction], T]) -> T:
        connection = self._reader()
        connection.execute("BEGIN")
        try:
            return work(Transaction(self.name, connection))
        finally:
            connection.execute("ROLLBACK")

    def write(self, work: Callable[[Transaction], T]) -> T:
        if self._closed:
            raise StorageProblem("数据库已关闭。", "The database is closed.")
        job = Job(work)
        self._jobs.put(job)
        job.done.wait()
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        self._thread.join()
        self._writer.close()
        with self._readers_lock:
            for reader in self._readers:
                reader.close()
            self._readers.clear()

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.path)
            connection.execute("PRAGMA query_only = ON")
            self._local.connection = connection
            with self._readers_lock:
                self._readers.append(connection)
        return connection

    def _serve(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            group, last = self._gather(job)
            self._run(group)
            if last:
                return

    def _gather(self, first: Job) -> tuple[list[Job], bool]:
        """The first job and all that wait behind it; True when the engine is being closed."""
        group = [first]
        while len(group) < GROUP_MAX:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _run(self, group: list[Job]) -> None:
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            transaction = Transaction(self.name, self._writer)
            for job in group:
                self._run_one(job, transaction)
            self._writer.execute("COMMIT")
        except BaseException as error:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            for job in group:
                job.error = job.error or error
        finally:
            for job in group:
                job.done.set()

    def _run_one(self, job: Job, transaction: Transaction) -> None:
        self._writer.execute("SAVEPOINT job")
        try:
            job.result = job.work(transaction)
        except BaseException as error:
            job.error = error
            # SQLite itself may have rolled everything back (disk full): then there is no savepoint.
            self._writer.execute("ROLLBACK TO job")
        self._writer.execute("RELEASE job")


@contextlib.contextmanager
def explained(path: Path) -> Any:
    """Turn SQLite's refusal to open a file into one sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise problem_of(path, error) from error


def problem_of(path: Path, error: sqlite3.DatabaseError) -> StorageProblem:
    """The sentence for a database that can't be opened or written."""
    if not path.exists():
        return StorageProblem(
            f"没有数据库 {path}，请先运行 huimin init。",
            f"There is no database {path}; run huimin init first.",
        )
    if "readonly" in str(error) or not os.access(path, os.W_OK):
        return StorageProblem(
            f"数据库 {path} 是只读的，请检查文件权限。",
            f"The database {path} is read-only; check the file's permissions.",
        )
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return StorageProblem(
            f"数据库 {path} 正被别的程序占用，请稍后再试。",
            f"The database {path} is in use by another program; try again later.",
        )
    return StorageProblem(
        f"数据库 {path} 已损坏或不是数据库文件，请从备份恢复。",
        f"The database {path} is damaged or is no database file; restore it from a backup.",
    )
