"""PostgreSQL: pooled connections, and work that is repeated after a serialization failure.

`write` runs at READ COMMITTED: the design's statements take the row locks they need (INSERT … ON
CONFLICT … RETURNING, UPDATE … RETURNING). A deadlock, a serialization failure or a connection lost
before COMMIT was sent has changed nothing, so the work is run again from the start.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import psycopg

from huimin.storage.engine import OnCommit, StorageProblem, Transaction, nothing, tell_commit
from huimin.storage.held_writes import require_not_held
from huimin.storage.postgresql_connection import CommitUnknown, PostgresqlConnection, is_lost
from huimin.storage.postgresql_place import PostgresqlPlace, refused_problem, unreachable_problem
from huimin.storage.postgresql_pool import Pool

T = TypeVar("T")
ATTEMPTS_MAX = 12
# The first attempt finds out that the server was restarted, the second connects anew.
LOST_ATTEMPTS_MAX = 2
# More sales at once than one process can compute only wait for each other's rows and for the
# interpreter: with four at a time PostgreSQL spends a quarter less on each. Whoever waits longer
# than this goes on all the same, so that long work holds nobody up.
WRITES_AT_ONCE = 4
TURN_SECONDS_MAX = 0.2
READ = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
WRITE = "ISOLATION LEVEL READ COMMITTED READ WRITE"


class PostgresqlEngine:
    """The engine over one PostgreSQL database, which must hold the schema."""

    name = "postgresql"

    def __init__(self, place: PostgresqlPlace) -> None:
        self.on_commit: OnCommit | None = None
        self._writing = 0
        self._counting = threading.Lock()
        self._local = threading.local()
        self.before_write: Callable[[], None] = nothing
        self._place = place
        self._pool = Pool(place)
        self._turns = threading.BoundedSemaphore(WRITES_AT_ONCE)

    def read(self, work: Callable[[Transaction], T]) -> T:
        outer: PostgresqlConnection | None = getattr(self._local, "connection", None)
        if outer is not None:  # a read inside a read shares its snapshot
            return work(Transaction(self.name, outer))
        return self._repeated(lambda connection: self._read_once(connection, work))

    def write(self, work: Callable[[Transaction], T], *, adds_up: bool = False) -> T:
        if getattr(self._local, "writing", False):
            raise RuntimeError("write() inside a use case would not be one with it: pass on its tx")
        require_not_held()
        self.before_write()
        self._local.writing = True
        self._count(1)
        has_turn = self._turns.acquire(timeout=TURN_SECONDS_MAX)
        try:
            return self._repeated(lambda connection: self._write_once(connection, work))
        finally:
            self._local.writing = False
            self._count(-1)
            if has_turn:
                self._turns.release()

    def _count(self, change: int) -> None:
        with self._counting:
            self._writing += change

    def close(self) -> None:
        self._pool.close()

    def run_alone(self, statement: str) -> None:
        """Run a statement that no transaction may hold, such as VACUUM, however long it takes.

        Raises StorageProblem.
        """
        try:
            with self._place.connect_plainly() as connection:
                connection.execute(statement)
        except psycopg.OperationalError as error:
            raise unreachable_problem(error) if is_lost(error) else problem_of(error) from error

    def _read_once(self, connection: PostgresqlConnection, work: Callable[[Transaction], T]) -> T:
        connection.begin(READ)
        self._local.connection = connection
        try:
            return work(Transaction(self.name, connection))
        finally:
            self._local.connection = None
            connection.end()

    def _write_once(self, connection: PostgresqlConnection, work: Callable[[Transaction], T]) -> T:
        connection.begin(WRITE)
        try:
            result = work(Transaction(self.name, connection))
            began = time.perf_counter()
            connection.commit()
        except CommitUnknown as error:
            # The work must not be run again here; a caller that retries is answered by its
            # idempotency key.
            raise unreachable_problem(error) from error
        except BaseException:
            connection.roll_back()
            raise
        tell_commit(self.on_commit, 1, max(0, self._writing - WRITES_AT_ONCE), began)
        return result

    def _repeated(self, attempt: Callable[[PostgresqlConnection], T]) -> T:
        for number in range(1, ATTEMPTS_MAX + 1):
            try:
                with self._pool.connection() as connection:
                    return attempt(connection)
            except (psycopg.errors.ReadOnlySqlTransaction, psycopg.NotSupportedError) as error:
                # The primary has become a standby: a new connection may find the new primary. Or a
                # prepared statement is of tables that were changed since.
                self._pool.forget_idle()
                if number >= LOST_ATTEMPTS_MAX:
                    raise refused_problem(error) from error
            except psycopg.OperationalError as error:
                if is_lost(error):
                    self._pool.forget_idle()
                    if number >= LOST_ATTEMPTS_MAX:
                        raise unreachable_problem(error) from error
                elif not repeatable(error):
                    raise problem_of(error) from error
                if number == ATTEMPTS_MAX:
                    raise _busy_problem() from error
                # Random, so that two transactions that collided do not collide again.
                time.sleep(random.uniform(0, 0.002 * 2 ** min(number, 6)))  # noqa: S311
        raise AssertionError("unreachable")


def repeatable(error: psycopg.Error) -> bool:
    """True for a serialization failure or a deadlock: nothing was kept, and a retry may succeed."""
    return error.sqlstate in ("40001", "40P01")


def problem_of(error: psycopg.OperationalError) -> StorageProblem:
    """What kept the server from carrying out a statement that is right in itself."""
    if error.sqlstate in ("57014", "55P03"):  # a statement or a lock took too long
        return _busy_problem()
    return refused_problem(error)


def _busy_problem() -> StorageProblem:
    return StorageProblem("数据库太忙，这一笔没有记录，请稍后再试。")
