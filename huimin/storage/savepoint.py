"""A part of a use case that may fail alone: its writes are undone, and the rest goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from huimin.storage.engine import PipelinedConnection, StorageProblem, Transaction


@contextmanager
def failing_alone(tx: Transaction, name: str) -> Iterator[None]:
    """Let the block's reads fail without harm to the use case; what it writes has a savepoint.

    PostgreSQL refuses every statement after one that failed, so reads need a savepoint there. On
    SQLite there is nothing to undo, and two statements are saved.
    """
    if tx.engine == "sqlite":
        yield
        return
    with savepoint(tx, name):
        yield


@contextmanager
def savepoint(tx: Transaction, name: str) -> Iterator[None]:
    """Undo the block's writes if it raises, and raise again. `name` is never a user's input.

    Raises StorageProblem when the database has given up the whole transaction (a full disk).
    """
    connection = tx.connection
    if isinstance(connection, PipelinedConnection):
        with _pipelined_savepoint(connection, name):
            yield
        return
    execute = connection.execute
    execute(f"SAVEPOINT {name}")
    try:
        yield
    except BaseException as error:
        try:
            execute(f"ROLLBACK TO SAVEPOINT {name}")
            execute(f"RELEASE SAVEPOINT {name}")
        except Exception:
            raise _gone_problem() from error
        raise
    execute(f"RELEASE SAVEPOINT {name}")


@contextmanager
def _pipelined_savepoint(connection: PipelinedConnection, name: str) -> Iterator[None]:
    # What was told before is answered here: its error is not the block's.
    connection.settle()
    connection.tell(f"SAVEPOINT {name}", {})
    try:
        yield
        connection.settle()
    except BaseException as error:
        try:
            connection.ask(f"ROLLBACK TO SAVEPOINT {name}", {})
        except Exception:
            raise _gone_problem() from error
        connection.tell(f"RELEASE SAVEPOINT {name}", {})
        raise
    connection.tell(f"RELEASE SAVEPOINT {name}", {})


def _gone_problem() -> StorageProblem:
    return StorageProblem("数据库已撤回整个事务。")
