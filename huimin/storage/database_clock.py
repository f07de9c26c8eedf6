"""The clock of the database's own machine."""

from __future__ import annotations

from datetime import datetime

from huimin.storage.engine import Transaction


def database_now(tx: Transaction) -> datetime | None:
    """What PostgreSQL's clock says, aware; None on SQLite, which has no other clock than ours."""
    if tx.engine == "sqlite":
        return None
    row = tx.connection.execute("SELECT clock_timestamp() AS now").fetchone()
    now: datetime = row["now"]
    return now
