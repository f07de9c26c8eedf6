"""A PostgreSQL database before it is made, and made so again when its filling was broken off.

Only for what fills a whole new database and must leave nothing half done (`huimin demo`); a SQLite
file needs none of it, because it is built beside its place and moved there.
"""

from __future__ import annotations

import re
from typing import Any

from huimin.storage.migrate import schema_text
from huimin.storage.open_engine import _postgresql

_TABLE = re.compile(r"^CREATE TABLE (\w+)", re.MULTILINE)


def is_unmade(url: str) -> bool:
    """True when the database holds no table of huimin. Raises StorageProblem; changes nothing."""
    with _connected(url) as connection:
        found = connection.execute("SELECT to_regclass('schema_migration') AS found").fetchone()
    return found is None or found["found"] is None


def unmake(url: str) -> None:
    """Take all of huimin's tables out of the database, with what is in them."""
    tables = ", ".join(_TABLE.findall(schema_text()))
    with _connected(url) as connection, connection.transaction():
        connection.execute(f"DROP TABLE IF EXISTS {tables} CASCADE")
        connection.execute("DROP FUNCTION IF EXISTS refuse_change()")


def _connected(url: str) -> Any:
    # Loaded here, so that a missing driver is said in the same sentence as everywhere.
    return _postgresql()._connected(url)
