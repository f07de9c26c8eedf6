"""Keep other writers out of tables for the rest of a transaction, and wait for those before it.

SQLite has one writer at a time anyway. On PostgreSQL others write beside a transaction.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from huimin.storage.engine import Engine, Transaction

WAIT_SECONDS_MAX = 60.0
PAUSE_SECONDS = 0.05


def lock_for_writing(tx: Transaction, tables: Iterable[str]) -> None:
    """Wait for the running writers of these tables, and hold later ones until this one ends."""
    if tx.engine == "postgresql":
        names = ", ".join(sorted(tables))  # constants of the program
        tx.connection.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def wait_for_older_writers(engine: Engine) -> None:
    """Return when every transaction that writes now has ended, or after WAIT_SECONDS_MAX.

    Transactions are short: one that lasts longer is nobody's sale.
    """
    if engine.name != "postgresql":
        return
    newest = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS id"
    oldest = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS id"
    until, deadline = _number(engine, newest), time.monotonic() + WAIT_SECONDS_MAX
    while _number(engine, oldest) < until and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)


def _number(engine: Engine, query: str) -> int:
    return int(engine.read(lambda tx: tx.connection.execute(query).fetchone()["id"]))
