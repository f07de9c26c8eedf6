"""A migration's way to change tables on SQLite: sqlite-utils, inside the step's own transaction.

SQLite's ALTER TABLE can't set NOT NULL or change a check or a type; `transform` makes the table
anew and copies its rows, keeping checks, references, indexes and rowids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlite_utils import Database
from sqlite_utils.db import COLUMN_TYPE_MAPPING, Table

from huimin.storage.engine import Transaction

# Its own whole number is INTEGER; ours is BIGINT, and a table that it remakes keeps it so.
COLUMN_TYPE_MAPPING.setdefault("BIGINT", "BIGINT")


@contextmanager
def opened_table(tx: Transaction, name: str) -> Iterator[Table]:
    """The table as sqlite-utils knows it. What is done to it belongs to the open transaction."""
    connection = tx.connection
    # sqlite-utils reads rows by position, and needs no plug-in of this machine.
    dict_row, connection.row_factory = connection.row_factory, None
    try:
        yield Database(connection, execute_plugins=False).table(name)
    finally:
        connection.row_factory = dict_row


def transform(
    tx: Transaction, name: str, checks: Mapping[str, str] | None = None, **changes: Any
) -> None:
    """Make the table anew with the changes that sqlite-utils' `transform` takes.

    `checks` gives the new text for the text of a check, as it stands in schema.sql. The triggers,
    which go with the old table, are made again as they were. Raises ValueError for a check that the
    table does not have.
    """
    with opened_table(tx, name) as table:
        triggers = [trigger.sql for trigger in table.triggers]
        whole_numbers = {each.name: "BIGINT" for each in table.columns if each.type == "BIGINT"}
        types = {**whole_numbers, **changes.pop("types", {})}
        create, *others = table.transform_sql(types=types, **changes)
        for old, new in (checks or {}).items():
            if create.count(old) != 1:
                raise ValueError(f"{name} does not have the check {old} once")
            create = create.replace(old, new)
        for statement in (create, *others, *triggers):
            tx.connection.execute(statement)
