"""Every named query of every room is a statement that both engines accept."""

from __future__ import annotations

import re
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


@pytest.mark.parametrize("room", rooms())
def test_nothing_is_asked_within_an_insert_of_values(room: str) -> None:
    """Citus refuses such a statement, also where both of its tables are on one server."""
    inserts = re.compile(r"INSERT INTO \w+ \([^)]*\)\s*VALUES\b.*\bSELECT\b", re.S)
    asking = [name for name, sql in statements(room).items() if inserts.search(sql)]
    assert asking == []


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


# What is asked every few seconds, at each sight of a list, or inside the writer, of tables that
# only grow; with the index that keeps it from reading all of them.
FROM_AN_INDEX = {
    ("messages", "due_messages"): "message_due",
    ("messages", "expired_codes"): "message_code",
    ("messages", "to_tell_after"): "message_to_tell",
    ("messages", "to_tell_after_counted"): "message_to_tell",
    ("messages", "to_tell_after_by_village_first"): "message_to_tell",
    ("messages", "no_longer_to_tell"): "message_to_tell",
    ("privacy", "forget_messages"): "message_content",
    ("privacy", "drop_my_sessions"): "my_session_expiry",
    ("privacy", "drop_my_codes"): "my_code_expiry",
    ("privacy", "drop_my_devices"): "my_device_ended",
    ("privacy", "erase_my_devices"): "my_device_holder",
    ("privacy", "erase_codes_of_member"): "my_code_person",
    ("privacy", "erase_sessions_of_member"): "my_session_person",
    ("privacy", "erase_views_of_member"): "my_member_view_holder",
}


def test_what_is_asked_often_reads_an_index(
    make_settings: Callable[[str, str], Settings],
) -> None:
    engine = open_engine(make_settings("sqlite", "bare"))
    for (room, name), index in FROM_AN_INDEX.items():
        sql = statements(room)[name]
        names = dict.fromkeys(parameter_names(sql))

        def plan(tx: Transaction, sql: str = sql, names: dict[str, None] = names) -> str:
            rows = tx.connection.execute(f"EXPLAIN QUERY PLAN {sql}", names)
            return "; ".join(row["detail"] for row in rows)

        assert f"INDEX {index}" in engine.read(plan), name
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
