"""Each version in `schema_migration` keeps the fingerprint that the schema has had since."""

from __future__ import annotations

from huimin.storage.engine import Transaction
from huimin.storage.migrate import known_fingerprint


def migrate(tx: Transaction) -> None:
    first = known_fingerprint(tx.engine, 1)
    if tx.engine == "sqlite":
        from huimin.storage.sqlite_tables import opened_table, transform

        with opened_table(tx, "schema_migration") as table:
            table.add_column("fingerprint", str)
        tx.connection.execute("UPDATE schema_migration SET fingerprint = ?", (first,))
        transform(tx, "schema_migration", not_null={"fingerprint"})
        return
    tx.connection.execute("ALTER TABLE schema_migration ADD COLUMN fingerprint TEXT")
    tx.connection.execute("UPDATE schema_migration SET fingerprint = %s", (first,))
    tx.connection.execute("ALTER TABLE schema_migration ALTER COLUMN fingerprint SET NOT NULL")
