"""One connection to PostgreSQL that answers a sale's statements with few waits and little work.

The driver's own `execute` costs more than the server needs for most of our statements. So a named
statement goes out by libpq's pipeline: BEGIN, and each statement whose answer nobody waits for
(`tell`), travel with the next one that must be answered (`ask`). Numbers are always sent as bigint,
as every column of ours is, because a statement whose numbers are now smallint, now integer would be
prepared again for each mixture of them.

Two ways to reach the server: directly, with prepared statements and the session's settings made
once; or through a pooler (`prepared` off), where two transactions may meet two sessions, so that
each transaction brings its settings along and no statement is prepared.
"""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result

from huimin.storage.engine import Answered, PipelinedConnection, Row
from huimin.storage.named_queries import positional, pyformat
from huimin.storage.postgresql_place import PostgresqlPlace

INT8, BOOL = 20, 16
FAILED = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED)
# When nothing was heard from the server for so long, a new connection proves that it lives; then
# twice as long, and so on.
SILENCE_SECONDS, SILENCE_SECONDS_MAX = 1.0, 16.0
# So many are more than all rooms have: such a connection is replaced by a new one.
PREPARED_MAX = 1_500

# The text of a statement with `$1`, and the types of its values.
Statement = tuple[str, tuple[int, ...]]


class CommitUnknown(psycopg.OperationalError):
    """The connection was lost after COMMIT had been sent: it may have been carried out."""


class PostgresqlConnection(PipelinedConnection):
    """An open connection; one thread at a time uses it.

    `is_alive` is asked while the server is silent: False gives the connection up.
    """

    def __init__(self, place: PostgresqlPlace, is_alive: Callable[[], bool]) -> None:
        self._driver = place.connect()
        self._is_alive = is_alive
        self._prepared = place.prepared
        self._settings = () if place.prepared else place.settings
        self._server = self._driver.pgconn
        self._poll = select.poll()
        self._poll.register(self._server.socket, select.POLLIN)
        self._loaders = Transformer(self._driver)
        self._names: dict[Statement, bytes] = {}
        # What the server owes a result for, in order: a statement, the preparation of one, or None
        # for the end of what was sent together.
        self._owed: deque[Statement | Literal[True] | None] = deque()
        self._unsent = False
        self._count = 0
        self.opened_at = self.used_at = time.monotonic()

    @property
    def closed(self) -> bool:
        return self._driver.closed

    @property
    def worn_out(self) -> bool:
        """Whether a new connection had better take its place."""
        return self.closed or len(self._names) > PREPARED_MAX

    @property
    def pgconn(self) -> pq.abc.PGconn:
        """libpq's connection, with nothing under way."""
        self._let_driver()
        return self._server

    def begin(self, kind: str) -> None:
        """Open a transaction together with the first statement that follows."""
        self._send(f"BEGIN {kind}")
        for setting in self._settings:
            self._send(f"SET LOCAL {setting}")

    def commit(self) -> None:
        """Commit. Raises the error of a statement that nobody waited for; nothing is kept then.

        Raises CommitUnknown when the connection was lost while the server may have committed.
        """
        self._send("COMMIT")
        try:
            result = self._answers()
        except psycopg.OperationalError as error:
            if is_lost(error):
                raise CommitUnknown(str(error)) from error
            raise
        if result is None or result.command_status != b"COMMIT":
            raise psycopg.errors.InFailedSqlTransaction("a statement had failed")

    def end(self) -> None:
        """End a transaction that has only read, without waiting. Raises nothing."""
        try:
            self._send("ROLLBACK")
            self._sync()
        except psycopg.Error:
            self.close()

    def roll_back(self) -> None:
        """Roll back, whatever has failed. Raises nothing; a lost connection is closed."""
        for _ in range(2):  # the first may be answered by an error that nobody had waited for
            if self.closed:
                return
            try:
                self._send("ROLLBACK")
                self._answers()
            except psycopg.Error:
                continue
            return
        self.close()

    def ask(self, sql: str, parameters: Mapping[str, Any]) -> Answered:
        if not self._sent(sql, parameters):
            cursor = self.execute(pyformat(sql), parameters)
            return Answered(cursor.fetchall() if cursor.description else [], cursor.rowcount)
        result = self._answers()
        if result is None:
            raise psycopg.OperationalError("the server has not answered")
        return Answered(self._rows(result), result.command_tuples or 0)

    def tell(self, sql: str, parameters: Mapping[str, Any]) -> None:
        if not self._sent(sql, parameters):
            self.execute(pyformat(sql), parameters)

    def execute(self, statement: Any, parameters: Any = None) -> psycopg.Cursor[dict[str, Any]]:
        """The driver's own `execute`, after all that is under way."""
        self._let_driver()
        return self._driver.execute(statement, parameters)

    def cursor(self) -> psycopg.Cursor[dict[str, Any]]:
        """The driver's own cursor, after all that is under way."""
        self._let_driver()
        return self._driver.cursor()

    def close(self) -> None:
        self._driver.close()

    def _sent(self, sql: str, parameters: Mapping[str, Any]) -> bool:
        """Send the statement; False for a parameter of a type that is the driver's business."""
        text, names = positional(sql)
        try:
            encoded = [_encoded(parameters[name]) for name in names]
        except TypeError:
            return False
        self._send(text, [value for value, _ in encoded], tuple(kind for _, kind in encoded))
        return True

    def _send(
        self, text: str, values: Sequence[bytes | None] = (), types: tuple[int, ...] = ()
    ) -> None:
        server = self._server
        if server.pipeline_status == pq.PipelineStatus.OFF:
            server.enter_pipeline_mode()
        if self._prepared:
            statement = (text, types)
            name = self._names.get(statement)
            if name is None:
                # Never a name that was used before: whether that one exists may not be known yet.
                self._count += 1
                name = self._names[statement] = b"h%d" % self._count
                server.send_prepare(name, text.encode(), types)
                self._owed.append(statement)
            server.send_query_prepared(name, values)
        else:
            server.send_query_params(text.encode(), values, types)
        self._owed.append(True)
        self._unsent = True

    def _sync(self) -> None:
        self._server.pipeline_sync()
        self._owed.append(None)
        self._unsent = False
        while self._server.flush():  # more than the socket takes at once
            self._wait(select.POLLIN | select.POLLOUT)

    def _answers(self) -> pq.abc.PGresult | None:
        """Read all that the server owes; the last result. Raises the first error among them."""
        if self._unsent:
            self._sync()
        last: pq.abc.PGresult | None = None
        first_error: psycopg.Error | None = None
        while self._owed:
            owed = self._owed.popleft()
            result = self._next_result()
            if owed is None:
                continue
            if result is None:
                raise self._given_up("the connection to the server was lost")
            if result.status in FAILED:
                error = self._error_of(owed, result)
                first_error = first_error or error
            elif owed is True:
                last = result
            self._next_result()  # the end of this statement's results
        if first_error is not None:
            raise first_error
        return last

    def _error_of(
        self, owed: Statement | Literal[True], result: pq.abc.PGresult
    ) -> psycopg.Error | None:
        """The error, None if the statement was only skipped. Raises OperationalError if lost."""
        if owed is not True:
            self._names.pop(owed, None)
        if result.status == pq.ExecStatus.PIPELINE_ABORTED:
            return None
        error = error_from_result(result, "utf-8")
        if is_lost(error):
            raise self._given_up(str(error)) from error
        return error

    def _next_result(self) -> pq.abc.PGresult | None:
        while self._server.is_busy():
            self._wait(select.POLLIN)
        return self._server.get_result()

    def _wait(self, events: int) -> None:
        """Wait until the socket has something, and take it. Raises OperationalError if lost."""
        self._poll.modify(self._server.socket, events)
        silence = SILENCE_SECONDS
        while not self._poll.poll(silence * 1000):
            if not self._is_alive():
                raise self._given_up("the server does not answer any more")
            silence = min(2 * silence, SILENCE_SECONDS_MAX)
        try:
            self._server.consume_input()
        except psycopg.OperationalError as error:
            raise self._given_up(str(error)) from error

    def _given_up(self, why: str) -> psycopg.OperationalError:
        self.close()
        return psycopg.OperationalError(why)

    def settle(self) -> None:
        if self._owed:
            self._answers()

    def _let_driver(self) -> None:
        """Wait for all that is under way, so that the driver itself may use the connection."""
        self.settle()
        if self._server.pipeline_status != pq.PipelineStatus.OFF:
            self._server.exit_pipeline_mode()

    def _rows(self, result: pq.abc.PGresult) -> list[Row]:
        if result.status != pq.ExecStatus.TUPLES_OK or not result.ntuples:
            return []
        names = [(result.fname(place) or b"").decode() for place in range(result.nfields)]
        self._loaders.set_pgresult(result)
        return self._loaders.load_rows(
            0, result.ntuples, lambda values: dict(zip(names, values, strict=True))
        )


def is_lost(error: psycopg.Error) -> bool:
    """True when the connection is gone, or the server is about to end it."""
    return error.sqlstate is None or error.sqlstate.startswith(("57P", "08"))


def _encoded(value: Any) -> tuple[bytes | None, int]:
    """A value as the server reads it, and its type (0: whatever stands there in the statement).

    Raises TypeError for any other than text, a whole number, a truth value and None.
    """
    kind = type(value)
    if kind is str:
        text = value.encode()
        if b"\0" in text:
            raise psycopg.DataError("PostgreSQL text can't contain a NUL byte")
        return text, 0
    if value is None:
        return None, 0
    if kind is int:
        return b"%d" % value, INT8
    if kind is bool:
        return (b"t" if value else b"f"), BOOL
    raise TypeError(kind.__name__)
