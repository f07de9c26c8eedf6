"""PostgreSQL: pooled connections, and work that is repeated after a serialization failure.

`write` runs at READ COMMITTED: the design's statements take the row locks they need (INSERT … ON
CONFLICT … RETURNING, UPDATE … RETURNING). A deadlock, a serialization failure or a connection lost
before COMMIT was sent has changed nothing, so the work is run again from the start.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from huimin.storage.engine import StorageProblem, Transaction
from huimin.storage.held_writes import require_not_held

T = TypeVar("T")
ATTEMPTS_MAX = 12
# After a server restart each pooled connection fails once.
LOST_ATTEMPTS_MAX = 3
POOL_SIZE_MAX = 32
POOL_WAIT_SECONDS_MAX = 15.0
CONNECT_SECONDS_MAX = 10

Connection = psycopg.Connection[dict[str, Any]]


class PostgresqlEngine:
    """The engine over one PostgreSQL database, which must hold the schema."""

    name = "postgresql"

    def __init__(self, url: str, *, pool_size_max: int = POOL_SIZE_MAX) -> None:
        self._url = url
        self._local = threading.local()
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            connection_class=psycopg.Connection[dict[str, Any]],
            # We send BEGIN and COMMIT, because the kind of transaction differs by call.
            kwargs={
                "autocommit": True,
                "row_factory": dict_row,
                "connect_timeout": CONNECT_SECONDS_MAX,
            },
            min_size=1,
            max_size=pool_size_max,
            timeout=POOL_WAIT_SECONDS_MAX,
            open=True,
            name="huimin",
        )

    def read(self, work: Callable[[Transaction], T]) -> T:
        outer: Connection | None = getattr(self._local, "connection", None)
        if outer is not None:  # a read inside a read shares its snapshot
            return work(Transaction(self.name, outer))
        return self._repeated(lambda connection: self._read_once(connection, work))

    def write(self, work: Callable[[Transaction], T]) -> T:
        if getattr(self._local, "writing", False):
            raise RuntimeError("write() inside a use case would not be one with it: pass on its tx")
        require_not_held()
        self._local.writing = True
        try:
            return self._repeated(lambda connection: self._write_once(connection, work))
        finally:
            self._local.writing = False

    def close(self) -> None:
        self._pool.close()

    def _read_once(self, connection: Connection, work: Callable[[Transaction], T]) -> T:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self._local.connection = connection
        try:
            return work(Transaction(self.name, connection))
        finally:
            self._local.connection = None
            _roll_back(connection)

    def _write_once(self, connection: Connection, work: Callable[[Transaction], T]) -> T:
        connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        try:
            result = work(Transaction(self.name, connection))
        except BaseException:
            _roll_back(connection)
            raise
        try:
            connection.execute("COMMIT")
        except psycopg.OperationalError as error:
            _roll_back(connection)
            if repeatable(error):
                raise
            # The commit may have succeeded, so the work must not be run again here; a caller that
            # retries is answered by its idempotency key.
            raise unreachable_problem(error) from error
        return result

    def _repeated(self, attempt: Callable[[Connection], T]) -> T:
        for number in range(1, ATTEMPTS_MAX + 1):
            try:
                with self._connection() as connection:
                    return attempt(connection)
            except psycopg.OperationalError as error:
                lost = error.sqlstate is None or error.sqlstate.startswith(("57P", "08"))
                if not (lost or repeatable(error)):
                    raise
                if lost and number > LOST_ATTEMPTS_MAX:
                    raise unreachable_problem(error) from error
                if number == ATTEMPTS_MAX:
                    raise StorageProblem("数据库太忙，这一笔没有记录，请稍后再试。") from error
                # Random, so that two transactions that collided do not collide again.
                time.sleep(random.uniform(0, 0.002 * 2 ** min(number, 6)))  # noqa: S311
        raise AssertionError("unreachable")

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            connection = self._pool.getconn()
        except PoolTimeout as error:
            raise unreachable_problem(error) from error
        try:
            yield connection
        finally:
            self._pool.putconn(connection)


def repeatable(error: psycopg.Error) -> bool:
    """True for a serialization failure or a deadlock: nothing was kept, and a retry may succeed."""
    return error.sqlstate in ("40001", "40P01")


def _roll_back(connection: Connection) -> None:
    if not connection.closed:
        try:
            connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()  # the pool replaces it


def unreachable_problem(error: BaseException) -> StorageProblem:
    """The server can't be reached, or has dropped the connection."""
    lines = str(error).strip().splitlines()
    reason = lines[0] if lines else type(error).__name__
    return StorageProblem(
        "连接不上 PostgreSQL 数据库，请检查 HUIMIN_DATABASE_URL 和数据库服务（{reason}）。",
        reason=reason,
    )
