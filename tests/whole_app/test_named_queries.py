"""Every named query of every room is a statement that both engines accept."""

from __future__ import annotations

import pytest

from huimin.storage.engine import Engine, Transaction
from huimin.storage.named_queries import parameter_names, pyformat, rooms, statements


@pytest.mark.parametrize("room", rooms())
def test_every_named_query_prepares(engine: Engine, room: str) -> None:
    refused = {}
    for name, sql in statements(room).items():
        try:
            engine.read(lambda tx, sql=sql: prepare(tx, sql))  # type: ignore[misc]
        except Exception as error:
            refused[name] = str(error)
    assert refused == {}


def prepare(tx: Transaction, sql: str) -> None:
    """Let the engine parse and plan the statement without running it."""
    names = parameter_names(sql)
    if tx.engine == "sqlite":
        tx.connection.execute(f"EXPLAIN {sql}", dict.fromkeys(names))
        return
    numbers = {name: f"${number}" for number, name in enumerate(names, 1)}
    text = pyformat(sql) % {name: numbers[name] for name in names}
    answer = tx.connection.pgconn.prepare(b"", text.encode())
    if answer.error_message:
        message = answer.error_message.decode()
        raise ValueError(message)


def test_every_room_with_queries_is_found() -> None:
    assert {"cards", "holders", "ledger", "checkout", "policies", "merchants"} <= set(rooms())
