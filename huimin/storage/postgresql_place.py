"""Where a PostgreSQL database is, and how connections to it are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8Dumper

from huimin.storage.engine import StorageProblem

Connection = psycopg.Connection[dict[str, Any]]

CONNECT_SECONDS_MAX = 2
# For what the network swallows: a connection with nothing to say asks after 5 s whether the other
# end is there, and what was sent must have arrived within 10 s. What the address says comes first.
NETWORK: dict[str, Any] = {
    "connect_timeout": CONNECT_SECONDS_MAX,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "huimin",
}


@dataclass(frozen=True, slots=True)
class PostgresqlPlace:
    """A database, the schema (namespace) in it, and how the server's sessions are used.

    `schema` None leaves it to the database or the role. `prepared` False is for poolers that give
    each transaction another session. `statement_seconds` 0 is no limit.
    """

    url: str
    schema: str | None = None
    connections: int = 16
    statement_seconds: int = 60
    prepared: bool = True

    @property
    def search_path(self) -> tuple[str, ...]:
        """The setting that makes names of tables those of the schema."""
        return (f'search_path = "{self.schema}"',) if self.schema else ()

    @property
    def settings(self) -> tuple[str, ...]:
        """What a session of the server is set to, as SET says it."""
        return (f"statement_timeout = {self.statement_seconds * 1000}", *self.search_path)

    def connect(self) -> Connection:
        """A connection for the server's sessions. Raises psycopg's errors."""
        connection = self.connect_plainly()
        if self.prepared:
            connection.execute("; ".join(f"SET {setting}" for setting in self.settings))
        return connection

    def connect_plainly(self) -> Connection:
        """A connection with the server's own settings, where each statement is a transaction."""
        given = conninfo_to_dict(self.url)
        options = {name: value for name, value in NETWORK.items() if name not in given}
        connection: Connection = psycopg.connect(
            self.url, autocommit=True, row_factory=dict_row, client_encoding="utf8", **options
        )
        # The driver would forget our own prepared statements with its own after an ALTER.
        connection.prepare_threshold = None
        # As our own statements have it (postgresql_connection.py).
        connection.adapters.register_dumper(int, Int8Dumper)
        return connection

    def answers(self, error: psycopg.OperationalError) -> bool:
        """Whether the server lives although no connection could be made: it has too many, or knows
        no such user. libpq says so without a code, so it is asked again; not after a silence,
        because the question would hold up the whole process as long.
        """
        if isinstance(error, psycopg.errors.ConnectionTimeout):
            return False
        return pq.PGconn.ping(self.url.encode()) == pq.Ping.OK


def unreachable_problem(error: BaseException) -> StorageProblem:
    """The server can't be reached, or has dropped the connection."""
    return StorageProblem(
        "连接不上 PostgreSQL 数据库，请检查 HUIMIN_DATABASE_URL 和数据库服务（{reason}）。",
        reason=first_line(error),
    )


def refused_problem(error: BaseException) -> StorageProblem:
    """The server lives, and can't carry the statement out."""
    return StorageProblem(
        "PostgreSQL 数据库做不了这一步（{reason}），请检查。", reason=first_line(error)
    )


def first_line(error: BaseException) -> str:
    """What an error says, without the lines that show where."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
