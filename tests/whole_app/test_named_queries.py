"""Every named query of every room is a statement that both engines accept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from huimin.settings import Settings
from huimin.storage.engine import Engine, Transaction
from huimin.storage.named_queries import parameter_names, pyformat, rooms, statements
from huimin.storage.open_engine import open_engine


@pytest.mark.parametrize("room", rooms())
def test_every_named_query_prepares(engine: Engine, room: str) -> None:
    refused = {}
    for name, sql in statements(room).items():
        try:
            engine.read(lambda tx, sql=sql: prepare(tx, sql))  # type: ignore[misc]
        except Exception as error:
            refused[name] = str(error)
    assert refused == {}


BACK = "_backwards"


@pytest.mark.parametrize("room", rooms())
def test_a_page_before_is_read_from_the_same_index_as_a_page_after(
    make_settings: Callable[[str, str], Settings], room: str
) -> None:
    engine = open_engine(make_settings("sqlite", "bare"))

    def plain(step: str) -> str:
        """Without the direction, and without the order in which a range's bounds are named."""
        index, _, bounds = step.replace("<", ">").partition(" (")
        return f"{index} ({' AND '.join(sorted(set(bounds.removesuffix(')').split(' AND '))))})"

    def steps(sql: str) -> list[str]:
        names = dict.fromkeys(parameter_names(sql))
        return engine.read(
            lambda tx: [
                plain(row["detail"])
                for row in tx.connection.execute(f"EXPLAIN QUERY PLAN {sql}", names)
            ]
        )

    texts = statements(room)
    for name, sql in texts.items():
        if name.endswith(BACK):
            assert steps(sql) == steps(texts[name.removesuffix(BACK)]), name
    engine.close()


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
