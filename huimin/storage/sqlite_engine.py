"""SQLite: one writer thread that commits for many, and reading connections that threads share.

Durable commits cost an fsync each, and threads that contend for the write lock starve each other.
So `write` hands its work to the writer, which runs all that waits (up to 128), each in a savepoint
of its own, commits once, and only then answers each: an answer always means a durable row. Writers
of several processes take turns, a group each (write_turn.py).

A read takes the connection that was given back last: its prepared statements and its pages are
still in the processor's cache, which with one connection for each of 32 threads they never were.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote

from huimin.core.system_words import system_words
from huimin.storage.engine import (
    LaterWrite,
    OnCommit,
    StorageProblem,
    Transaction,
    nothing,
    tell_commit,
)
from huimin.storage.held_writes import require_not_held
from huimin.storage.turns import turns
from huimin.storage.write_turn import WriteTurn

T = TypeVar("T")
GROUP_MAX = 128
BUSY_TIMEOUT_MS = 10_000
# A checkpoint costs two fsyncs and blocks the writer, so the log may grow to 16 MB first.
CHECKPOINT_PAGES = 4_000
# What was answered must survive a power cut.
SYNCHRONOUS = "FULL"
# How long close() waits for a running read.
READ_SECONDS_MAX = 10


class Job:
    """A use case in the writer's queue, with its result or its error."""

    __slots__ = ("_answered", "_claimed", "adds_up", "error", "result", "work")

    def __init__(self, work: Callable[[Transaction], Any], adds_up: bool = False) -> None:
        self.work = work
        self.adds_up = adds_up
        self.result: Any = None
        self.error: BaseException | None = None
        # A bare lock wakes its waiter several times faster than an Event or a Future does.
        self._answered = threading.Lock()
        self._answered.acquire()
        self._claimed = threading.Lock()

    def claim(self) -> bool:
        """True for whoever is first: the writer that runs it, or the thread that gives it up."""
        return self._claimed.acquire(blocking=False)

    def answer(self) -> None:
        self._answered.release()

    def wait(self, seconds: float) -> bool:
        """Whether the answer came within that time."""
        return self._answered.acquire(timeout=seconds)


class _Reader(sqlite3.Connection):
    """A connection that reads; `in_use` is held while a thread reads with it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.in_use = threading.Lock()


def dict_row(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    """A row as a dict, as psycopg's dict_row gives it."""
    return dict(zip([column[0] for column in cursor.description], row, strict=True))


def connect(
    path: Path, *, query: str = "mode=rw", factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """Open an existing database file with the settings that the rules of data ask for."""
    connection = sqlite3.connect(
        f"file:{quote(str(path.resolve()))}?{query}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
        timeout=BUSY_TIMEOUT_MS / 1000,
        factory=factory,
    )
    connection.row_factory = dict_row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
    # Otherwise INSERT OR REPLACE would delete a ledger row without firing its trigger.
    connection.execute("PRAGMA recursive_triggers = ON")
    # Savepoint journals stay in memory; the log of the database itself is on disk.
    connection.execute("PRAGMA temp_store = MEMORY")
    # What is deleted is overwritten with zeros: somebody who was erased is not left in free space.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    return connection


def log_of(database: Path) -> Path:
    """The write-ahead log of the database in that file."""
    return database.with_name(f"{database.name}-wal")


def index_of(database: Path) -> Path:
    """The index of that log. It carries locks, as the database does (locked_files.py)."""
    return database.with_name(f"{database.name}-shm")


class SqliteEngine:
    """The engine over one database file, which must exist and hold the schema."""

    name = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.before_write: Callable[[], None] = nothing
        self.on_commit: OnCommit | None = None
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._readers: list[_Reader] = []
        self._idle_readers: list[_Reader] = []
        self._closing = threading.Lock()
        self._closed = False
        self._turn = WriteTurn(path)
        self._writer = connect(path)
        self._writer.execute("PRAGMA journal_mode = WAL")
        self._writer.execute("PRAGMA cache_size = -32000")
        self._transaction = Transaction(self.name, self._writer)
        self._thread = threading.Thread(target=self._serve, name="huimin-writer", daemon=True)
        self._thread.start()

    def read(self, work: Callable[[Transaction], T]) -> T:
        connection: _Reader | None = getattr(self._local, "reader", None)
        if connection is not None:  # a read inside a read shares its snapshot
            return work(Transaction(self.name, connection))
        connection = self._local.reader = self._take_reader()
        try:
            connection.execute("BEGIN")
            return work(Transaction(self.name, connection))
        except sqlite3.DatabaseError as error:
            raise problem_of(self.path, error) or error from error
        finally:
            self._local.reader = None
            try:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            finally:
                connection.in_use.release()
                self._idle_readers.append(connection)

    def write(self, work: Callable[[Transaction], T], *, adds_up: bool = False) -> T:
        if threading.current_thread() is self._thread:
            raise RuntimeError("write() inside a use case would wait for itself: pass on its tx")
        require_not_held()
        self.before_write()
        job = Job(work, adds_up)
        with self._closing:
            # Under the lock: a job queued after the writer's last one would wait for ever.
            if self._closed:
                raise StorageProblem("数据库已关闭。")
            self._jobs.put(job)
        with turns.given_up():
            self._wait(job)
        if job.error is not None:
            raise problem_of(self.path, job.error) or job.error
        result: T = job.result
        return result

    def _wait(self, job: Job) -> None:
        """Until the answer is there, or another process has kept the turn for too long."""
        while not job.wait(BUSY_TIMEOUT_MS / 1000):
            if self._is_kept_waiting and job.claim():
                raise busy_problem(self.path)

    @property
    def _is_kept_waiting(self) -> bool:
        return self._turn.waited_seconds > BUSY_TIMEOUT_MS / 1000

    def leave_log(self) -> None:
        """From now on somebody else folds the log (log_care.py): no till waits for the disk."""
        self._writer.execute("PRAGMA wal_autocheckpoint = 0")

    def close(self) -> None:
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        while self._thread.is_alive() and not self._is_kept_waiting:
            self._thread.join(1)
        if self._thread.is_alive():
            return  # what is queued was refused meanwhile; the process that stands still has it all
        self._writer.close()
        self._turn.close()
        # SQLite merges the log into the file when the last connection closes: close them all.
        for reader in self._readers:
            if reader.in_use.acquire(timeout=READ_SECONDS_MAX):
                reader.close()

    def _take_reader(self) -> _Reader:
        """A reading connection that nobody else uses; `close` waits until it is given back."""
        with self._closing:
            if self._closed:
                raise StorageProblem("数据库已关闭。")
            if self._idle_readers:
                reader = self._idle_readers.pop()
                reader.in_use.acquire()
                return reader
        try:
            reader = cast(_Reader, connect(self.path, factory=_Reader))
            reader.execute("PRAGMA query_only = ON")
        except sqlite3.DatabaseError as error:
            raise problem_of(self.path, error) or error from error
        with self._closing:
            if self._closed:
                reader.close()
                raise StorageProblem("数据库已关闭。")
            reader.in_use.acquire()
            self._readers.append(reader)
        return reader

    def _serve(self) -> None:
        open_for_jobs = True
        while open_for_jobs:
            job = self._jobs.get()
            if job is None:
                return
            with self._turn.taken():
                # What came while another process wrote belongs to this group as well.
                group, open_for_jobs = self._gather(job)
                self._run(group)
            for each in group:
                each.answer()

    def _gather(self, first: Job) -> tuple[list[Job], bool]:
        """The first job and all queued behind it; False when the engine is closing."""
        group = [first] if first.claim() else []
        while len(group) < GROUP_MAX:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, False
            if job.claim():
                group.append(job)
        return group, True

    def _run(self, group: list[Job]) -> None:
        execute = self._writer.execute
        try:
            execute("BEGIN IMMEDIATE")
            with turns.taken():
                later: list[tuple[LaterWrite, Any]] = []
                for job in group:
                    if later and not job.adds_up:
                        self._write_later(later)  # it may read what they add up to
                    later += self._run_one(job)
                self._write_later(later)
            began = time.perf_counter()
            execute("COMMIT")
        except BaseException as error:
            if self._writer.in_transaction:
                execute("ROLLBACK")
            for job in group:  # nothing was committed, so no job of the group has succeeded
                job.error = job.error or error
        else:
            tell_commit(self.on_commit, len(group), self._jobs.qsize(), began)

    def _run_one(self, job: Job) -> list[tuple[LaterWrite, Any]]:
        """Run it in a savepoint; what it leaves to be written later, nothing if it failed."""
        execute = self._writer.execute
        tx = replace(self._transaction, later=[]) if job.adds_up else self._transaction
        execute("SAVEPOINT job")
        try:
            job.result = job.work(tx)
        except BaseException as error:
            job.error = error
            if not self._writer.in_transaction:
                raise  # on a full disk SQLite rolls back all of the group by itself
            execute("ROLLBACK TO job")
        execute("RELEASE job")
        return [] if job.error is not None else tx.later or []

    def _write_later(self, later: list[tuple[LaterWrite, Any]]) -> None:
        """Write what was left for later, the values of each kind together, and forget it."""
        values: dict[LaterWrite, list[Any]] = {}
        for write, value in later:
            values.setdefault(write, []).append(value)
        later.clear()
        for write, those in values.items():
            write(self._transaction, those)


def problem_of(path: Path, error: BaseException) -> StorageProblem | None:
    """What keeps the database from working; None when the statement itself was wrong."""
    # An extended error code has the primary code in its low byte.
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged_problem(path)
    if code == sqlite3.SQLITE_READONLY:
        return read_only_problem(path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy_problem(path)
    if code == sqlite3.SQLITE_FULL:
        return StorageProblem("存放数据库 {path} 的磁盘已满，请腾出空间后再试。", path=path)
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM):
        if not path.exists():
            return missing_problem(path)
        return StorageProblem(
            "打不开数据库 {path}，请检查磁盘和权限（{error}）。", path=path, error=error
        )
    return None


def busy_problem(path: Path) -> StorageProblem:
    """Another program has been writing for too long."""
    return StorageProblem("数据库 {path} 正被别的程序占用，请稍后再试。", path=path)


def missing_problem(path: Path) -> StorageProblem:
    """There is no database file."""
    return StorageProblem("没有找到数据库 {path}，请先运行 huimin init。", path=path)


def read_only_problem(path: Path) -> StorageProblem:
    """The file or its folder can't be written."""
    return StorageProblem("数据库 {path} 是只读的，请检查文件和文件夹的写权限。", path=path)


def unreadable_problem(path: Path, error: OSError) -> StorageProblem:
    """The system does not let the file be read: no right to, or the disk fails."""
    return StorageProblem("读不了数据库 {path}：{why}。", path=path, why=system_words(error))


def damaged_problem(path: Path) -> StorageProblem:
    """The file is not a database, or is damaged."""
    return StorageProblem("数据库 {path} 已损坏或不是数据库文件，请从备份恢复。", path=path)
