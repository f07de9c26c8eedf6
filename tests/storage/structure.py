"""What a database is made of, in a form that two databases can be compared by."""

from __future__ import annotations

from typing import Any

from huimin.storage.engine import Transaction

_POSTGRESQL = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default"
    " FROM information_schema.columns WHERE table_schema = current_schema()",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
    "SELECT conrelid::regclass::text AS on_table, conname, pg_get_constraintdef(oid) AS definition"
    " FROM pg_constraint WHERE connamespace = current_schema()::regnamespace",
    "SELECT tgrelid::regclass::text AS on_table, tgname, pg_get_triggerdef(oid) AS definition"
    " FROM pg_trigger WHERE NOT tgisinternal",
)


def structure(tx: Transaction) -> set[tuple[Any, ...]]:
    """Tables with their columns, checks and references, indexes and triggers, without an order."""
    if tx.engine == "postgresql":
        rows = [row for query in _POSTGRESQL for row in tx.connection.execute(query).fetchall()]
        return {tuple(row.values()) for row in rows}
    found: set[tuple[Any, ...]] = set()
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master"
    for row in tx.connection.execute(query).fetchall():
        if row["type"] != "table":
            words = " ".join((row["sql"] or "").split())
            found.add((row["type"], row["name"], row["tbl_name"], words))
            continue
        name = row["name"]
        for pragma in ("table_xinfo", "foreign_key_list"):
            for part in tx.connection.execute(f"PRAGMA {pragma}({name})").fetchall():
                part.pop("id", None)
                found.add((name, pragma, *part.values()))
        found.add((name, "checks", (row["sql"] or "").upper().count("CHECK")))
    return found
